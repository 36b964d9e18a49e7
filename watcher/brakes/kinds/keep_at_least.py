"""Fewer accounts left in a project than it is to keep."""

from collections.abc import Iterator

from watcher.brakes.docket import Docket, done_among
from watcher.brakes.fleet_state import FleetState
from watcher.brakes.halts import Brake, Halt, by_approval
from watcher.brakes.limits import Limits
from watcher.brakes.shares import size_before
from watcher.texts.spans import counted


def _check(docket: Docket, state: FleetState, limits: Limits) -> Iterator[Halt]:
    for project, entries in docket.by_project().items() if docket.to_come else ():
        known = state.projects.get(project)
        left = max(size_before(known.assigned if known else 0, entries) - len(entries), 0)
        own = known.keep_at_least if known else None
        keep = limits.keep_at_least if own is None else own
        if left < keep:
            done = done_among(entries)
            yield Halt(
                brake=KEEP_AT_LEAST,
                measured=f"{left} would be left",
                limit=str(keep),
                project=project,
                done=f"{counted(done, 'release')} done already" if done else "",
            )


KEEP_AT_LEAST = Brake(
    word="keep_at_least",
    title="too few accounts would be left",
    check=_check,
    way_out=by_approval,
    approvable=True,
)
