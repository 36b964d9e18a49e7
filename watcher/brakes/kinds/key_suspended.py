"""The provider suspended the key: its kill switch."""

from collections.abc import Iterator

from watcher.brakes.docket import Docket
from watcher.brakes.fleet_state import FleetState
from watcher.brakes.halts import Brake, Halt
from watcher.brakes.limits import Limits
from watcher.texts.commands import WayOut


def _check(_docket: Docket, state: FleetState, _limits: Limits) -> Iterator[Halt]:
    if state.key_suspended:
        yield Halt(brake=KEY_SUSPENDED, measured="key suspended", limit="an active key")


def _way_out(_halt: Halt, _docket_id: str) -> WayOut:
    return WayOut(text="a suspension of the key ends when the provider lifts it")


KEY_SUSPENDED = Brake(
    word="key_suspended",
    title="key suspended",
    check=_check,
    way_out=_way_out,
    says_all=True,
)
