"""More releases on one docket than are allowed."""

from collections.abc import Iterator

from watcher.brakes.docket import Docket, done_in_words
from watcher.brakes.fleet_state import FleetState
from watcher.brakes.halts import Brake, Halt, by_approval
from watcher.brakes.limits import Limits
from watcher.texts.spans import counted


def _check(docket: Docket, _state: FleetState, limits: Limits) -> Iterator[Halt]:
    count = len(docket.entries)
    if docket.to_come and count > limits.max_releases:
        yield Halt(
            brake=TOO_MANY,
            measured=f"{counted(count, 'release')}",
            done=done_in_words(docket.entries),
            limit=str(limits.max_releases),
        )


TOO_MANY = Brake(
    word="too_many",
    title="too many releases",
    check=_check,
    way_out=by_approval,
    approvable=True,
)
