"""SQLite underneath SQLAlchemy: who begins a transaction, how durable it is, and what its errors mean."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, cast

from sqlalchemy import URL, Connection, Engine, QueuePool, Select, create_engine, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError

from watcher.adapters.ledger.file import connect, damaged, unavailable

_DURABLE = "ledger_durable"


class Durable(StrEnum):
    """What a commit outlives; the values are SQLite's. Either way it is whole or not at all."""

    POWER_LOSS = "FULL"
    """It is on the disk when the transaction returns."""
    KILL = "NORMAL"
    """The system has it; the next commit of the other kind, or SQLite itself, takes it to the disk."""


def engine_on(path: Path, *, mode: str, immutable: bool = False) -> Engine:
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(path)),
        creator=lambda: connect(path, mode=mode, immutable=immutable),
        poolclass=QueuePool,
        hide_parameters=True,
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        durable = connection.get_execution_options().get(_DURABLE)
        if durable is None:
            driver(connection).execute("BEGIN")
        else:
            driver(connection).execute(f"PRAGMA synchronous = {durable}")
            # A transaction that reads first and writes later would lose to another writer in between, and
            # no patience helps it: one that will write takes the write lock at once.
            driver(connection).execute("BEGIN IMMEDIATE")

    return engine


def driver(connection: Connection) -> sqlite3.Connection:
    return cast(sqlite3.Connection, connection.connection.driver_connection)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent look. Raises `LedgerUnavailable`, `LedgerUnusable`."""
    with _explained(engine, "read"), engine.begin() as connection:
        yield connection


@contextmanager
def writing(engine: Engine, durable: Durable = Durable.POWER_LOSS) -> Iterator[Connection]:
    """One transaction, whole or not at all. Raises `LedgerUnavailable`, `LedgerUnusable`."""
    with _explained(engine, "written"), engine.connect() as connection:
        connection.execution_options(**{_DURABLE: durable})
        with connection.begin():
            yield connection


def stored(connection: Connection, query: Select[Any], **parameters: object) -> list[tuple[Any, ...]]:
    """The rows of a constant query as the driver has them, every value as it is stored.

    For what runs once per project and turn: SQLAlchemy's part in such a query costs more than SQLite's.
    """
    text, fixed = _compiled(query)
    return driver(connection).execute(text, {**fixed, **parameters}).fetchall()


@cache
def _compiled(query: Select[Any]) -> tuple[str, Mapping[str, Any]]:
    compiled = query.compile(dialect=sqlite.dialect(paramstyle="named"))
    return str(compiled), compiled.params


@contextmanager
def _explained(engine: Engine, done: str) -> Iterator[None]:
    path = Path(str(engine.url.database))
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        said = error.orig if isinstance(error, DBAPIError) else error
        if isinstance(said, sqlite3.OperationalError):
            raise unavailable(path, f"cannot be {done} now: {said}") from error
        if type(said) is sqlite3.DatabaseError:  # so, and no subclass, does SQLite call a damaged file
            raise damaged(path, f"cannot be {done}: {said}") from error
        raise
