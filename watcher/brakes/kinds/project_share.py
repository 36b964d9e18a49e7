"""A larger share of one project on one docket than is allowed."""

from collections.abc import Iterator

from watcher.brakes.docket import Docket, done_in_words
from watcher.brakes.fleet_state import FleetState
from watcher.brakes.halts import Brake, Halt, by_approval
from watcher.brakes.limits import Limits
from watcher.brakes.shares import FROM, exceeds, size_before
from watcher.texts.spans import counted


def _check(docket: Docket, state: FleetState, limits: Limits) -> Iterator[Halt]:
    for project, entries in docket.by_project().items() if docket.to_come else ():
        known = state.projects.get(project)
        size = size_before(known.assigned if known else 0, entries)
        if exceeds(len(entries), size, limits.max_project_share, FROM):
            yield Halt(
                brake=PROJECT_SHARE,
                measured=f"{len(entries):,} of {counted(size, 'account')}",
                limit=f"{limits.max_project_share:.0%}",
                project=project,
                done=done_in_words(entries),
            )


PROJECT_SHARE = Brake(
    word="project_share",
    title="too large a share of the project",
    check=_check,
    way_out=by_approval,
    approvable=True,
)
