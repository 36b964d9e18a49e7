"""The fleet shrank, or seems to have: perhaps the reading is wrong, not the world."""

from collections.abc import Iterator

from watcher.brakes.halts import Brake, Halt
from watcher.brakes.limits import Limits
from watcher.brakes.size import exceeds
from watcher.brakes.state import FleetState

_FROM = 3
"""Fewer accounts than these move without meaning anything."""


def population_brakes(state: FleetState, limits: Limits) -> Iterator[Halt]:
    before = state.assigned + state.vanished
    if jumped(state.vanished, before, limits.max_fleet_drop):
        yield Halt(
            brake=Brake.FLEET_DROP,
            measured=f"{state.vanished} of {before} accounts vanished",
            limit=f"{limits.max_fleet_drop:.0%}",
        )
    for project, known in state.projects.items():
        if known.assigned == 0 and known.vanished:
            yield Halt(
                brake=Brake.PROJECT_EMPTY,
                measured=f"all {known.vanished} accounts vanished",
                limit="never",
                project=project,
            )


def jumped(part: int, whole: int, limit: float) -> bool:
    return part >= _FROM and exceeds(part, whole, limit, _FROM)
