from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.builders import NOW
from tests.fakes.clock import FakeClock
from tests.stage import Stage, in_memory
from tests.turn.office import Channel, Post
from watcher.adapters.ledger.memory.ledger import MemoryLedger
from watcher.adapters.ledger.memory.state import State
from watcher.messages.routes import Route, Routes


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """The default fleet: only `@latte` is ever due."""
    with in_memory(tmp_path) as stage:
        yield stage


@pytest.fixture
def post() -> Iterator[Callable[..., Post]]:
    with closing(MemoryLedger(State())) as ledger:
        ledger.take_lock(NOW)

        def make(*channels: Channel, **routing: object) -> Post:
            routes = tuple(Route(notifier=one.name, counts=one.counts, **routing) for one in channels)  # type: ignore[arg-type]
            return Post(ledger=ledger, clock=FakeClock(NOW), channels=channels, routes=Routes(routes=routes))

        yield make
