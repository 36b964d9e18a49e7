"""Every store that a ledger may live in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import postgres
from watcher.adapters.ledger.places import Place

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
    return tmp_path / "watcher.db" if request.param == "sqlite" else postgres().empty()


def content(place: Place) -> object:
    """Everything that is stored, for comparing."""
    return place.read_bytes() if isinstance(place, Path) else postgres().content(place)
