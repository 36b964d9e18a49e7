"""What became of a lease, as far as the ledger knows: by it a person's word is taken, or comes too late."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from watcher.facts.accounts import AccountId


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
