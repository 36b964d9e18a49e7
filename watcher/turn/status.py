"""What a status is made of, read from the ledger: a handful of queries, whatever the size of the fleet."""

from collections.abc import Iterator
from datetime import datetime, tzinfo
from itertools import islice
from typing import Final

from watcher.decide.orders import Orders
from watcher.decide.status import Remembered, Status, concerned, status_of
from watcher.decide.timeline import Timeline, remembered_renewal, timeline_of
from watcher.facts.accounts import Account
from watcher.ports.ledger import LedgerReader


def look(ledger: LedgerReader, orders: Orders, now: datetime) -> Status:
    fleet, announced, dockets = ledger.fleet(now), ledger.announced(now), ledger.dockets(now)
    ids = concerned(fleet, announced, dockets, orders)
    remembered = Remembered(
        fleet=fleet,
        turns=ledger.turns(now),
        holder=ledger.holder(now),
        announced=announced,
        dockets=dockets,
        known=ledger.known(ids),
        fates=ledger.fates(ids),
        counts=ledger.counts(),
    )
    return status_of(remembered, orders, now)


def watched_leases(ledger: LedgerReader, orders: Orders) -> Iterator[Account]:
    """The leases that the ledger knows of projects that are watched, the next renewal first."""
    return (one for one in ledger.leased() if orders.watches(one.project))


MOST_DRAWN: Final = 10_000
"""So many of the next renewals are read for a timeline: a page is asked for by anybody who waits for it."""


def look_ahead(
    ledger: LedgerReader, status: Status, orders: Orders, timezone: tzinfo
) -> tuple[Timeline, int]:
    """The renewals that the ledger knows of projects that are watched, and how many of them were left out."""
    announced = {one.account.id: one for one in status.openings}
    watched = watched_leases(ledger, orders)
    drawn = [remembered_renewal(one, announced, orders, status.now) for one in islice(watched, MOST_DRAWN)]
    left_out = sum(1 for _ in watched)
    return timeline_of(lambda: drawn, orders.names, status.now, timezone), left_out
