"""The boot as part of a test run, where that is asked for: it takes minutes."""

import os

import pytest

from tests.boot.__main__ import main
from tests.boot.machine import why_not


@pytest.mark.skipif("BOOT" not in os.environ, reason="takes minutes: asked for by BOOT=1, or `make boot`")
@pytest.mark.timeout(1200)
def test_the_units_under_a_real_systemd() -> None:
    if (missing := why_not()) is not None:
        pytest.skip(missing)
    assert main() == 0
