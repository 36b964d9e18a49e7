"""Fleets to start a sandbox with. `NAMES` is what the command line offers."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from watcher.sandbox.fleets.large import large
from watcher.sandbox.fleets.mixed import mixed
from watcher.sandbox.fleets.seeds import seeds
from watcher.sandbox.values import Fleet

Builder = Callable[[datetime, int], Fleet]


def empty(now: datetime, seed: int = 0) -> Fleet:  # noqa: ARG001 - every builder takes the same
    """An organisation without any project."""
    return Fleet()


NAMES: Final[Mapping[str, Builder]] = {"mixed": mixed, "seeds": seeds, "large": large, "empty": empty}

__all__ = ["NAMES", "Builder", "empty", "large", "mixed", "seeds"]
