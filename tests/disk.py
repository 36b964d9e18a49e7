"""The machine's disk: no test takes the power away, so none waits until something is there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from watcher.adapters.ledger.store import Durable


@contextmanager
def not_waited_for() -> Iterator[None]:
    """What a commit outlives is asked of SQLite where it is claimed: `tests.adapters.ledger.test_opening`."""
    with (
        patch.dict("watcher.adapters.ledger.sqlite._SYNCHRONOUS", dict.fromkeys(Durable, "OFF")),
        patch.object(os, "fsync", lambda _file: None),
    ):
        yield
