"""Nothing proves our clock: the API answered with no Date, or from a cache."""

from collections.abc import Iterator

from watcher.brakes.docket import Docket
from watcher.brakes.fleet_state import FleetState
from watcher.brakes.halts import Brake, Halt
from watcher.brakes.limits import Limits
from watcher.texts.commands import WayOut
from watcher.texts.spans import span


def _check(_docket: Docket, state: FleetState, limits: Limits) -> Iterator[Halt]:
    if state.skew is None:
        yield Halt(
            brake=CLOCK_UNPROVED, measured="no Date to compare with", limit=span(limits.max_clock_skew)
        )


def _way_out(_halt: Halt, _docket_id: str) -> WayOut:
    return WayOut(text="an unproved clock ends when the API answers with a Date, and from no cache")


CLOCK_UNPROVED = Brake(
    word="clock_unproved",
    title="clock not proved",
    check=_check,
    way_out=_way_out,
    of_the_clock=True,
)
