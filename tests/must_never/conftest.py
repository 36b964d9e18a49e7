from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stage import Stage, staged


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """The default fleet: only `@latte` is ever due."""
    with staged(tmp_path) as stage:
        yield stage
