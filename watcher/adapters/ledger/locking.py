"""The writer's lock in a database: one row that says which process acts."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from watcher.adapters.ledger.lock import Lock, Tenure, holder_of
from watcher.adapters.ledger.schema import lease
from watcher.adapters.ledger.store import stored
from watcher.memory.remembered import Held

_NUMBER = select(lease.c.number)
_EXTEND = update(lease).values(until=bindparam("to"))
_FIELDS = [column for column in lease.c if column.name != "id"]


def take(connection: Connection, tenure: Tenure, now: datetime) -> Held | None:
    """Take it or keep it; answers who has it if that is somebody else."""
    there = tenure.take(_lock(connection), now)
    if isinstance(there, Held):
        return there
    connection.execute(update(lease), {column.name: getattr(there, column.name) for column in _FIELDS})
    return None


def check(
    connection: Connection, tenure: Tenure, now: datetime | None = None, *, whole: bool = False
) -> None:
    """Raise `LockLost` unless it is still ours; with `now`, say that we are alive if that is due.

    `whole`: say so in any case, for what needs a whole term ahead.
    """
    if tenure.number is None or stored(connection, _NUMBER) != [(tenure.number,)]:
        raise tenure.lose(_lock(connection))
    if now is not None and (whole or tenure.due(now)):
        connection.execute(_EXTEND, {"to": tenure.extended(now)})


def give_up(connection: Connection, tenure: Tenure) -> None:
    """Whoever comes next need not wait."""
    connection.execute(update(lease).where(lease.c.number == tenure.number).values(until=None))
    tenure.give_up()


def holder(connection: Connection, now: datetime) -> Held | None:
    return holder_of(_lock(connection), now)


def _lock(connection: Connection) -> Lock:
    return Lock(**connection.execute(select(*_FIELDS)).one()._mapping)
