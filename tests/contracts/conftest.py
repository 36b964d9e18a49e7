"""Every store that a ledger may live in."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from tests.builders import NOW
from tests.postgres import postgres
from watcher.adapters.ledger import opening
from watcher.adapters.ledger.memory.ledger import MemoryLedger, MemoryReader, MemoryWords
from watcher.adapters.ledger.memory.state import State
from watcher.adapters.ledger.places import Place
from watcher.ports.ledger import Ledger, LedgerReader, LedgerWords

STORES = (
    pytest.param("sqlite", marks=pytest.mark.disk),
    pytest.param("postgresql", marks=pytest.mark.server),
)
Anywhere = Place | State
"""A database, or a memory."""


@pytest.fixture(params=(*STORES, "memory"))
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Anywhere]:
    """Where a ledger may be made, or is."""
    with anywhere(request.param, tmp_path) as made:
        yield made


@pytest.fixture(params=STORES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Anywhere]:
    """The same, for what only a database promises: modules about storage take it as their `place`."""
    with anywhere(request.param, tmp_path) as made:
        yield made


@contextmanager
def anywhere(kind: str, folder: Path) -> Iterator[Anywhere]:
    match kind:
        case "sqlite":
            yield folder / "watcher.db"
        case "memory":
            yield State()
        case _:
            with postgres().ledger() as server:
                yield server


def open_ledger(place: Anywhere) -> Ledger:
    return MemoryLedger(place) if isinstance(place, State) else opening.open_ledger(place)


def open_words(place: Anywhere) -> LedgerWords:
    return MemoryWords(place) if isinstance(place, State) else opening.open_words(place)


def open_reader(place: Anywhere) -> LedgerReader:
    return MemoryReader(place) if isinstance(place, State) else opening.open_reader(place)


@pytest.fixture(params=STORES)
def nowhere(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where no ledger is."""
    return tmp_path / "nowhere.db" if request.param == "sqlite" else postgres().empty()


def taken(ledger: Ledger, at: datetime = NOW) -> Ledger:
    """With the writer's lock, taken at an instant: from another holder if its term is over by then."""
    assert ledger.take_lock(at) is None
    return ledger


def content(place: Anywhere) -> object:
    """Everything that is stored, for comparing; of a memory without what it put together of that."""
    if isinstance(place, State):
        return {name: repr(value) for name, value in vars(place).items() if name != "remembered"}
    return place.read_bytes() if isinstance(place, Path) else postgres().content(place)
