"""The writer lease (ADR 14): one row that says which process acts, with a number that only grows.

Whoever takes the lease raises the number. Every write that leads to something happening asks, in its own
transaction, whether the number is still the one that this process took.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, select, update

from watcher.adapters.ledger.holder import Holder, is_gone
from watcher.adapters.ledger.schema import lease
from watcher.adapters.ledger.store import stored
from watcher.ports.ledger import Held, LeaseLost

TERM: Final = timedelta(minutes=5)
"""How long a holder may be silent. A living turn writes, or waits for one answer, far more often."""

_NUMBER = select(lease.c.number)
_EXTEND = update(lease).values(until=bindparam("to"))


class Tenure:
    """One process's part in the lease: which number it took, and until when others leave it to it."""

    def __init__(self, me: Holder) -> None:
        self._me = me
        self._number: int | None = None
        self._until: datetime | None = None

    @property
    def held(self) -> bool:
        """As far as is known without asking."""
        return self._number is not None

    def due(self, now: datetime) -> bool:
        """Whether it is time to say again that we are alive. The clock may have been set back."""
        return self._until is None or not now <= self._until - TERM / 2 <= now + TERM

    def take(self, connection: Connection, now: datetime) -> Held | None:
        """Take it or keep it; answers who has it if that is somebody else."""
        row = connection.execute(select(lease)).one()
        mine = row.token == self._me.token and row.number == self._number
        if not mine:
            # Nobody promises more than a term: beyond that it is a clock that is wrong.
            promised = row.until is not None and now < row.until <= now + 2 * TERM
            if promised and not is_gone(self._me, machine=row.machine, pid=row.pid, process=row.process):
                self._number = None
                return Held(host=row.host, pid=row.pid, since=row.since)
            values = {
                "number": row.number + 1,
                "host": self._me.host,
                "machine": self._me.machine,
                "pid": self._me.pid,
                "process": self._me.process,
                "token": self._me.token,
                "since": now,
            }
            connection.execute(update(lease), values)
            self._number = row.number + 1
        self._extend(connection, now)
        return None

    def check(self, connection: Connection, now: datetime | None = None, *, whole: bool = False) -> None:
        """Raise `LeaseLost` unless it is still ours; with `now`, say that we are alive if that is due.

        `whole`: say so in any case, for what needs a whole term ahead.
        """
        number = self._number
        if number is None or stored(connection, _NUMBER) != [(number,)]:
            self._number = None
            row = connection.execute(select(lease)).one()
            raise LeaseLost(Held(host=row.host, pid=row.pid, since=row.since) if row.host else None)
        if now is not None and (whole or self.due(now)):
            self._extend(connection, now)

    def give_up(self, connection: Connection) -> None:
        """Whoever comes next need not wait."""
        connection.execute(update(lease).where(lease.c.number == self._number).values(until=None))
        self._number = None

    def _extend(self, connection: Connection, now: datetime) -> None:
        connection.execute(_EXTEND, {"to": now + TERM})
        self._until = now + TERM
