"""INSERT where the row may be there already, in the words of whichever database is asked."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import JSON, Connection, Insert, Table

from watcher.adapters.ledger.column_types import Duration, Instant, Word, microseconds

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

    Upsert: TypeAlias = sqlite.Insert | postgresql.Insert


def keeping(connection: Connection, table: Table, *keys: str) -> "Upsert":
    """An INSERT that leaves a row with the same keys as it is."""
    return _keeping(connection.dialect.name, table, keys)


def replacing(connection: Connection, table: Table) -> "Upsert":
    """An INSERT that puts the new row in the place of one with the same primary key."""
    return _replacing(connection.dialect.name, table)


def inserting(dialect: str, table: Table) -> "Upsert":
    """The database's own INSERT, which knows `on_conflict_…`."""
    made: Any = import_module(f"sqlalchemy.dialects.{dialect}").insert(table)
    return made  # type: ignore[no-any-return]


@cache
def _keeping(dialect: str, table: Table, keys: tuple[str, ...]) -> "Upsert":
    return inserting(dialect, table).on_conflict_do_nothing(index_elements=keys)


@cache
def _replacing(dialect: str, table: Table) -> "Upsert":
    one = inserting(dialect, table)
    return one.on_conflict_do_update(
        index_elements=[column.name for column in table.primary_key],
        set_={column.name: one.excluded[column.name] for column in table.c if not column.primary_key},
    )


_PLACES = {"sqlite": "qmark", "postgresql": "format"}


def write_rows(connection: Connection, statement: Insert, rows: Sequence[Mapping[str, Any]]) -> None:
    """INSERT many rows that have the same columns, which the statement leaves to them.

    For what is written of every account: SQLAlchemy's part in each row costs more than the database's. So
    each value is made what its column stores here, and the driver is handed plain tuples.
    """
    if not rows:
        return
    text, columns = _compiled(statement, connection.dialect.name, tuple(rows[0]))
    by_column = [_stored([row[name] for row in rows], change) for name, change in columns]
    connection.exec_driver_sql(text, list(zip(*by_column, strict=True)))


def _stored(values: list[Any], change: Callable[[Any], Any] | None) -> list[Any]:
    return values if change is None else [None if value is None else change(value) for value in values]


@cache
def _compiled(
    statement: Insert, dialect: str, names: tuple[str, ...]
) -> tuple[str, Sequence[tuple[str, Callable[[Any], Any] | None]]]:
    words = import_module(f"sqlalchemy.dialects.{dialect}").dialect(paramstyle=_PLACES[dialect])
    compiled = statement.compile(dialect=words, column_keys=list(names))
    order = compiled.positiontup or ()
    if set(order) != set(names):
        raise ValueError(f"{statement.table} takes more values than its rows have: {order}")
    types = {column.name: column.type for column in statement.table.columns}
    return str(compiled), [(name, _change(types[name])) for name in order]


def _change(kind: object) -> Callable[[Any], Any] | None:
    """What makes a value what a column of this kind stores; None: it is that already."""
    match kind:
        case Instant():
            return microseconds
        case Duration():
            return _microseconds_of
        case Word():
            return str
        case JSON():
            return json.dumps
        case _:
            return None


def _microseconds_of(span: timedelta) -> int:
    return span // timedelta(microseconds=1)
