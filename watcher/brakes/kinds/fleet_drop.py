"""The fleet shrank, not by us: perhaps the reading is wrong, not the world."""

from collections.abc import Iterator

from watcher.brakes.docket import Docket
from watcher.brakes.fleet_state import FleetState
from watcher.brakes.halts import Brake, Halt, when_they_are_back
from watcher.brakes.limits import Limits
from watcher.brakes.shares import jumped
from watcher.texts.spans import counted


def _check(_docket: Docket, state: FleetState, limits: Limits) -> Iterator[Halt]:
    before = state.assigned + state.vanished
    if jumped(state.vanished, before, limits.max_fleet_drop):
        yield Halt(
            brake=FLEET_DROP,
            measured=f"{state.vanished:,} of {counted(before, 'account')} vanished",
            limit=f"{limits.max_fleet_drop:.0%}",
        )


FLEET_DROP = Brake(
    word="fleet_drop",
    title="accounts vanished from the fleet",
    check=_check,
    way_out=when_they_are_back,
    of_a_baseline=True,
    doubts_the_lists=True,
)
