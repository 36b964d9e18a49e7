"""A project went to nothing, not by us: a list that is suddenly empty is not believed."""

from collections.abc import Iterator

from watcher.brakes.docket import Docket
from watcher.brakes.fleet_state import FleetState
from watcher.brakes.halts import Brake, Halt, when_they_are_back
from watcher.brakes.limits import Limits
from watcher.texts.spans import counted


def _check(_docket: Docket, state: FleetState, _limits: Limits) -> Iterator[Halt]:
    for project, known in state.projects.items():
        if known.assigned == 0 and known.vanished:
            yield Halt(
                brake=PROJECT_EMPTY,
                measured="the only account vanished"
                if known.vanished == 1
                else f"all {counted(known.vanished, 'account')} vanished",
                limit="",
                project=project,
            )


PROJECT_EMPTY = Brake(
    word="project_empty",
    title="every account of the project vanished",
    check=_check,
    way_out=when_they_are_back,
    of_a_baseline=True,
    doubts_the_lists=True,
    says_all=True,
)
