"""PostgreSQL underneath SQLAlchemy: one writer at a time, as with SQLite; psycopg's home (ADR 14)."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, create_engine, event, func, select, text
from sqlalchemy.exc import DBAPIError, NoResultFound

from watcher.adapters.http.trust import bundle_in
from watcher.adapters.ledger import inspection, revisions
from watcher.adapters.ledger.bookmark import Bookmark
from watcher.adapters.ledger.places import LedgerUrl, Server, passwords_in
from watcher.adapters.ledger.schema import metadata
from watcher.adapters.ledger.store import Durable
from watcher.ports.ledger import LedgerUnavailable, LedgerUnusable

try:
    import psycopg
    from psycopg import errors
    from psycopg.conninfo import conninfo_to_dict
    from psycopg.types.json import set_json_dumps
    from psycopg.types.string import StrDumper
except ImportError as missing:
    # Also where psycopg is there and finds no libpq: `check` sees only that the package is there.
    raise LedgerUnusable(
        "A ledger on PostgreSQL needs psycopg, which is not installed: pip install 'lease-watcher[postgres]'."
    ) from missing

_DEFAULTS = {
    "application_name": "lease-watcher",
    "connect_timeout": "10",
    # A server that is gone without a word is noticed within half a minute, not after hours.
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
"""libpq's own are to wait for ever; whatever the URL says comes before these."""

_PATIENCE = "30s"
"""How long to wait for another writer's transaction, as with SQLite."""

_ABANDONED = "60s"
"""A writer that is frozen in mid-transaction loses it after this long: the others go on."""

_DURABLE = {
    Durable.POWER_LOSS: (
        "SELECT set_config('synchronous_commit', 'on', true)"
        " WHERE current_setting('synchronous_commit') = 'off'"
    ),
    Durable.KILL: "SET LOCAL synchronous_commit = off",
}
"""However a role or a database is set up: an intent that a crash took back would be carried out again."""

_LOCK = "SELECT 1 FROM lease FOR UPDATE"
_MIGRATING = 0x1EA5E_3A7C4E5

_UNUSABLE = (
    errors.InsufficientPrivilege,
    errors.UndefinedTable,
    errors.UndefinedColumn,
    errors.InvalidSchemaName,
    errors.DuplicateTable,
    errors.DuplicateColumn,
)
_UNAVAILABLE = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    errors.ReadOnlySqlTransaction,
    errors.IdleInTransactionSessionTimeout,
)
_DAMAGED = (errors.DataCorrupted, errors.IndexCorrupted)


