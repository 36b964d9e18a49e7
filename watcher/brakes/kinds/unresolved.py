"""It is not known how an earlier release ended: one stops its project, two the fleet."""

from collections.abc import Iterator

from watcher.brakes.docket import Docket
from watcher.brakes.fleet_state import FleetState
from watcher.brakes.halts import Brake, Halt
from watcher.brakes.limits import Limits
from watcher.texts.commands import WayOut, to_resolve
from watcher.texts.spans import counted


def _check(_docket: Docket, state: FleetState, _limits: Limits) -> Iterator[Halt]:
    if len(state.unresolved) > 1:
        yield Halt(
            brake=UNRESOLVED, measured=f"{counted(len(state.unresolved), 'release')} unresolved", limit="1"
        )
    for project in dict.fromkeys(state.unresolved):
        yield Halt(brake=UNRESOLVED, measured="a release unresolved", limit="0", project=project)


def _way_out(_halt: Halt, _docket_id: str) -> WayOut:
    return WayOut.by_typing(
        to_resolve("ACCOUNT"), before="the next turn reads back; if you know how it ended: "
    )


UNRESOLVED = Brake(
    word="unresolved",
    title="a release with an unknown end",
    check=_check,
    way_out=_way_out,
)
