"""SQLite underneath SQLAlchemy: who begins a transaction, how durable it is, and what its errors mean."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.exc import OperationalError

from watcher.adapters.ledger.file import connect
from watcher.ports.ledger import LedgerUnavailable

_WRITING = "ledger_writing"


def engine_on(path: Path, *, mode: str, immutable: bool = False) -> Engine:
    engine = create_engine(
        "sqlite+pysqlite://",
        creator=lambda: connect(path, mode=mode, immutable=immutable),
        poolclass=QueuePool,
        hide_parameters=True,
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads first and writes later would lose to another writer in between, and no
        # patience helps it: one that will write takes the write lock at once.
        writing = connection.get_execution_options().get(_WRITING, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent look. Raises `LedgerUnavailable`."""
    try:
        with engine.begin() as connection:
            yield connection
    except OperationalError as error:
        raise LedgerUnavailable(f"The ledger cannot be read now: {error.orig}.") from error


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction, whole or not at all. Raises `LedgerUnavailable`."""
    try:
        with engine.execution_options(**{_WRITING: True}).begin() as connection:
            yield connection
    except OperationalError as error:
        raise LedgerUnavailable(f"The ledger cannot be written now: {error.orig}.") from error
