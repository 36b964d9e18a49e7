"""All brakes over one docket. A brake halts whole: nothing is trimmed to fit."""

from watcher.brakes.docket import Docket
from watcher.brakes.fleet_state import FleetState
from watcher.brakes.halts import Halts
from watcher.brakes.kinds import BRAKES
from watcher.brakes.limits import Limits
from watcher.facts.accounts import LeasePeriod


def brake(docket: Docket, state: FleetState, limits: Limits, approved: frozenset[LeasePeriod]) -> Halts:
    """Every halt that is on for this docket, all of them reported."""
    return Halts(
        halts=tuple(halt for each in BRAKES for halt in each.check(docket, state, limits)),
        approved=approved,
    )
