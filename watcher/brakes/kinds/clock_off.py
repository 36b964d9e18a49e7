"""Our clock is off the API's by more than is allowed."""

from collections.abc import Iterator

from watcher.brakes.docket import Docket
from watcher.brakes.fleet_state import FleetState
from watcher.brakes.halts import Brake, Halt
from watcher.brakes.limits import Limits
from watcher.texts.commands import WayOut
from watcher.texts.spans import span


def _check(_docket: Docket, state: FleetState, limits: Limits) -> Iterator[Halt]:
    if state.skew is not None and state.skew > limits.max_clock_skew:
        yield Halt(brake=CLOCK_OFF, measured=f"{span(state.skew)} off", limit=span(limits.max_clock_skew))


def _way_out(_halt: Halt, _docket_id: str) -> WayOut:
    return WayOut(text="a wrong clock ends when this machine's is set right")


CLOCK_OFF = Brake(
    word="clock_off",
    title="clock off",
    check=_check,
    way_out=_way_out,
    of_the_clock=True,
)
