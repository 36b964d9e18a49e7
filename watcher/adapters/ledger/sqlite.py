"""SQLite underneath SQLAlchemy: who begins a transaction, how durable it is, and what its errors mean."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import cast

from sqlalchemy import URL, Connection, QueuePool, create_engine, event
from sqlalchemy.exc import DBAPIError, NoResultFound

from watcher.adapters.ledger import bookmark, file, revisions
from watcher.adapters.ledger.store import Durable

_DURABLE = "ledger_durable"
_SYNCHRONOUS = {Durable.POWER_LOSS: "FULL", Durable.KILL: "NORMAL"}


class SqliteStore:
    """A ledger in a file. It lets one writer in at a time, for as long as its transaction takes."""

    def __init__(self, path: Path, *, mode: str, at_rest: file.State | None = None) -> None:
        """`at_rest`: the state in which alone it is read, without SQLite's locks."""
        self.path = path
        self._file = _identity(path)
        self._at_rest = at_rest
        self._engine = create_engine(
            URL.create("sqlite+pysqlite", database=str(path)),
            creator=lambda: file.connect(path, mode=mode, immutable=at_rest is not None),
            poolclass=QueuePool,
            hide_parameters=True,
        )
        event.listen(self._engine, "begin", _begin)

    @property
    def place(self) -> str:
        return str(self.path)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with (
            file.undisturbed(self.path, self._at_rest),
            self._explained("read"),
            self._engine.begin() as connection,
        ):
            yield connection

    @contextmanager
    def writing(self, durable: Durable = Durable.POWER_LOSS) -> Iterator[Connection]:
        if _identity(self.path) != self._file:
            # SQLite would go on writing to what has no name any more, where no person's hold can be heard.
            raise file.unavailable(self.path, "was removed or replaced while it was in use")
        with self._explained("written"), self._engine.connect() as connection:
            connection.execution_options(**{_DURABLE: _SYNCHRONOUS[durable]})
            with connection.begin():
                yield connection

    def alone(self) -> AbstractContextManager[Connection]:
        return self.writing()

    def revision(self, connection: Connection) -> str | None:
        return file.revision(driver(connection), self.path)

    def before_migrating(self, _stored: str) -> None:
        """Copy the file, whole or not at all; an earlier attempt's copy is replaced."""
        to = self.path.with_name(f"{self.path.name}.before-{revisions.REVISIONS[-1]}")
        partial = to.with_name(f"{to.name}.partial")
        partial.unlink(missing_ok=True)
        file.create(partial)
        with (
            closing(file.connect(self.path, mode="ro")) as source,
            closing(file.connect(partial, mode="rw")) as target,
        ):
            source.backup(target)
        os.replace(partial, to)

    def noted(self) -> bookmark.Bookmark | bookmark.Unreadable | None:
        return bookmark.read(self.path)

    def note(self, mark: bookmark.Bookmark) -> None:
        bookmark.write(self.path, mark)

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _explained(self, done: str) -> Iterator[None]:
        try:
            yield
        except NoResultFound as error:
            raise revisions.incomplete(self.path) from error
        except (DBAPIError, sqlite3.Error) as error:
            said = error.orig if isinstance(error, DBAPIError) else error
            if isinstance(said, sqlite3.OperationalError):
                if file.is_no_trouble_of_now(said):
                    raise file.damaged(self.path, f"cannot be {done}: {said}") from error
                raise file.unavailable(self.path, f"cannot be {done} now: {said}") from error
            if type(said) is sqlite3.DatabaseError:  # so, and no subclass, does SQLite call a damaged file
                raise file.damaged(self.path, f"cannot be {done}: {said}") from error
            raise


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file it is, whatever it is called; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def driver(connection: Connection) -> sqlite3.Connection:
    return cast(sqlite3.Connection, connection.connection.driver_connection)


def _begin(connection: Connection) -> None:
    synchronous = connection.get_execution_options().get(_DURABLE)
    if synchronous is None:
        driver(connection).execute("BEGIN")
    else:
        driver(connection).execute(f"PRAGMA synchronous = {synchronous}")
        # A transaction that reads first and writes later would lose to another writer in between, and
        # no patience helps it: one that will write takes the write lock at once.
        driver(connection).execute("BEGIN IMMEDIATE")
