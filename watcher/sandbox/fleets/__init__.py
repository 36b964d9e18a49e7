"""Fleets to start a sandbox with. `NAMES` is what the command line offers.

The ids of the accounts are constants of the modules: `mixed_fleet.LATTE_ART_LAB`, `seeds_fleet.BREW_AT_HOME`.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from watcher.sandbox.fleets import large_fleet, mixed_fleet, seeds_fleet
from watcher.sandbox.fleets.large_fleet import large
from watcher.sandbox.fleets.mixed_fleet import mixed
from watcher.sandbox.fleets.seeds_fleet import seeds
from watcher.sandbox.values import Fleet

Builder = Callable[[datetime, int], Fleet]


def empty(now: datetime, seed: int = 0) -> Fleet:  # noqa: ARG001 - every builder takes the same
    """An organisation without any project."""
    return Fleet()


NAMES: Final[Mapping[str, Builder]] = {"mixed": mixed, "seeds": seeds, "large": large, "empty": empty}

__all__ = [
    "NAMES",
    "Builder",
    "empty",
    "large",
    "large_fleet",
    "mixed",
    "mixed_fleet",
    "seeds",
    "seeds_fleet",
]
