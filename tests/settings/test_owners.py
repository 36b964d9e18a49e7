"""Owners and labels of projects: who is told, and what is refused."""

from dataclasses import replace
from typing import Any

import pytest

from tests.settings.conftest import Desk
from watcher.rules.targets import Labels
from watcher.wiring.orders import orders_from

PROJECTS = (
    '[projects.acme]\nid = "prj_1"\nowner = "Ann"\nlabels = { team = "growth", "cost center" = "7" }\n'
    '[projects.beta]\nid = "prj_2"\nowner = "Bob"\n'
    '[projects.gamma]\nid = "prj_3"\nowner = "Ann"\n'
    '[projects.nobody]\nid = "prj_4"\n'
)
OPS = '[notifiers.ops]\nkind = "log"\n'


def test_owners_and_labels_reach_the_orders(desk: Desk) -> None:
    acme, _, _, nobody = orders_from(desk.settings(PROJECTS)).targets
    assert (acme.owner, acme.labels) == ("Ann", Labels((("team", "growth"), ("cost center", "7"))))
    assert (nobody.owner, nobody.labels) == ("", Labels())


def test_projects_are_called_as_they_are_configured(desk: Desk) -> None:
    settings = desk.settings(PROJECTS)
    called = {"prj_1": "acme", "prj_2": "beta", "prj_3": "gamma", "prj_4": "nobody"}
    assert settings.project_names == orders_from(settings).names == called


def test_labels_may_be_a_table_of_their_own_or_a_variable(desk: Desk) -> None:
    acme = '[projects.acme]\nid = "prj_1"\n'
    table = desk.settings(acme + '[projects.acme.labels]\nteam = "growth"\n')
    variable = desk.settings(acme, {"WATCHER_PROJECTS__ACME__LABELS": '{ team = "growth" }'})
    assert table.projects["acme"].labels == variable.projects["acme"].labels == Labels((("team", "growth"),))


def test_a_notifier_may_be_for_the_projects_of_owners(desk: Desk) -> None:
    (route,) = desk.settings(f'{PROJECTS}{OPS}owners = ["Ann"]\n').routes.routes
    assert route.owned == {"prj_1", "prj_3"}


class Counted(dict[str, Any]):
    """Counts how often all of it was gone through."""

    times = 0

    def values(self) -> Any:
        self.times += 1
        return super().values()

    def items(self) -> Any:
        self.times += 1
        return super().items()


@pytest.mark.parametrize("number", [1, 40])
def test_however_many_projects_there_are_they_are_gone_through_as_often(number: int, desk: Desk) -> None:
    """Whose each project is was found out anew for each of them: with 20,000 projects every command took six
    seconds to begin, and a turn of 333,333 never did.
    """
    many = "".join(f'[projects.p{each}]\nid = "prj_{each}"\nowner = "Ann"\n' for each in range(number))
    settings = desk.settings(f'{many}{OPS}owners = ["Ann"]\n')
    projects = Counted(settings.projects)
    assert len(orders_from(replace(settings, projects=projects)).targets) == number
    assert projects.times == 3


@pytest.mark.parametrize(
    ("text", "key", "said", "suggestion"),
    [
        (
            f'{OPS}owners = ["Anne"]\n',
            "notifiers.ops.owners[0]",
            "there is no project of owner `Anne`",
            "Ann",
        ),
        (
            f'{OPS}owners = ["Bob"]\nprojects = ["acme"]\n',
            "notifiers.ops.owners",
            "owns none of its `projects`",
            None,
        ),
        ('[projects.x]\nid = "p"\nowner = ""\n', "projects.x.owner", "is empty", None),
        ('[projects.x]\nid = "p"\nlabels = { a = "\\n" }\n', "projects.x.labels", "is empty", None),
        ('[projects.x]\nid = "p"\nlabels = "a=b"\n', "projects.x.labels", "must be a table of texts", None),
        (
            '[projects.x]\nid = "p"\nlabels = { a = 1 }\n',
            "projects.x.labels",
            "must be a table of texts",
            None,
        ),
        ('[projects.x]\nid = "p"\nowners = "Ann"\n', "projects.x.owners", "unknown key", "owner"),
    ],
)
def test_what_cannot_be_meant_is_named(
    desk: Desk, text: str, key: str, said: str, suggestion: str | None
) -> None:
    found = desk.finding(PROJECTS + text)
    assert (found.key, found.suggestion) == (key, suggestion)
    assert said in found.message


def test_an_owner_of_no_project_is_not_told_of_all_of_them(desk: Desk) -> None:
    bad = desk.load(f'{PROJECTS}{OPS}owners = ["Anne"]\n')
    rest = getattr(bad, "rest", None)
    assert rest is not None
    assert not rest.settings.routes.routes[0].is_for("prj_1")
