"""A release would rest on facts that were read too long ago."""

from collections.abc import Iterator
from datetime import timedelta

from watcher.brakes.docket import Docket
from watcher.brakes.fleet_state import FleetState
from watcher.brakes.halts import Brake, Halt
from watcher.brakes.limits import Limits
from watcher.texts.commands import WayOut
from watcher.texts.spans import span


def _check(_docket: Docket, state: FleetState, limits: Limits) -> Iterator[Halt]:
    age = state.now - state.oldest_reading if state.oldest_reading else timedelta()
    if age > limits.max_data_age:
        yield Halt(brake=DATA_AGE, measured=f"facts {span(age)} old", limit=span(limits.max_data_age))


def _way_out(_halt: Halt, _docket_id: str) -> WayOut:
    return WayOut(text="old facts end with a turn that reads everything in time")


DATA_AGE = Brake(
    word="data_age",
    title="facts too old",
    check=_check,
    way_out=_way_out,
)
