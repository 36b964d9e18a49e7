"""The doors to a ledger on a PostgreSQL server: the same promises as those to a file."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Final

from sqlalchemy import ARRAY, Connection, Text, bindparam, text

from watcher.adapters.ledger import revisions
from watcher.adapters.ledger.empty import EmptyLedger
from watcher.adapters.ledger.inspection import require_whole
from watcher.adapters.ledger.ledger import SqlLedger, SqlReader, SqlWords
from watcher.adapters.ledger.places import Server
from watcher.adapters.ledger.postgres import RIGHTS, PostgresStore
from watcher.adapters.ledger.schema import metadata, observations, problems, threads

_EVERYWHERE: Final = ("SELECT", "INSERT", "UPDATE")
_DELETED_FROM: Final = frozenset({observations.name, problems.name, threads.name})
"""Nothing else is ever deleted, but by an import, which does nothing else."""

_RIGHTS: Final = [
    (table.name, right)
    for table in metadata.sorted_tables
    for right in (*_EVERYWHERE, *(("DELETE",) if table.name in _DELETED_FROM else ()))
]
"""Asked before a turn: after a DELETE it is too late."""

_MISSING_RIGHT: Final = text(
    'SELECT wanted.name, wanted."right" FROM unnest(:names, :rights) AS wanted(name, "right")'
    " WHERE NOT has_table_privilege("
    "quote_ident(current_schema()) || '.' || quote_ident(wanted.name), wanted.\"right\")"
    # The numbers of a serial column come from what has rights of its own.
    " UNION ALL SELECT numbers.relname, 'USAGE' FROM pg_catalog.pg_class numbers"
    " JOIN pg_catalog.pg_depend owned ON owned.objid = numbers.oid AND owned.deptype = 'a'"
    " JOIN pg_catalog.pg_class owner ON owner.oid = owned.refobjid"
    " WHERE owner.relnamespace = current_schema()::regnamespace AND owner.relname = ANY(:names)"
    # A condition of its own: others may be tried in any order, and what is no sequence is an error.
    " AND CASE numbers.relkind WHEN 'S' THEN NOT has_sequence_privilege(numbers.oid, 'USAGE') ELSE false END"
).bindparams(bindparam("names", type_=ARRAY(Text)), bindparam("rights", type_=ARRAY(Text)))


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
        lacking = _missing_right(connection)
    if lacking is not None:
        raise revisions.unusable(store.server, f"gives this role no right to {lacking}", RIGHTS)


def _revision(store: PostgresStore) -> str | None:
    with store.reading() as connection:
        return store.revision(connection)


def _ready(store: PostgresStore) -> bool:
    return revisions.is_present(_revision(store), store.server)


def _missing_right(connection: Connection) -> str | None:
    """The first right that a turn needs and this role has not, as it is named to people."""
    asked = {"names": [name for name, _ in _RIGHTS], "rights": [right for _, right in _RIGHTS]}
    found = connection.execute(_MISSING_RIGHT, asked).first()
    return None if found is None else f"{found[1]} on {found[0]}"