class PostgresStore:
    """A ledger in a database of its own, or in a schema of its own.

    Who writes locks the ledger's one row first, so that writers come one after the other and everything
    a transaction reads after that is the latest: the guarantees of SQLite's `BEGIN IMMEDIATE`. Who only
    looks sees one snapshot, and waits for nobody.
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self._passwords = [one.reveal() for one in passwords_in(LedgerUrl(server.url))]
        self._parameters = self._parsed()
        self._engine = create_engine(
            "postgresql+psycopg://",
            creator=self._connect,
            # A server that was restarted between two transactions is no trouble at all.
            pool_pre_ping=True,
            hide_parameters=True,
            use_native_hstore=False,
            isolation_level="READ COMMITTED",
        )
        event.listen(self._engine, "checkout", _as_the_server_has_it)
        self._snapshots = self._engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )

    @property
    def place(self) -> str:
        return str(self.server)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._explained("read"), self._snapshots.begin() as connection:
            yield connection

    @contextmanager
    def writing(self, durable: Durable = Durable.POWER_LOSS) -> Iterator[Connection]:
        with self._explained("written"), self._engine.begin() as connection:
            connection.exec_driver_sql(f"{_of_a_writer(durable)}; {_LOCK}").close()
            yield connection

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """One transaction in which nobody else migrates; the others wait, and then find it done."""
        with self._explained("written"), self._engine.begin() as connection:
            connection.exec_driver_sql(_of_a_writer(Durable.POWER_LOSS)).close()
            connection.execute(select(func.pg_advisory_xact_lock(_MIGRATING)))
            yield connection

    def revision(self, connection: Connection) -> str | None:
        """The schema stored there, None where nothing is yet. Raises `LedgerUnusable`."""
        named = "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = current_schema()"
        if not revisions.is_ours(set(connection.execute(text(named)).scalars()), self.server, _OWN):
            return None
        stored = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return revisions.understood(str(stored or "lost"), self.server)

    def before_migrating(self, stored: str) -> None:
        """Nothing: a database is backed up by whoever runs the server, before an upgrade."""

    def trouble(self) -> Iterator[str]:
        """What is missing, and what the server says about tables that it cannot read to their end."""
        with self.reading() as connection:
            missing = list(inspection.lacking(connection))
        if missing:
            yield from (f"lacks {one}" for one in missing)
            return
        for table in metadata.sorted_tables:
            try:
                with self._engine.connect() as connection:
                    rows = connection.execute(select(func.count()).select_from(table)).scalar_one()
            except DBAPIError as error:
                if not isinstance(error.orig, (*_DAMAGED, *_UNUSABLE)):
                    with self._explained("read"):
                        raise
                yield f"{table.name} cannot be read: {self._words(error.orig)}"
            else:
                if table.name in revisions.OWN_ROWS and rows != 1:
                    yield f"the row of {table.name} is missing"

    def noted(self) -> Bookmark | None:
        """None: no place of ours outlives what is done to the database."""
        return None

    def note(self, mark: Bookmark) -> None:
        pass

    def close(self) -> None:
        self._engine.dispose()

    def _parsed(self) -> dict[str, Any]:
        try:
            said = conninfo_to_dict(self.server.url.reveal())
            return {**_DEFAULTS, **_with_store(said), "client_encoding": "utf8"}
        except psycopg.ProgrammingError:
            # Its words repeat parts of the URL.
            raise revisions.unusable(
                self.server, "has a URL that libpq does not understand", "Check store.url."
            ) from None

    def _connect(self) -> "psycopg.Connection[Any]":
        # A pooler may stand between, and give the next transaction another one: nothing is prepared.
        connection = psycopg.connect(**self._parameters, autocommit=True, prepare_threshold=None)
        try:
            if (encoding := connection.info.parameter_status("server_encoding")) != "UTF8":
                raise revisions.unusable(
                    self.server, f"is stored as {encoding}", "Create its database as UTF8."
                )
            connection.adapters.register_dumper(str, _WithoutNulls)
            set_json_dumps(_json, connection)
            connection.autocommit = False
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def _explained(self, done: str) -> Iterator[None]:
        try:
            yield
        except NoResultFound:
            raise revisions.incomplete(self.server) from None
        except (DBAPIError, psycopg.Error) as error:
            said = error.orig if isinstance(error, DBAPIError) else error
            words = self._words(said)
            # Without the cause: it may be the driver's own words about a URL.
            if isinstance(said, _DAMAGED):
                raise revisions.unusable(
                    self.server, f"cannot be {done}: {words}", "Restore it from a backup."
                ) from None
            if isinstance(said, _UNUSABLE):
                raise revisions.unusable(self.server, f"cannot be {done}: {words}", RIGHTS) from None
            if isinstance(said, psycopg.OperationalError) and _REFUSED.search(words):
                raise revisions.unusable(self.server, f"cannot be opened: {words}", _CHECK_URL) from None
            if isinstance(said, _UNAVAILABLE):
                raise LedgerUnavailable(
                    f"The ledger {self.server} cannot be {done} now: {words}. It holds no half-written "
                    "change: check the server and the way to it, then try again."
                ) from None
            raise

    def _words(self, error: BaseException | None) -> str:
        """What the server or the driver said, in one line and without the password."""
        words = "; ".join(line.strip() for line in str(error).splitlines() if line.strip())
        for password in self._passwords:
            words = words.replace(password, "***")
        return words.rstrip(".?")


def _with_store(said: dict[str, Any]) -> dict[str, Any]:
    """`sslrootcert=system` is the store that everything else here trusts, in words that every libpq knows.

    The one in psycopg's wheel has an OpenSSL that looks for it where nothing is. A weaker `sslmode` beside it
    is left for libpq to refuse.
    """
    if said.get("sslrootcert") != "system" or said.get("sslmode", "verify-full") != "verify-full":
        return said
    bundle = bundle_in(os.environ)
    return said if bundle is None else {**said, "sslrootcert": bundle, "sslmode": "verify-full"}


def _as_the_server_has_it(connection: "psycopg.Connection[Any]", *_: object) -> None:
    """After a look SQLAlchemy leaves READ WRITE behind, which overrules an administrator's read-only, and
    which a standby refuses as something that it does not know.
    """
    connection.read_only = None


def _of_a_writer(durable: Durable) -> str:
    """What holds within one transaction, and is over with it: the next one may be on another connection."""
    return "; ".join(
        (
            _DURABLE[durable],
            f"SET LOCAL lock_timeout = '{_PATIENCE}'",
            f"SET LOCAL idle_in_transaction_session_timeout = '{_ABANDONED}'",
        )
    )


_REFUSED = re.compile(
    r"""FATAL:.*(
        (database|role)\ "[^"]*"\ does\ not\ exist | no\ such\ (database|user)
        | authentication\ failed | auth\ failed | no\ pg_hba\.conf\ entry
        | is\ not\ permitted\ to\ log\ in | permission\ denied\ for\ database
        | unsupported\ startup\ parameter
    ) | invalid\ \w+\ value | invalid\ (port|integer) | could\ not\ match\ \d+ | weak\ sslmode
      | definition\ of\ service | Servname\ not\ supported
      | no\ password\ supplied | root\ certificate\ file.*does\ not\ exist""",
    re.VERBOSE,
)
"""What libpq, a server or a pooler says where trying again is of no use. There is no code to know it by:
libpq gives none for a connection that did not come about. In another language it is taken for what passes.
"""

_CHECK_URL = "Check the database, the user and the password in store.url, and what the server says of them."
_OWN = "Give the watcher a database of its own, or a schema: ?options=-csearch_path%3DNAME."
RIGHTS = "The watcher's role must own its tables, or the schema in which it is to create them."


class _WithoutNulls(StrDumper):
    """PostgreSQL keeps every sign but U+0000, which stands in nothing that is worth keeping exactly."""

    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace("\0", "\N{REPLACEMENT CHARACTER}"))


def _json(value: object) -> str:
    dumped = json.dumps(value)
    return json.dumps(_without_nulls(value)) if "\\u0000" in dumped else dumped


def _without_nulls(value: Any) -> Any:
    match value:
        case str():
            return value.replace("\0", "\N{REPLACEMENT CHARACTER}")
        case dict():
            return {_without_nulls(key): _without_nulls(held) for key, held in value.items()}
        case list() | tuple():
            return [_without_nulls(held) for held in value]
        case _:
            return value
