"""Whether a ledger's tables are those of the schema that it says it has, or were changed by hand."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, text

from watcher.adapters.ledger import revisions
from watcher.adapters.ledger.places import Place
from watcher.adapters.ledger.schema import metadata

_COLUMNS: Final = {
    "sqlite": (
        "SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table'"
    ),
    # Not what the standard's views show: those leave out what the role may not read.
    "postgresql": (
        "SELECT c.relname, a.attname FROM pg_catalog.pg_class c"
        " JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')"
        " AND a.attnum > 0 AND NOT a.attisdropped"
    ),
}
_INDEXES: Final = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'index'",
    "postgresql": "SELECT indexname FROM pg_catalog.pg_indexes WHERE schemaname = current_schema()",
}


def lacking(connection: Connection) -> Iterator[str]:
    """What is missing, each as it is named to people. Of the newest schema only."""
    columns = {tuple(row) for row in connection.execute(text(_COLUMNS[connection.dialect.name]))}
    indexes = set(connection.execute(text(_INDEXES[connection.dialect.name])).scalars())
    tables = {table for table, _ in columns}
    for table in metadata.sorted_tables:
        if table.name not in tables:
            yield f"the table {table.name}"
            continue
        for column in table.columns:
            if (table.name, column.name) not in columns:
                yield f"the column {column.name} of the table {table.name}"
        for index in sorted(str(one.name) for one in table.indexes):
            if index not in indexes:
                yield f"the index {index} of the table {table.name}"


def require_whole(connection: Connection, place: Place) -> None:
    """Raises `LedgerUnusable` for the first thing that is missing: trying again brings none back."""
    for missing in lacking(connection):
        raise revisions.unusable(place, f"lacks {missing}", "Restore it from a backup.")
