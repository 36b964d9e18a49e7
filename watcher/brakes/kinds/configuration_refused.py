"""A changed configuration has mistakes: it may hold or protect what the rules in force would release."""

from collections.abc import Iterator

from watcher.brakes.docket import Docket
from watcher.brakes.fleet_state import FleetState
from watcher.brakes.halts import Brake, Halt
from watcher.brakes.limits import Limits
from watcher.texts.commands import WayOut


def _check(_docket: Docket, state: FleetState, _limits: Limits) -> Iterator[Halt]:
    if state.refused is not None:
        yield Halt(
            brake=CONFIGURATION_REFUSED,
            measured=f"a changed configuration is refused: {state.refused}",
            limit="one without mistakes",
        )


def _way_out(_halt: Halt, _docket_id: str) -> WayOut:
    return WayOut.by_typing(
        "lease-watcher check",
        before="a refused configuration ends when a good one is read: ",
        after=", then reload",
    )


CONFIGURATION_REFUSED = Brake(
    word="configuration_refused",
    title="configuration refused",
    check=_check,
    way_out=_way_out,
    says_all=True,
)
