"""A whole ledger as JSON lines, `ledger/1`: for keeping, for looking at, for moving to another store.

The first line says the format and the schema, the last one how many rows are between them, so that a file
which was cut off at the end of a line is seen to be. Rows are `{"table": …, "row": {…}}`, parents before what
refers to them. Instants are ISO text, spans whole microseconds, all else as the tables have it.
Who holds the writer's lock is no memory and stays where it is. There is no secret in a ledger.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby, islice
from typing import Any, Final

from sqlalchemy import Column, Connection, Table, delete, func, insert, select, text
from sqlalchemy.exc import IntegrityError

from watcher.adapters.ledger import copies, revisions
from watcher.adapters.ledger.column_types import Duration, Instant, Word, as_stored, span
from watcher.adapters.ledger.column_types import instant as moment
from watcher.adapters.ledger.schema import lease, meta, metadata
from watcher.adapters.ledger.serial import iso
from watcher.adapters.ledger.store import Store
from watcher.ports.ledger import LedgerUnusable
from watcher.record.overrides import Override

FORMAT: Final = "ledger/1"
_MANY = 500


def exported(store: Store) -> Iterator[str]:
    """The lines, as one look saw them. Raises `LedgerUnavailable`, `LedgerUnusable`."""
    yield _line({"schema": FORMAT, "revision": revisions.REVISIONS[-1]})
    count = 0
    with store.reading() as connection:
        for table in _tables():
            rows = connection.execute(_all_of(table), execution_options={"yield_per": _MANY})
            for row in rows:
                values = zip(table.columns, row, strict=True)
                yield _line({"table": table.name, "row": {one.name: _out(one, it) for one, it in values}})
                count += 1
    yield _line({"rows": count})


def imported(
    store: Store, lines: Iterable[str], words: tuple[Override, Override] | None = None
) -> tuple[int, tuple[int, int] | None]:
    """Fill a ledger in which nothing is remembered yet, whole or not at all, and say `words` to it.

    Answers how many rows came, and which word is the last one.

    Raises `LedgerUnusable` for what is no export of this schema, and for a ledger that is in use.
    """
    rest = iter(lines)
    head = _read(next(rest, "{}"))
    if (head.get("schema"), head.get("revision")) != (FORMAT, revisions.REVISIONS[-1]):
        present = f"{FORMAT} export of schema {revisions.REVISIONS[-1]}"
        raise LedgerUnusable(f"This is no {present}: export it with this very version.")
    count = 0
    with store.writing() as connection:
        _refuse_a_used_one(store, connection)
        connection.execute(delete(meta))
        for name, rows in groupby(_whole(rest), key=lambda one: one.get("table")):
            table = next((one for one in _tables() if one.name == name), None)
            if table is None:
                raise LedgerUnusable(f"The export holds a table that no ledger has: {name!r}.")
            while some := [_values(table, one) for one in islice(rows, _MANY)]:
                try:
                    connection.execute(insert(table), some)
                except IntegrityError:
                    raise LedgerUnusable(f"The export contradicts itself in the table {name}.") from None
                count += len(some)
        if connection.execute(select(func.count()).select_from(meta)).scalar_one() != 1:
            raise LedgerUnusable("The export is not whole: it does not say whose ledger it is.")
        _count_on(connection)
        last = copies.begin_anew(connection, *words) if words else copies.last_word(connection)
    return count, last


def _whole(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """The rows before the last line. Raises `LedgerUnusable` where that does not come, or miscounts them."""
    count = 0
    for line in map(_read, lines):
        if "rows" not in line:
            count += 1
            yield line
        elif line["rows"] == count and next(lines, None) is None:
            return
        else:
            raise LedgerUnusable("The export is not whole: rows are missing, or it was added to.")
    raise LedgerUnusable("The export is not whole: it was cut off before its last line.")


def _tables() -> Sequence[Table]:
    return [table for table in metadata.sorted_tables if table is not lease]


def _all_of(table: Table) -> Any:
    return select(*map(as_stored, table.columns)).order_by(*table.primary_key)


def _out(column: Column[Any], stored: Any) -> Any:
    return iso(moment(stored)) if isinstance(column.type, Instant) and stored is not None else stored


def _values(table: Table, line: dict[str, Any]) -> dict[str, Any]:
    row = line.get("row")
    if not isinstance(row, dict) or row.keys() != set(table.columns.keys()):
        raise LedgerUnusable(f"A row of the export does not fit the table {table.name}.")
    try:
        return {name: _in(table.columns[name], value) for name, value in row.items()}
    except (ValueError, TypeError):
        raise LedgerUnusable(f"A row of the export holds what the table {table.name} cannot.") from None


def _in(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    match column.type:
        case Instant():
            return datetime.fromisoformat(value)
        case Duration():
            return span(value)
        case Word(words=words):
            return words(value)
        case _:
            return value


def _refuse_a_used_one(store: Store, connection: Connection) -> None:
    used = any(
        connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in _tables()
        if table is not meta
    )
    if used or connection.execute(select(meta.c.organization)).scalar() is not None:
        raise LedgerUnusable(f"The ledger {store.place} remembers something already: import into a new one.")


def _count_on(connection: Connection) -> None:
    """Let a server number new rows after those that came with their numbers."""
    if connection.dialect.name != "postgresql":
        return
    for table in _tables():
        if "id" in table.c and table.c.id.autoincrement and table.c.id.type.python_type is int:
            last = f"(SELECT max(id) FROM {table.name})"
            named = f"pg_get_serial_sequence('{table.name}', 'id')"
            connection.execute(text(f"SELECT setval({named}, {last}) WHERE {last} IS NOT NULL"))


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _read(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise LedgerUnusable("A line of the export is no JSON object: it was cut off, or is something else.")
    return value
