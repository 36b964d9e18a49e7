from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.desk import Desk, desk


@pytest.fixture
def at_desk(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as one:
        yield one
