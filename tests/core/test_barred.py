"""Of what nobody could look at: was it the key, the API, a ledger that was put back, or the watcher."""

from datetime import datetime, timedelta

import pytest

from tests.builders import NOW, D, H
from tests.core.world import background, fleet_memory
from watcher.decide.barred import barred
from watcher.facts.accounts import ProjectId
from watcher.memory.absences import absent
from watcher.memory.remembered import Barred, ProjectMemory
from watcher.messages.events import EventKind
from watcher.messages.problems import Problem
from watcher.record.outcomes import Cause, Explanation
from watcher.record.overrides import NOTHING_SAID, Override, OverrideKind, Overrides
from watcher.record.reasons import Trouble

ACME, BETA = ProjectId("prj_acme"), ProjectId("prj_beta")
TICK = timedelta(microseconds=1)


def problem(id_: str, since: datetime, *, project: ProjectId | None = None, text: str = "") -> Problem:
    kind = EventKind.KEY_REFUSED if project is None else EventKind.PROJECT_UNREADABLE
    return Problem(id=id_, kind=kind, content=id_, text=text, since=since, told_at=since, project=project)


def of_a_project(text: str, *, project: ProjectId = ACME, since: datetime = NOW - H) -> Problem:
    return problem(f"project.unreadable:{project}", since, project=project, text=text)


REFUSED = problem("api:key_refused", NOW - D)
SUSPENDED = problem("api:key_suspended", NOW - 2 * D)
MAY_NOT = problem("api:key_lacks_scope", NOW - 3 * D)
AWAY = problem("api:api_unreachable", NOW - 3 * D)
FORBIDDEN = "project acme cannot be read: GET /v1/projects/prj_acme/leased-accounts: 403 FORBIDDEN_SCOPE"


@pytest.mark.parametrize(
    ("problems", "found"),
    [
        pytest.param([], None, id="nothing"),
        pytest.param([AWAY, MAY_NOT], None, id="the API, or a key that may read"),
        pytest.param([REFUSED], Barred(trouble=Trouble.KEY_REFUSED, since=NOW - D), id="rejected"),
        pytest.param(
            [REFUSED, SUSPENDED], Barred(trouble=Trouble.KEY_SUSPENDED, since=NOW - 2 * D), id="the first"
        ),
        pytest.param(
            [of_a_project(FORBIDDEN)], Barred(trouble=Trouble.KEY_LACKS_SCOPE, since=NOW - H), id="forbidden"
        ),
        pytest.param([of_a_project(FORBIDDEN, project=BETA)], None, id="another project"),
        pytest.param([of_a_project("project acme cannot be read: GET …: 404 NOT_FOUND")], None, id="404"),
    ],
)
def test_what_stands_of_the_key_is_why_a_project_cannot_be_read(
    problems: list[Problem], found: Barred | None
) -> None:
    memory = fleet_memory(problems={one.id: one for one in problems})
    assert barred(ACME, background(memory=memory)) == found


def unreadable(barred_since: datetime | None) -> ProjectMemory:
    key = None if barred_since is None else Barred(trouble=Trouble.KEY_REFUSED, since=barred_since)
    return ProjectMemory(read_at=NOW - 2 * D, unreadable_since=NOW - D, barred=key)


@pytest.mark.parametrize(
    ("since", "cause"),
    [(None, Cause.API_DOWN), (NOW - D + TICK, Cause.API_DOWN), (NOW - D, Cause.KEY_REFUSED)],
)
def test_it_is_the_key_where_that_began_no_later(since: datetime | None, cause: Cause) -> None:
    assert absent(unreadable(since), NOTHING_SAID).cause is cause


@pytest.mark.parametrize(
    ("by", "cause"), [(NOW - D, Cause.API_DOWN), (NOW - D - TICK, Cause.WATCHER_DOWN), (None, Cause.API_DOWN)]
)
def test_what_began_after_a_renewal_is_none_of_its_doing(by: datetime | None, cause: Cause) -> None:
    assert absent(unreadable(None), NOTHING_SAID, by=by).cause is cause


@pytest.mark.parametrize(
    ("read_at", "cause"),
    [
        (None, Cause.RESTORED),
        (NOW - H - TICK, Cause.RESTORED),
        (NOW - H, Cause.WATCHER_DOWN),
        (NOW, Cause.WATCHER_DOWN),
    ],
)
def test_what_a_ledger_lost_is_no_absence_until_a_turn_has_read_again(
    read_at: datetime | None, cause: Cause
) -> None:
    put_back = Override(kind=OverrideKind.RESTORED, at=NOW - H, by="lease-watcher", why="an older copy")
    found = absent(ProjectMemory(read_at=read_at), Overrides(said=(put_back,)), "and more")
    details = ("noticed Mon 18 May 11:00 UTC", "and more") if cause is Cause.RESTORED else ("and more",)
    assert found == Explanation(cause=cause, details=details)
