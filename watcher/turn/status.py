"""What a status is made of, read from the ledger: a handful of queries, whatever the size of the fleet."""

from datetime import datetime

from watcher.decide.orders import Orders
from watcher.decide.status import Remembered, Status, concerned, status_of
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
