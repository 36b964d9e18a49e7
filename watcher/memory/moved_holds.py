"""Holds to the end of a lease period: where its renewal is moved, they go with it."""

from collections.abc import Iterator
from dataclasses import replace

from watcher.facts.accounts import Account
from watcher.facts.moment import Moment
from watcher.memory.paid import renewed
from watcher.memory.remembered import ProjectMemory
from watcher.record.overrides import Override, Overrides


def moved_holds(
    overrides: Overrides, account: Account, memory: ProjectMemory, at: Moment
) -> Iterator[Override]:
    """The holds of an account's lease period as they are to last now that its renewal is another.

    A period that renewed, or another lease, has ended: its holds end with it.
    """
    here = memory.known.get(account.id)
    elsewhere = memory.known_elsewhere.get(account.id, ())
    for known in elsewhere if here is None else (here, *elsewhere):
        old = known.account
        if old.period == account.period or not account.is_same_lease(old) or renewed(old, account, at):
            continue
        if overrides.holds_through(account.period):
            return
        for word in overrides.holds_through(old.period):
            yield replace(word, at=at.noted_at, until=account.renews_at, periods=(account.period,))
