"""Every store that a ledger may live in."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.builders import NOW
from tests.postgres import postgres
from watcher.adapters.ledger.places import Place
from watcher.ports.ledger import Ledger

STORES = ("sqlite", "postgresql")


@pytest.fixture(params=STORES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Where a ledger may be made, or is."""
    if request.param == "sqlite":
        yield tmp_path / "watcher.db"
    else:
        with postgres().ledger() as server:
            yield server


@pytest.fixture(params=STORES)
def nowhere(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where no ledger is."""
    return tmp_path / "nowhere.db" if request.param == "sqlite" else postgres().empty()


def taken(ledger: Ledger, at: datetime = NOW) -> Ledger:
    """With the writer lease, taken at an instant: from another holder if its term is over by then."""
    assert ledger.take_lease(at) is None
    return ledger


def content(place: Place) -> object:
    """Everything that is stored, for comparing."""
    return place.read_bytes() if isinstance(place, Path) else postgres().content(place)
