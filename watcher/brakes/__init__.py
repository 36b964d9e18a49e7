"""Brakes: reasons to do no release, of the fleet or of one project (design §5)."""

from watcher.brakes.all_brakes import brake
from watcher.brakes.fleet_state import FleetState, ProjectState
from watcher.brakes.halts import Brake, Halt, Halts, ways_out
from watcher.brakes.kinds import BRAKES
from watcher.brakes.limits import Limits

__all__ = [
    "BRAKES",
    "Brake",
    "FleetState",
    "Halt",
    "Halts",
    "Limits",
    "ProjectState",
    "brake",
    "ways_out",
]
