"""Looks for the seeds that find planted bugs."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.simulation import planted
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
        one = history(seed)
        if not bug.can_be_in(one):
            continue
        tried(seed)
        played += 1
        if violations := planted_in(bug, seed):
            return Found(seed=seed, played=played, violation=violations[0])
    return None


def record(name: str, seed: int) -> None:
    """Write the seed that finds a bug where the bug is: with a new fault every seed is another history."""
    of_it = re.compile(rf'("{re.escape(name)}": Planted\(.*?\bseed=)\d+', re.DOTALL)
    for file in Path(planted.__file__).parent.glob("*.py"):
        text = file.read_text(encoding="utf-8")
        if of_it.search(text):
            file.write_text(of_it.sub(rf"\g<1>{seed}", text, count=1), encoding="utf-8")
