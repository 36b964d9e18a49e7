"""The front doors: whoever may write opens or creates the ledger, everybody else finds it or does not.

SQLAlchemy takes as long to import as everything else together: it is imported only where a file is opened.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from watcher.adapters.ledger import file
from watcher.adapters.ledger.empty import EmptyLedger
from watcher.ports.ledger import LedgerReader, LedgerUnavailable, LedgerUnusable

if TYPE_CHECKING:
    from watcher.adapters.ledger.ledger import SqlLedger, SqlWords

_OLDER = "Run `lease-watcher store migrate`, or one turn, to bring it up to date."


def open_ledger(path: Path) -> "SqlLedger":
    """The ledger to keep a turn's memory in: created or migrated as needed, by whichever process is first.

    Raises `LedgerUnusable`, `LedgerUnavailable`.
    """
    file.create(path)
    with trouble(path), closing(file.connect(path, mode="rw")) as connection:
        stored = file.revision(connection, path)
        # Readers go on while a turn writes; the mode stays with the file.
        if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            connection.execute("PRAGMA journal_mode = WAL")

    from watcher.adapters.ledger.ledger import SqlLedger
    from watcher.adapters.ledger.sqlite import engine_on

    engine = engine_on(path, mode="rw")
    if stored != file.REVISIONS[-1]:
        from watcher.adapters.ledger.migrate import migrate

        migrate(engine, path)
    return SqlLedger(engine, str(path))


def open_words(path: Path) -> "SqlWords":
    """An existing ledger, to append what a person says; never creates or migrates one.

    Raises `LedgerUnusable`, `LedgerUnavailable`.
    """
    with trouble(path):
        found = path.exists()
    if not found or not _ready(path, mode="rw"):
        raise file.unusable(
            path,
            "does not exist",
            "Check store.url; the first turn (`lease-watcher run --once`) creates the ledger.",
        )
    from watcher.adapters.ledger.ledger import SqlWords
    from watcher.adapters.ledger.sqlite import engine_on

    return SqlWords(engine_on(path, mode="rw"), str(path))


def open_reader(path: Path) -> LedgerReader:
    """The ledger to look into, the empty one where there is none; never creates, writes or migrates.

    Raises `LedgerUnusable`, `LedgerUnavailable`.
    """
    with trouble(path):
        found = path.exists()
    if not found:
        return EmptyLedger()
    immutable = False
    try:
        ready = _ready(path, mode="ro")
    except LedgerUnavailable:
        # SQLite keeps an index beside the file even to read. Where it may not, and no other process has
        # anything in flight, the file alone is the whole ledger.
        if _in_flight(path):
            raise
        immutable = True
        ready = _ready(path, mode="ro", immutable=True)
    if not ready:
        return EmptyLedger()
    from watcher.adapters.ledger.ledger import SqlReader
    from watcher.adapters.ledger.sqlite import engine_on

    return SqlReader(engine_on(path, mode="ro", immutable=immutable), str(path))


def _ready(path: Path, *, mode: str, immutable: bool = False) -> bool:
    """Whether a ledger of exactly this program's schema is there; False where the file is still empty."""
    with trouble(path), closing(file.connect(path, mode=mode, immutable=immutable)) as connection:
        stored = file.revision(connection, path)
    if stored is not None and stored != file.REVISIONS[-1]:
        raise file.unusable(path, f"is of an older version (schema {stored})", _OLDER)
    return stored is not None


def _in_flight(path: Path) -> bool:
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0


@contextmanager
def trouble(path: Path) -> Iterator[None]:
    """What SQLite and the system say about a file, as what a person can do about it."""
    try:
        yield
    except LedgerUnusable:
        raise
    except sqlite3.OperationalError as error:
        raise LedgerUnavailable(f"The ledger {path} cannot be opened now: {error}.") from error
    except sqlite3.DatabaseError as error:
        raise file.unusable(
            path,
            f"is no ledger: {error}",
            "Point store.url at the watcher's own file, or restore this one from a backup.",
        ) from error
    except OSError as error:
        raise file.unusable(
            path, f"cannot be opened: {error.strerror}", "Check the permissions of the file and its folders."
        ) from error
