"""Brakes: reasons to do no release, of the fleet or of one project (design §5)."""

from watcher.domain.brakes.halts import OF_A_BASELINE, Brake, Halt, Halts
from watcher.domain.brakes.judge import brake
from watcher.domain.brakes.limits import Limits
from watcher.domain.brakes.state import FleetState, ProjectState
from watcher.domain.brakes.ways_out import way_out, ways_out

__all__ = [
    "OF_A_BASELINE",
    "Brake",
    "FleetState",
    "Halt",
    "Halts",
    "Limits",
    "ProjectState",
    "brake",
    "way_out",
    "ways_out",
]
