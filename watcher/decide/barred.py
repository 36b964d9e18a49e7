"""Whether it was the key by which a project could not be read, as standing problems have it."""

from collections.abc import Iterator
from typing import Final

from watcher.decide.background import Background
from watcher.decide.fleet_problems import problem_of
from watcher.facts.accounts import ProjectId
from watcher.memory.remembered import Barred
from watcher.messages.events import EventKind
from watcher.record.reasons import Trouble


def barred(project: ProjectId, background: Background) -> Barred | None:
    """Since when the key is rejected, suspended, or may not list what is leased, where one of these stands.

    Of several the first. A turn that reads the project again still finds it: it is over when that turn ends.
    """
    return min(_standing(project, background), key=lambda one: one.since, default=None)


def _standing(project: ProjectId, background: Background) -> Iterator[Barred]:
    for trouble in (Trouble.KEY_REFUSED, Trouble.KEY_SUSPENDED):
        problem = background.memory.problems.get(problem_of(trouble))
        if problem is not None:
            yield Barred(trouble=trouble, since=problem.since)
    for problem in background.problems.get(project, {}).values():
        if problem.kind is EventKind.PROJECT_UNREADABLE and problem.text.endswith(_FORBIDDEN):
            yield Barred(trouble=Trouble.KEY_LACKS_SCOPE, since=problem.since)


_FORBIDDEN: Final = "403 FORBIDDEN_SCOPE"
"""What could not be read is told with the API's status and code at its end."""
