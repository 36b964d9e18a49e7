"""A real pgbouncer in transaction mode before the tests' PostgreSQL; skipped where there is none."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from tests.ports import free_port
from tests.postgres import PASSWORD, name_of, postgres
from watcher.adapters.ledger.places import Server
from watcher.texts.secret import Secret

_CONFIGURATION = """\
[databases]
* = host={socket} port=5432 user=postgres

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 2
logfile = {folder}/log
pidfile = {folder}/pid
"""


@contextmanager
def pgbouncer() -> Iterator[int]:
    """The port at which every database of the server can be reached, on two of its connections."""
    program = shutil.which("pgbouncer") or shutil.which("/usr/sbin/pgbouncer")
    if program is None:
        pytest.skip("pgbouncer is not installed")
    port, folder = free_port(), Path(tempfile.mkdtemp())
    settings = folder / "pgbouncer.ini"
    settings.write_text(_CONFIGURATION.format(socket=postgres().socket, port=port, folder=folder))
    command = [program, str(settings)]
    if os.geteuid() == 0:  # which it refuses to run as
        shutil.chown(folder, "pgserver")
        command[1:1] = ["-u", "pgserver"]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, folder)
        yield port
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


def through(port: int, place: Server, *, database: str | None = None, more: str = "") -> Server:
    """The same database, by way of the pooler."""
    name = database or name_of(place)
    password = quote(PASSWORD, safe="")
    return Server(Secret(f"postgresql://watcher:{password}@127.0.0.1:{port}/{name}?sslmode=disable{more}"))


def _wait_for(port: int, folder: Path) -> None:
    for _ in range(200):
        try:
            psycopg.connect(host="127.0.0.1", port=port, dbname="postgres", user="watcher").close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError((folder / "log").read_text())
