"""All brakes over one docket. A brake halts whole: nothing is trimmed to fit."""

from watcher.domain.accounts import LeasePeriod
from watcher.domain.brakes.evidence import evidence_brakes
from watcher.domain.brakes.halts import Halts
from watcher.domain.brakes.limits import Limits
from watcher.domain.brakes.population import population_brakes
from watcher.domain.brakes.size import size_brakes
from watcher.domain.brakes.state import FleetState
from watcher.domain.brakes.trust import trust_brakes
from watcher.domain.docket import Docket


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
