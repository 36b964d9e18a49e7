"""INSERT where the row may be there already, in the words of whichever database is asked."""

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import Connection, Table

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
