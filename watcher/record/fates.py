"""What became of a lease, as far as the ledger knows: by it a person's word is taken, or comes too late."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from watcher.facts.accounts import AccountId
from watcher.record.overrides import Override, Overrides


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


def is_released(fates: Fates, account: AccountId) -> bool:
    """Whether nothing can be said of it any more."""
    fate = fates.get(account)
    return fate is not None and fate.state is LeaseState.RELEASED


def holds_in_force(overrides: Overrides, fates: Fates, now: datetime) -> list[tuple[AccountId, Override]]:
    """Each account that is held, and by what; those without an end come last.

    What we released nobody holds any more. What is not listed may be back, and is held then.
    """
    ids = dict.fromkeys(word.account for word in overrides.said if word.account is not None)
    holds = [
        (id_, hold)
        for id_ in ids
        if not is_released(fates, id_) and (hold := overrides.hold_on(id_, now)) is not None
    ]
    return sorted(holds, key=lambda pair: (pair[1].until is None, pair[1].until or now, pair[0]))
