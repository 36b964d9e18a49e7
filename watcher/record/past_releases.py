"""A release of ours as it is seen afterwards: what it avoided, what it gave up, whether it was regretted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from watcher.facts.accounts import Account, AccountId
from watcher.record.outcomes import anchor_day, paid_from, renewals

REGRETTED_WITHIN: Final = timedelta(days=7)
"""An account that is used or leased again so soon after its release was missed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LaterLease:
    """A lease that the ledger saw, of an account of the same id, or of the same handle and platform.

    `since`: when it began, or else was first seen; `used_at`: the last use seen in it, if any is remembered.
    """

    account: AccountId
    since: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PastRelease:
    """`account`: as it was read right before, so its renewal is the one that was avoided, for its price.

    `sent_at`: when its DELETE was sent. `undone_at`: when a turn found that it had not lasted, so that it
    saved nothing. `leases`: of what may be the same account, in any order, earlier ones too.
    """

    account: Account
    sent_at: datetime
    undone_at: datetime | None = None
    leases: tuple[LaterLease, ...] = ()

    @property
    def leased_again(self) -> LaterLease | None:
        """The first lease that began after it."""
        later = (one for one in self.leases if one.since > self.sent_at)
        return min(later, key=lambda one: (one.since, one.used_at is None), default=None)

    def later_renewals(self, before: datetime) -> Iterator[datetime]:
        """The renewals after the avoided one that it avoided as well, extrapolated on the anchor day: until
        then, and none after it was leased again.
        """
        again = self.leased_again
        end = before if again is None else min(before, again.since)
        due = self.account.renews_at
        return islice(renewals(due, max(end, due), anchor_day(due, self.account)), 1, None)

    @property
    def given_up(self) -> timedelta:
        """What of the month that was paid was left when its DELETE was sent."""
        return max(self.account.renews_at - self.sent_at, timedelta())

    @property
    def given_up_cents(self) -> int:
        """That part of the month's price, rounded: an apportionment, and no debit."""
        month = self.account.renews_at - paid_from(self.account)
        tick = timedelta(microseconds=1)
        part = min(self.given_up, month) // tick * self.account.price_cents
        return (2 * part + month // tick) // (2 * (month // tick))
