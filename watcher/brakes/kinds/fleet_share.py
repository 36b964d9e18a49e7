"""A larger share of the fleet on one docket than is allowed."""

from collections.abc import Iterator

from watcher.brakes.docket import Docket, done_in_words
from watcher.brakes.fleet_state import FleetState
from watcher.brakes.halts import Brake, Halt, by_approval
from watcher.brakes.limits import Limits
from watcher.brakes.shares import FROM, exceeds, size_before
from watcher.texts.spans import counted


def _check(docket: Docket, state: FleetState, limits: Limits) -> Iterator[Halt]:
    count, size = len(docket.entries), size_before(state.assigned, docket.entries)
    if docket.to_come and exceeds(count, size, limits.max_share, FROM):
        measured = f"{count:,} of {counted(size, 'account')}"
        limit = f"{limits.max_share:.0%}"
        yield Halt(brake=FLEET_SHARE, measured=measured, limit=limit, done=done_in_words(docket.entries))


FLEET_SHARE = Brake(
    word="fleet_share",
    title="too large a share of the fleet",
    check=_check,
    way_out=by_approval,
    approvable=True,
)
