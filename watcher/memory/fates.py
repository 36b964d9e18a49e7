"""What became of a lease, as far as the ledger knows: by it a person's word is taken, or comes too late."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from watcher.facts.accounts import AccountId, LeasePeriod, begins_with
from watcher.memory.remembered import Known
from watcher.record.intents import Ending, Intent


class LeaseState(StrEnum):
    LEASED = "leased"
    RELEASING = "releasing"
    """Our release of it is under way, or nobody knows yet how it ended."""
    RELEASED = "released"
    """By us, and that cannot be undone."""
    NOT_LISTED = "not_listed"
    """Gone, not by us: an account that one reading misses may be back in the next."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fate:
    """`since`: when the release began or ended, or when the account was first not listed."""

    state: LeaseState
    since: datetime | None = None


Fates = Mapping[AccountId, Fate]

LEASED = Fate(state=LeaseState.LEASED)


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


def is_released(fates: Fates, account: AccountId) -> bool:
    """Whether nothing can be said of it any more."""
    fate = fates.get(account)
    return fate is not None and fate.state is LeaseState.RELEASED
