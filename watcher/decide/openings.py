"""Announced releases that still stand, by what the ledger remembers: as no turn reads them just now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from watcher.brakes.docket import Entry, Place
from watcher.decide.matters import window_in_force
from watcher.decide.orders import Orders
from watcher.facts.accounts import Account, AccountId, LeasePeriod
from watcher.memory.remembered import Known
from watcher.record.fates import LEASED, Fates, LeaseState
from watcher.record.notices import Notice
from watcher.record.overrides import Overrides


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """An announced release, and when it may be done. `live` False: it was announced without force.

    `halted`: not unless somebody decides a matter that names it.
    """

    account: Account
    opens: datetime
    closes: datetime
    live: bool
    halted: bool = False

    def entry(self, now: datetime) -> Entry:
        """As brakes judge it."""
        return Entry(
            period=self.account.period,
            project=self.account.project,
            handle=self.account.handle,
            price_cents=self.account.price_cents,
            place=Place.DUE if self.opens <= now else Place.OPENING,
            opens=self.opens,
            closes=self.closes,
        )


def openings(
    announced: Mapping[LeasePeriod, Notice],
    known: Mapping[AccountId, Sequence[Known]],
    fates: Fates,
    overrides: Overrides,
    orders: Orders,
    now: datetime,
) -> tuple[Opening, ...]:
    """Leased, not held, and not too late; `known` and `fates`: of at least the accounts announced."""
    found = []
    for period, notice in announced.items():
        account = next(
            (
                one.account
                for one in known.get(period.account, ())
                if one.gone_at is None and one.account.period == period
            ),
            None,
        )
        fate = fates.get(period.account, LEASED)
        if account is None or fate.state is not LeaseState.LEASED or overrides.hold_on(account.id, now):
            continue
        window = window_in_force(account, orders, now)
        if window is not None and window.closes > now:
            opens = max(window.opens, notice.not_before)
            found.append(Opening(account=account, opens=opens, closes=window.closes, live=notice.live))
    return tuple(sorted(found, key=lambda one: (one.opens, one.account.handle)))
