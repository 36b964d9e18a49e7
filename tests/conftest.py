"""For every test."""

import gc
import os
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, create_engine

from tests import disk, sent
from tests.needs import guarded, is_left_out, need_of
from tests.together import Scheduling

# How long an example takes says something about the machine only.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", settings.get_profile("any machine"), max_examples=25)
settings.load_profile("any machine")

# Set by xdist for the processes that tests run in, and by readline, past os.environ: not by who reads a pipe.
os.environ.pop("COLUMNS", None)
os.unsetenv("COLUMNS")


@pytest.fixture(autouse=True, scope="session")
def statements_are_compiled_once() -> Iterator[None]:
    """A turn of a test opens its ledger anew, as a cron line does, and SQLAlchemy compiles every statement
    for each engine: a third of the time of these tests. One engine of a kind lends the others what it has.
    """
    lenders: dict[str, Engine] = {}

    def lent(create: Callable[..., Engine]) -> Callable[..., Engine]:
        def engine(*where: Any, **how: Any) -> Engine:
            made = create(*where, **how)
            lender = lenders.get(made.dialect.name)
            if lender is None or getattr(lender.dialect, "server_version_info", None) is None:
                lenders[made.dialect.name] = made  # the one before never met its database
            else:
                made.dialect, made._compiled_cache = lender.dialect, lender._compiled_cache
            return made

        return engine

    with (
        patch("watcher.adapters.ledger.sqlite.create_engine", lent(create_engine)),
        patch("watcher.adapters.ledger.postgres.create_engine", lent(create_engine)),
    ):
        yield


@pytest.fixture(autouse=True, scope="session")
def nothing_waits_for_the_disk() -> Iterator[None]:
    with disk.not_waited_for():
        yield


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    is_test = collection_path.name.startswith("test_") and collection_path.suffix == ".py"
    return True if is_test and is_left_out(collection_path, config.option.markexpr) else None


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    return Scheduling(config, log)


def pytest_collection_finish() -> None:
    """Tests and modules stay to the end: who looks for garbage need not go through them each time."""
    gc.collect()
    gc.freeze()


def pytest_itemcollected(item: pytest.Item) -> None:
    need = need_of(item.path)
    if need is not None:
        item.add_marker(need)


_running: list[pytest.Item] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    _running[:] = [item]
    sent.forget()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    told = sent.deletes_sent() if report.failed else ""
    if told:
        report.sections.append(("DELETEs that were sent", told))
    return report


@pytest.fixture(autouse=True, scope="session")
def what_tests_need_and_send_is_seen() -> Iterator[None]:
    with sent.remembered(), guarded(lambda: _running[0] if _running else None):
        yield


def pytest_sessionfinish() -> None:
    """A worker ends without what Python does at an exit, so servers are stopped here."""
    module = sys.modules.get("tests.postgres")
    if module is not None and module.postgres.cache_info().currsize:
        module.postgres().stop()
