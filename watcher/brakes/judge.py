"""All brakes over one docket. A brake halts whole: nothing is trimmed to fit."""

from watcher.brakes.docket import Docket
from watcher.brakes.evidence import evidence_brakes
from watcher.brakes.halts import Halts
from watcher.brakes.limits import Limits
from watcher.brakes.population import population_brakes
from watcher.brakes.size import size_brakes
from watcher.brakes.state import FleetState
from watcher.brakes.trust import trust_brakes
from watcher.facts.accounts import LeasePeriod


def brake(docket: Docket, state: FleetState, limits: Limits, approved: frozenset[LeasePeriod]) -> Halts:
    """Every halt that is on for this docket, all of them reported."""
    return Halts(
        halts=(
            *size_brakes(docket, state, limits),
            *population_brakes(state, limits),
            *evidence_brakes(state, limits),
            *trust_brakes(state, limits),
        ),
        approved=approved,
    )
