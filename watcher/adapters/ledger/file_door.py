"""The doors to a ledger in a file: whoever may write opens or creates it, everybody else finds it or not."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from watcher.adapters.ledger import bookmark, file, revisions

if TYPE_CHECKING:
    from watcher.adapters.ledger.empty import EmptyLedger
    from watcher.adapters.ledger.ledger import SqlLedger, SqlReader, SqlWords
    from watcher.adapters.ledger.sqlite import SqliteStore


def open_ledger(path: Path) -> "SqlLedger":
    """The ledger to keep a turn's memory in: created or migrated as needed, by whichever process is first.

    Raises `LedgerUnusable`, `LedgerUnavailable`.
    """
    file.create(path)
    with trouble(path), closing(file.connect(path, mode="rw")) as connection:
        stored = file.revision(connection, path)
        file.let_readers_go_on(connection)

    from watcher.adapters.ledger.ledger import SqlLedger
    from watcher.adapters.ledger.sqlite import SqliteStore

    store = SqliteStore(path, mode="rw")
    if stored != revisions.REVISIONS[-1]:
        from watcher.adapters.ledger.migrate import migrate

        try:
            migrate(store)
        except BaseException:
            store.close()
            raise
    return SqlLedger(_whole(store))


def rehearse(path: Path) -> bool:
    """Whether there is a ledger of this program's schema that a turn can write; False: it will make one, and
    can. Leaves nothing behind. Raises what `open_ledger` and the turn's writing would.
    """
    if not is_there(path):
        file.rehearse_creation(path)
        return False
    with trouble(path), closing(file.connect(path, mode="rw")) as connection:
        stored = file.revision(connection, path)
    from watcher.adapters.ledger.ledger import SqlWords
    from watcher.adapters.ledger.migrate import rehearse
    from watcher.adapters.ledger.sqlite import SqliteStore

    with closing(SqliteStore(path, mode="rw")) as store:
        if stored != revisions.REVISIONS[-1]:
            rehearse(store)
            return False
        SqlWords(_whole(store)).prove_writable()
        return True


def open_words(path: Path) -> "SqlWords":
    """An existing ledger, to append what a person says; never creates or migrates one.

    Raises `LedgerUnusable`, `LedgerUnavailable`.
    """
    if not is_there(path) or not _ready(path, mode="rw"):
        raise revisions.absent(path)
    from watcher.adapters.ledger.ledger import SqlWords
    from watcher.adapters.ledger.sqlite import SqliteStore

    return SqlWords(_whole(SqliteStore(path, mode="rw")))


def open_reader(path: Path) -> "SqlReader | EmptyLedger":
    """The ledger to look into, the empty one where there is none; never creates, writes or migrates.

    Raises `LedgerUnusable`, `LedgerUnavailable`.
    """
    if not is_there(path):
        return _empty(path)
    resting = at_rest(path)
    if not _ready(path, mode="ro", resting=resting):
        return _empty(path)
    from watcher.adapters.ledger.ledger import SqlReader
    from watcher.adapters.ledger.sqlite import SqliteStore

    return SqlReader(_whole(SqliteStore(path, mode="ro", at_rest=resting)))


def _empty(path: Path) -> "EmptyLedger":
    from watcher.adapters.ledger.empty import EmptyLedger

    noted = bookmark.read(path)
    if noted is None:
        return EmptyLedger()
    from watcher.adapters.ledger.copies import lost_whole

    return EmptyLedger(lost_whole(noted))


def _whole(store: "SqliteStore") -> "SqliteStore":
    from watcher.adapters.ledger.inspection import require_whole

    try:
        with store.reading() as connection:
            require_whole(connection, store.path)
    except BaseException:
        store.close()
        raise
    return store


def at_rest(path: Path) -> file.State | None:
    """The state of a ledger that must be read, and may be, without the index that SQLite keeps beside it.

    None: it is read with that index, as any other. On a read-only disk there can be none; where nothing is
    in flight either, the file is all there is.
    """
    before = file.state(path)
    try:
        with closing(file.connect(path, mode="ro")) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.OperationalError as error:
        return before if error.sqlite_errorcode & 0xFF in _NO_INDEX else None
    except sqlite3.DatabaseError:
        pass  # no ledger: told by whoever reads it
    return None


_NO_INDEX = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN})


def is_there(path: Path) -> bool:
    # Not `Path.exists`: newer Pythons answer no where they may not look, and an unreadable ledger is none
    # that may be taken for an empty one.
    with trouble(path):
        try:
            path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        return True


def _ready(path: Path, *, mode: str, resting: file.State | None = None) -> bool:
    """Whether a ledger of exactly this program's schema is there; False where the file is still empty."""
    immutable = resting is not None
    with (
        file.undisturbed(path, resting),
        trouble(path),
        closing(file.connect(path, mode=mode, immutable=immutable)) as connection,
    ):
        stored = file.revision(connection, path)
    return revisions.is_present(stored, path)


@contextmanager
def trouble(path: Path) -> Iterator[None]:
    """What SQLite and the system say about a file, as what a person can do about it."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if file.is_no_trouble_of_now(error):
            raise file.damaged(path, f"cannot be opened: {error}") from error
        raise file.unavailable(path, f"cannot be opened now: {error}") from error
    except sqlite3.DatabaseError as error:
        raise file.damaged(path, f"is no ledger: {error}") from error
    except OSError as error:
        raise revisions.unusable(
            path, f"cannot be opened: {error.strerror}", "Check the permissions of the file and its folders."
        ) from error
