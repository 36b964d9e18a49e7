"""What happens in the days ahead, in order, and what it comes to in money: a projection, all of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Final

from watcher.ahead.habits import Posting
from watcher.ahead.outset import Outset
from watcher.facts.accounts import Account, AccountId
from watcher.messages.events import Event
from watcher.record.amounts import Amount
from watcher.record.attempts import Attempt
from watcher.record.outcomes import Cause
from watcher.rules.plan import Mode


@dataclass(frozen=True, kw_only=True, slots=True)
class WarnedOfUsed:
    """Warnings of the renewals of accounts in use, which people read as one line."""

    at: datetime
    accounts: int
    cents: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Charged:
    """A renewal was paid. `cause`: why, although no use was evidenced; None: the account was in use."""

    at: datetime
    account: Account
    cents: int
    cause: Cause | None = None


Happening = Event | Attempt | WarnedOfUsed | Charged
"""What a story consists of: what people are told, releases as they ended, and what was paid."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Debited:
    """What the wallet was debited for one renewal, and when that was due."""

    account: AccountId
    at: datetime
    cents: int


class FutureFate(StrEnum):
    """What becomes of an account in the days looked at, in one word."""

    RELEASED = "released"
    RENEWED = "renewed"
    NO_RENEWAL = "no_renewal"
    """None of its renewals falls into these days."""


FUTURE: Final[Mapping[FutureFate, str]] = {
    FutureFate.RELEASED: "released",
    FutureFate.RENEWED: "renews",
    FutureFate.NO_RENEWAL: "no renewal in these days",
}
"""As people read it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountFuture:
    """One account: what is paid for it, and when it is given back, if it is.

    `account`: as it was when it began. `avoided`: the renewals that its release saves within these days: the
    first as it was read, the further ones extrapolated.
    """

    account: Account
    charges: tuple[Charged, ...] = ()
    announced_at: datetime | None = None
    release: Attempt | None = None
    avoided: tuple[datetime, ...] = ()

    @property
    def fate(self) -> FutureFate:
        if self.release is not None:
            return FutureFate.RELEASED
        return FutureFate.RENEWED if self.charges else FutureFate.NO_RENEWAL

    @property
    def cause(self) -> Cause | None:
        """Why it was paid for in vain at last, of one that renews; None where it was in use."""
        return self.charges[-1].cause if self.charges and self.release is None else None

    @property
    def charged_cents(self) -> int:
        return sum(one.cents for one in self.charges)

    @property
    def avoided_cents(self) -> int:
        return self.account.price_cents * len(self.avoided)


@dataclass(frozen=True, kw_only=True)
class Future:
    """The days from `outset.at` until `until`, played through by the turns themselves.

    `enforced`: as if the mode were enforce and all projects enrolled. `instants`: when turns were taken.
    `assumed`: what else was taken to be so, in sentences.
    """

    outset: Outset
    until: datetime
    mode: Mode
    posting: Posting
    enforced: bool
    story: tuple[Happening, ...]
    accounts: tuple[AccountFuture, ...]
    instants: tuple[datetime, ...] = ()
    stretch: timedelta = timedelta()
    assumed: tuple[str, ...] = ()

    @property
    def since(self) -> datetime:
        return self.outset.at

    @property
    def days(self) -> int:
        """How many whole ones."""
        return (self.until - self.since) // timedelta(days=1)

    @cached_property
    def charged(self) -> Amount:
        """Every renewal that is paid."""
        return Amount.of(charge.cents for one in self.accounts for charge in one.charges)

    @cached_property
    def in_use(self) -> Amount:
        """Those of accounts that are in use."""
        return Amount.of(
            charge.cents for one in self.accounts for charge in one.charges if charge.cause is None
        )

    @cached_property
    def in_vain(self) -> Mapping[Cause, Amount]:
        """Those of accounts without evidenced use, by why they are paid: the dearest first."""
        found: dict[Cause, Amount] = {}
        for one in self.accounts:
            for charge in one.charges:
                if charge.cause is not None:
                    found[charge.cause] = found.get(charge.cause, Amount()).plus(charge.cents)
        return dict(sorted(found.items(), key=lambda each: (-each[1].cents, each[0].value)))

    @cached_property
    def avoided(self) -> Amount:
        """The renewals that releases save within these days."""
        return Amount.of(one.account.price_cents for one in self.accounts for _ in one.avoided)

    @cached_property
    def avoided_as_read(self) -> Amount:
        """Of these the first one of each release, whose date was read."""
        return Amount.of(one.account.price_cents for one in self.accounts if one.avoided)

    @cached_property
    def released(self) -> tuple[AccountFuture, ...]:
        """The accounts that are given back, in the order in which they are."""
        given_back = [one for one in self.accounts if one.release is not None]
        return tuple(sorted(given_back, key=lambda one: (_released_at(one), one.account.handle)))

    @cached_property
    def monthly_cents_at_the_end(self) -> int:
        """What is still leased costs so much a month then."""
        return self.outset.cents - sum(one.account.price_cents for one in self.released)


def _released_at(one: AccountFuture) -> datetime:
    return one.account.renews_at if one.release is None else one.release.at
