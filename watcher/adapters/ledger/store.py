"""What every database under the ledger does alike: look at one instant, and write whole or not at all."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from enum import StrEnum
from functools import cache
from importlib import import_module
from itertools import islice
from typing import Any, Protocol, TypeVar

from sqlalchemy import BindParameter, Connection, Select, String, bindparam

from watcher.adapters.ledger.bookmark import Bookmark, Unreadable

MANY = 500
"""Rows written or looked up at once: SQLite limits the parameters of one statement."""

ItemT = TypeVar("ItemT")


class Durable(StrEnum):
    """What a commit outlives. Either way it is whole or not at all."""

    POWER_LOSS = "power loss"
    """It is on the disk when the transaction returns."""
    KILL = "kill"
    """The system has it; the next commit of the other kind, or the database itself, takes it to the disk."""


class Store(Protocol):
    """One database that holds one ledger. Used by the thread that opened it only."""

    @property
    def place(self) -> str:
        """Where it is, for messages: never with a password."""
        ...

    def reading(self) -> AbstractContextManager[Connection]:
        """One consistent look. Raises `LedgerUnavailable`, `LedgerUnusable`."""
        ...

    def writing(self, durable: Durable = Durable.POWER_LOSS) -> AbstractContextManager[Connection]:
        """One transaction, whole or not at all, and no other writer within it.

        Raises `LedgerUnavailable`, `LedgerUnusable`.
        """
        ...

    def alone(self) -> AbstractContextManager[Connection]:
        """One transaction in which nobody else writes or migrates, whatever schema is there."""
        ...

    def revision(self, connection: Connection) -> str | None:
        """The schema that is stored, None where nothing is yet. Raises `LedgerUnusable`."""
        ...

    def before_migrating(self, stored: str, /) -> None:
        """Keep what is there, of the schema `stored`, where that is possible."""
        ...

    def noted(self) -> Bookmark | Unreadable | None:
        """What was noted, outside the database, as the last that it remembers; None: nothing ever was."""
        ...

    def note(self, mark: Bookmark) -> None:
        """Note it in the place of what was noted before, where the database has such a place."""
        ...

    def close(self) -> None: ...


def batches(everything: Iterable[ItemT]) -> Iterator[list[ItemT]]:
    """All of it, as many at once as one statement takes."""
    rest = iter(everything)
    while some := list(islice(rest, MANY)):
        yield some


def several(count: int) -> list[BindParameter[str]]:
    """In a query about so many of something, their ids: see `asked_about`."""
    return [bindparam(f"p{number}", type_=String) for number in range(count)]


def asked_about(some: Sequence[str]) -> dict[str, str]:
    """The ids as parameters of a query about `several`.

    A few sizes only, so that each is compiled once: the last one is asked about several times.
    """
    count = 1 << (len(some) - 1).bit_length()
    return {f"p{number}": some[min(number, len(some) - 1)] for number in range(count)}


def stored(connection: Connection, query: Select[Any], **parameters: object) -> list[tuple[Any, ...]]:
    """The rows of a constant query as the driver has them, every value as it is stored.

    For what runs once per project and turn: SQLAlchemy's part in such a query costs more than the
    database's. What goes wrong here is the driver's own exception.
    """
    text, fixed = _compiled(query, connection.dialect.name)
    driver: Any = connection.connection.driver_connection
    found: list[tuple[Any, ...]] = driver.execute(text, {**fixed, **parameters}).fetchall()
    return found


_NAMED = {"sqlite": "named", "postgresql": "pyformat"}


@cache
def _compiled(query: Select[Any], dialect: str) -> tuple[str, Mapping[str, Any]]:
    words = import_module(f"sqlalchemy.dialects.{dialect}").dialect(paramstyle=_NAMED[dialect])
    compiled = query.compile(dialect=words)
    return str(compiled), compiled.params
