from collections.abc import Iterator

import pytest

from tests.sandbox.stage import Stage, account, fleet, staged


@pytest.fixture
def stage() -> Iterator[Stage]:
    """One project with three leased accounts and one of the customer's own; no limits."""
    accounts = [account(1), account(2), account(3), account(9, leased=False)]
    with staged(fleet(*accounts), limits=False) as held:
        yield held
