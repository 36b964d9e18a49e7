from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stage import Stage, in_memory, staged


@pytest.fixture
def stage(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Stage]:
    """The default fleet: only `@latte` is ever due. What is said of the ledger itself is marked `disk`."""
    set_up = staged if request.node.get_closest_marker("disk") else in_memory
    with set_up(tmp_path) as stage:
        yield stage
