"""The ledger's file: created private, opened, asked which schema it holds, and what belongs to it.

Standard library only.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

from watcher.adapters.ledger.revisions import is_ours, understood, unusable
from watcher.ports.ledger import LedgerUnavailable, LedgerUnusable

_CACHE_KIB: Final = 500
"""What each connection may keep of a ledger's pages, of the 2,000 that SQLite takes by itself: a daemon has
several for months, and grew by as much as they filled up. No turn is slower for it: the system has the file.
"""
_PATIENCE = 30.0
"""Seconds to wait for another process's transaction."""


def create(path: Path) -> None:
    """Make an empty file only its owner can read, and its folder, unless they are there."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Only ever opened when new: closing a file that SQLite has open elsewhere in this process would
        # drop SQLite's locks on it.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError as error:
        if not path.exists():  # the folder's name is taken by a file
            raise unusable(path, f"cannot be created: {error.strerror}", _PLACE) from error
    except OSError as error:
        raise unusable(path, f"cannot be created: {error.strerror}", _PLACE) from error


def rehearse_creation(path: Path) -> None:
    """Raise what `create` would, and leave nothing behind."""
    try:
        folder = next(each for each in path.parents if each.exists())
        # A file without a name in the folder that the missing ones would be made in.
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise unusable(path, f"cannot be created: {error.strerror}", _PLACE) from error


def connect(path: Path, *, mode: str, immutable: bool = False) -> sqlite3.Connection:
    """A connection that leaves transactions to its user. `mode` is SQLite's `ro` or `rw`: neither creates.

    It works in the thread that opened it only; every commit reaches the disk before it returns, unless
    its user asks for less.
    """
    address = f"{path.absolute().as_uri()}?mode={mode}" + ("&immutable=1" if immutable else "")
    connection = sqlite3.connect(address, uri=True, timeout=_PATIENCE, isolation_level=None)
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def revision(connection: sqlite3.Connection, path: Path) -> str | None:
    """The schema stored in the file, None where it holds nothing yet.

    Raises `LedgerUnusable` for another program's database and for a schema this program does not know.
    """
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not is_ours(tables, path, _PLACE):
        return None
    (stored,) = connection.execute("SELECT version_num FROM alembic_version").fetchone() or ("lost",)
    return understood(stored, path)


def let_readers_go_on(connection: sqlite3.Connection) -> None:
    """Have readers go on while a turn writes (SQLite's write-ahead log); the mode stays with the file.

    To be closed afterwards: where the mode was changed, the connection keeps the file for itself.
    """
    if connection.execute("PRAGMA journal_mode").fetchone() == ("wal",):
        return
    # SQLite waits for others to begin a transaction, but not to change the mode: so first be alone, then
    # stay so. The other way round two that wait would each keep the lock that the other waits for.
    connection.execute("BEGIN EXCLUSIVE")
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode = WAL")


State = tuple[int, int, int]


def state(path: Path) -> State | None:
    """What a file is known by as long as nobody works on it.

    None where there is none, or where something committed is in SQLite's log and not yet in the file.
    """
    try:
        found = path.stat()
        in_flight = _size(path.with_name(f"{path.name}-wal")) > 0
    except OSError:
        return None
    return None if in_flight else (found.st_ino, found.st_size, found.st_mtime_ns)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


@contextmanager
def undisturbed(path: Path, at_rest: State | None) -> Iterator[None]:
    """For reading without SQLite's locks: what was read is good only if the file is still in that state.

    Otherwise it may be of two times at once, or seem to be damaged. Raises `LedgerUnavailable` then.
    None: it is read with locks, and need not be watched.
    """
    try:
        yield
    except Exception as error:
        if at_rest is not None and state(path) != at_rest:
            raise _disturbed(path) from error
        raise
    if at_rest is not None and state(path) != at_rest:
        raise _disturbed(path)


def _disturbed(path: Path) -> LedgerUnavailable:
    return LedgerUnavailable(f"The ledger {path} was written while it was read: try again.")


def is_no_trouble_of_now(error: sqlite3.OperationalError) -> bool:
    """Whether a statement makes no sense to SQLite, for want of a table or a column: it never will."""
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_ERROR


def damaged(path: Path, why: str) -> LedgerUnusable:
    return unusable(path, why, "Restore it from a backup, or point store.url at the watcher's own file.")


def unavailable(path: Path, why: str) -> LedgerUnavailable:
    return LedgerUnavailable(
        f"The ledger {path} {why}. It holds no half-written change: check the disk, the permissions of the "
        "file and of its folder, and who else uses it, then try again."
    )


_PLACE = "Point store.url at a file of the watcher's own, in a folder it may write."

_ITS_OWN: Final = frozenset({"", "-wal", "-shm", "-journal", ".bookmark", ".bookmark.partial"})
_COPIES: Final = (".before-", ".replaced-", ".restoring", ".bookmark.aside")


def belongs_to(ledger: Path, file: Path) -> bool:
    """Whether `file` is the ledger, SQLite's own beside it, the bookmark or a copy put aside.

    By whatever name, and whether it is there yet or not.
    """
    if same(ledger, file):
        return True
    # SQLite's own lie where the ledger is, the bookmark where its name is: behind a link that is elsewhere.
    for stem in {str(ledger), os.path.realpath(ledger)}:
        if any(same(Path(f"{stem}{suffix}"), file) for suffix in _ITS_OWN):
            return True
        if os.path.realpath(file).startswith(tuple(f"{os.path.realpath(stem)}{each}" for each in _COPIES)):
            return True
    return False


def same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return os.path.realpath(one) == os.path.realpath(other)
