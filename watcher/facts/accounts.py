"""One leased account as the API gave it, and what is wrong with those that cannot be understood."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, NewType

from watcher.texts.spans import counted

AccountId = NewType("AccountId", str)
ProjectId = NewType("ProjectId", str)

FIRST_BELIEVED: Final = datetime(2015, 1, 1, tzinfo=UTC)
"""Nothing of the provider's is older, by years. Earlier times (year 1, 1970) are how systems write "none"."""


def believable(moment: datetime) -> bool:
    """Whether something of the provider's can have happened then; else its time is missing (ADR 0020)."""
    return moment >= FIRST_BELIEVED


def begins_with(assigned_at: datetime, other: datetime) -> bool:
    """Whether two readings of a lease's begin say the same: the API gives it with fractions and without."""
    return assigned_at == other or assigned_at.replace(microsecond=0) == other.replace(microsecond=0)


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class LeasePeriod:
    """The key of every warning, notice, intent and outcome: one account until one renewal.

    `renews_at` is aware UTC in whole seconds; a moved renewal is another period.
    """

    account: AccountId
    renews_at: datetime

    @property
    def word(self) -> str:
        """As one line of text."""
        return f"{self.account} {self.renews_at.isoformat()}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """An assigned lease. Any other status never becomes an `Account`: it is quarantined.

    `renews_at` (the API's `nextRenewalAt`) is aware UTC in whole seconds, `price_cents` what is debited
    then; `assigned_at` is as the API said it, believable or not. `followers` is None
    where the API did not say: conditions on it then protect.
    """

    id: AccountId
    project: ProjectId
    handle: str
    platform: str
    followers: int | None
    assigned_at: datetime
    renews_at: datetime
    price_cents: int

    @property
    def period(self) -> LeasePeriod:
        return LeasePeriod(account=self.id, renews_at=self.renews_at)

    @property
    def leased_since(self) -> datetime | None:
        """When the lease began; None where what the API says of it cannot be."""
        possible = believable(self.assigned_at) and self.assigned_at < self.renews_at
        return self.assigned_at if possible else None

    def is_same_lease(self, as_: "Account") -> bool:
        """Whether an earlier reading was of this lease. One that says nothing of its begin ends no lease."""
        return begins_with(self.assigned_at, as_.assigned_at) or None in (
            self.leased_since,
            as_.leased_since,
        )


class Flaw(StrEnum):
    """Why an item of the API's list is not understood."""

    UNKNOWN_STATUS = "unknown_status"
    MISSING_FIELD = "missing_field"
    MALFORMED_FIELD = "malformed_field"
    UNUSABLE_ID = "unusable_id"
    DUPLICATE_ID = "duplicate_id"
    FOREIGN_PROJECT = "foreign_project"
    LISTED_TWICE = "listed_twice"
    """Another project lists it too: it is not known whose it is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Quarantined:
    """An item that is reported by name and never acted on, while the others go on.

    `id` and `handle` are what could be read of them; `field` names the offending field. `also_in`: the other
    projects that list it.
    """

    project: ProjectId
    id: str | None
    handle: str | None
    flaw: Flaw
    field: str
    also_in: tuple[ProjectId, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """That a project lists an account, understood or not, or did so once.

    `present`: its last good reading does. A project that answers 404 (`missing`) lists nothing.
    """

    project: ProjectId
    present: bool
    missing: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Unread:
    """A project that could not be read. `why` is a sentence; `code` the API's, or ours in lower case.

    `leased`: as many accounts as are remembered to be leased in it.
    """

    project: ProjectId
    name: str
    code: str
    why: str
    leased: int = 0

    @property
    def at_stake(self) -> str:
        """What is not watched because of it; empty where nothing is known."""
        if not self.leased:
            return ""
        return f"{counted(self.leased, 'account')} {'was' if self.leased == 1 else 'were'} leased in it"

    @property
    def in_full(self) -> str:
        return "; ".join(filter(None, (self.why, self.at_stake)))
