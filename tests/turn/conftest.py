from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.builders import NOW
from tests.fakes.clock import FakeClock
from tests.stage import Stage, staged
from tests.turn.office import Channel, Post
from watcher.adapters.ledger.opening import open_ledger
from watcher.messages.routes import Route, Routes


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """The default fleet: only `@latte` is ever due."""
    with staged(tmp_path) as stage:
        yield stage


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Callable[..., Post]]:
    with closing(open_ledger(tmp_path / "watcher.db")) as ledger:
        ledger.take_lease(NOW)

        def make(*channels: Channel, **routing: object) -> Post:
            routes = tuple(Route(notifier=one.name, counts=one.counts, **routing) for one in channels)  # type: ignore[arg-type]
            return Post(ledger=ledger, clock=FakeClock(NOW), channels=channels, routes=Routes(routes=routes))

        yield make
