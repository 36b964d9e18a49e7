"""Brakes: reasons to do no release, of the fleet or of one project (design §5). A brake halts whole."""

from collections.abc import Sequence

from watcher.brakes.docket import Docket
from watcher.brakes.fleet_state import FleetState, ProjectState
from watcher.brakes.halts import Brake, Halt, HaltedRelease, Halts, approving, ways_out
from watcher.brakes.kinds import BRAKES
from watcher.brakes.limits import Limits
from watcher.facts.accounts import LeasePeriod

__all__ = [
    "BRAKES",
    "Brake",
    "FleetState",
    "Halt",
    "HaltedRelease",
    "Halts",
    "Limits",
    "ProjectState",
    "approving",
    "brake",
    "ways_out",
]


def brake(
    docket: Docket,
    state: FleetState,
    limits: Limits,
    approved: frozenset[LeasePeriod],
    brakes: Sequence[Brake] = BRAKES,
) -> Halts:
    """Every halt that is on for this docket, all of them reported; nothing is trimmed to fit.

    `brakes`: others than all of them only where less is known than a turn knows.
    """
    return Halts(
        halts=tuple(halt for each in brakes for halt in each.check(docket, state, limits)),
        approved=approved,
    )
