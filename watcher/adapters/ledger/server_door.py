"""The doors to a ledger on a PostgreSQL server: the same promises as those to a file."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from watcher.adapters.ledger import revisions, rights
from watcher.adapters.ledger.empty import EmptyLedger
from watcher.adapters.ledger.inspection import require_whole
from watcher.adapters.ledger.ledger import SqlLedger, SqlReader, SqlWords
from watcher.adapters.ledger.places import Server
from watcher.adapters.ledger.postgres import RIGHTS, PostgresStore


def open_ledger(server: Server) -> SqlLedger:
    with _opened(server) as store:
        if _revision(store) != revisions.REVISIONS[-1]:
            from watcher.adapters.ledger.migrate import migrate

            migrate(store)
        _require_whole(store)
        _require_rights(store)
        return SqlLedger(store)


def rehearse(server: Server) -> bool:
    """The same promises as of a file's."""
    with closing(PostgresStore(server)) as store:
        if _revision(store) == revisions.REVISIONS[-1]:
            _require_whole(store)
            _require_rights(store)
            SqlWords(store).prove_writable()
            return True
        from watcher.adapters.ledger.migrate import rehearse

        rehearse(store)
        return False


def open_words(server: Server) -> SqlWords:
    with _opened(server) as store:
        if not _ready(store):
            raise revisions.absent(server)
        _require_whole(store)
        return SqlWords(store)


def open_reader(server: Server) -> SqlReader | EmptyLedger:
    with _opened(server) as store:
        if _ready(store):
            _require_whole(store)
            return SqlReader(store)
        store.close()
        return EmptyLedger()


def is_there(server: Server) -> bool:
    with closing(PostgresStore(server)) as store:
        return _revision(store) is not None


def check(server: Server) -> tuple[str, ...]:
    """What is wrong with an existing ledger, in sentences. Reads every row, as its checksums are, once."""
    with closing(PostgresStore(server)) as store:
        behind = revisions.to_be_brought_up(_revision(store), server)
        return behind or tuple(f"{server}: {said}" for said in store.trouble())


@contextmanager
def _opened(server: Server) -> Iterator[PostgresStore]:
    """A store that is closed again where opening it fails."""
    store = PostgresStore(server)
    try:
        yield store
    except BaseException:
        store.close()
        raise


def _require_whole(store: PostgresStore) -> None:
    with store.reading() as connection:
        require_whole(connection, store.server)


def _require_rights(store: PostgresStore) -> None:
    """Raises `LedgerUnusable` for the first right that a turn would miss, maybe after a DELETE."""
    with store.reading() as connection:
        lacking = rights.missing(connection)
    if lacking is not None:
        raise revisions.unusable(store.server, f"gives this role no right to {lacking}", RIGHTS)


def _revision(store: PostgresStore) -> str | None:
    with store.reading() as connection:
        return store.revision(connection)


def _ready(store: PostgresStore) -> bool:
    return revisions.is_present(_revision(store), store.server)
