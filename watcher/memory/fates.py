"""The fate of a lease, made of what is remembered of it and of the attempts on it."""

from collections.abc import Collection, Iterable

from watcher.facts.accounts import LeasePeriod, begins_with
from watcher.memory.remembered import Known
from watcher.record.fates import LEASED, Fate, LeaseState
from watcher.record.intents import Ending, Intent


def fate_of(known: Known, attempts: Iterable[Intent], undone: Collection[LeasePeriod]) -> Fate:
    """Of the lease that `known` is of; one that ended before it began says nothing about it.

    `attempts`: on this account. `undone`: releases that a turn found to have had no effect after all.
    """
    account = known.account
    ours = [one for one in attempts if begins_with(one.account.assigned_at, account.assigned_at)]
    for one in ours:
        if one.ending is None:
            return Fate(state=LeaseState.RELEASING, since=one.written_at)
    released = [
        one.ended_at for one in ours if one.ending is Ending.RELEASED and one.account.period not in undone
    ]
    if released:
        return Fate(state=LeaseState.RELEASED, since=released[-1])
    if known.gone_at is not None:
        return Fate(state=LeaseState.NOT_LISTED, since=known.gone_at)
    return LEASED
