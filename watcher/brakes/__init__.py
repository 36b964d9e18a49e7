"""Brakes: reasons to do no release, of the fleet or of one project (design §5)."""

from watcher.brakes.halts import OF_A_BASELINE, Brake, Halt, Halts
from watcher.brakes.judge import brake
from watcher.brakes.limits import Limits
from watcher.brakes.state import FleetState, ProjectState
from watcher.brakes.ways_out import way_out, ways_out

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
