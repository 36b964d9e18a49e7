"""Looks for the seeds that find planted bugs."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.simulation.oracle.case import Violation
from tests.simulation.planted import Planted
from tests.simulation.prove import play
from tests.simulation.seeded import history

MOST = 200
"""Each is to be found within so many seeds."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """`played`: how many seeds were, of those that can show it at all."""

    seed: int
    played: int
    violation: Violation


def planted_in(bug: Planted, seed: int) -> tuple[Violation, ...]:
    """What the oracle says of it in that history, by the rule that is to find it."""
    with bug.plant():
        violations = play(history(seed))[1].violations
    return tuple(one for one in violations if one.rule == bug.found_by)


def hunt(bug: Planted, tried: Callable[[int], None] = lambda _: None) -> Found | None:
    """A seed that finds it: the one that is noted, or else the first."""
    played = 0
    for seed in (bug.seed, *(one for one in range(1, MOST + 1) if one != bug.seed)):
        if not bug.shows(history(seed)):
            continue
        tried(seed)
        played += 1
        if violations := planted_in(bug, seed):
            return Found(seed=seed, played=played, violation=violations[0])
    return None
