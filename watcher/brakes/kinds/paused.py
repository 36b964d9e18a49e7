"""A person paused releases, or the watcher did after a surprise."""

from collections.abc import Iterator

from watcher.brakes.docket import Docket
from watcher.brakes.fleet_state import FleetState
from watcher.brakes.halts import Brake, Halt
from watcher.brakes.limits import Limits
from watcher.texts.commands import to_resume


def _check(_docket: Docket, state: FleetState, _limits: Limits) -> Iterator[Halt]:
    for pause in state.pauses:
        yield Halt(
            brake=PAUSED,
            measured=f"paused by {pause.by}: {pause.why}",
            limit="resume",
            project=pause.project,
            lifts_at=pause.until,
        )


def _way_out(halt: Halt, _docket_id: str) -> str:
    return f"`{to_resume(halt.project)}` lifts it"


PAUSED = Brake(
    word="paused",
    title="paused",
    check=_check,
    way_out=_way_out,
    says_all=True,
)
