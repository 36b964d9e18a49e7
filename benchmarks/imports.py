"""What the imports of `run --once` take, in this process: prints CPU seconds, and how many there are of each.

First of the interpreter until here, then of the libraries, of the classes of values (`dataclass` writes their
methods as text and has it compiled), and of all else of our modules.
"""

import dataclasses
import gc
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

from watcher.__main__ import _START

_LIBRARIES = ("httpx", "pydantic", "sqlalchemy", "structlog")


class _Making:
    """`dataclasses.dataclass`, timed."""

    def __init__(self) -> None:
        self._make: Callable[..., Any] = dataclasses.dataclass
        self.seconds = 0.0
        self.made = 0

    def __call__(self, cls: type | None = None, /, **how: Any) -> Any:
        return self._timed(cls, **how) if cls is not None else lambda one: self._timed(one, **how)

    def _timed(self, cls: type, **how: Any) -> Any:
        begun = time.process_time()
        try:
            return self._make(cls, **how)
        finally:
            self.seconds += time.process_time() - begun
            self.made += 1


def main() -> None:
    gc.set_threshold(_START)  # as the command has it
    begun = time.process_time()
    for one in _LIBRARIES:
        import_module(one)
    libraries = time.process_time() - begun
    before, making = set(sys.modules), _Making()
    dataclasses.dataclass = making
    again = time.process_time()
    for one in ("watcher.cli.main", "watcher.cli.turns", "watcher.adapters.ledger.ledger"):
        import_module(one)
    ours = time.process_time() - again
    modules = sum(name.startswith("watcher") for name in set(sys.modules) - before)
    print(begun, libraries, making.seconds, ours - making.seconds, making.made, modules)


if __name__ == "__main__":
    main()
