"""`explain`: for each account of the demo's fleet, sentences that name what would change the decision."""

import json

import pytest

from tests.cli.desk import NOW, Desk
from tests.stage import listed_by
from watcher.record.reasons import Reason
from watcher.sandbox import ServerError, fleets
from watcher.sandbox.fleets.mixed_fleet import ACME_COFFEE, LATTE_ART_LAB

INNER_WORDS = ("None", "datetime", *(reason for reason in Reason if "_" in reason))
HANDLES = sorted(account.handle for account in fleets.mixed(NOW).accounts if account.leased)


@pytest.mark.parametrize("handle", HANDLES)
def test_every_account_is_explained(at_desk: Desk, handle: str) -> None:
    said = at_desk.run("explain", f"@{handle}")

    assert said.code == 0
    for part in ("Why\n", "Decision\n", "Next\n", "What would change this\n"):
        assert part in said.out
    assert "It costs $150.00 a month" in said.out
    assert [word for word in INNER_WORDS if word in said.out] == []


def test_as_json(at_desk: Desk) -> None:
    said = json.loads(at_desk.run("explain", LATTE_ART_LAB, "--format", "json").out)

    assert said["schema"] == "explain/1"
    assert said["account"]["id"] == LATTE_ART_LAB


def test_an_account_not_leased_is_said_to_be_so(at_desk: Desk) -> None:
    said = at_desk.run("explain", "@nobody")

    assert said.code == 2
    assert said.err.startswith("@nobody is not leased in any project watched. `lease-watcher audit` lists")
    assert "project watched. Did you mean @latte.art.lab? " in at_desk.run("explain", "@late.art.lab").err


def test_an_account_in_a_project_that_cannot_be_read_may_be_there(at_desk: Desk) -> None:
    at_desk.sandbox.add_fault(ServerError(path=f"/v1/projects/{ACME_COFFEE}/leased-accounts", times=99))
    said = at_desk.run("explain", "@latte.art.lab")

    assert said.code == 75
    assert said.err == ("@latte.art.lab is in no project that could be read; not read: acme-coffee.\n")


def test_an_account_that_two_projects_list_is_said_to_be_left_alone_in_both(at_desk: Desk) -> None:
    latte = next(one for one in fleets.mixed(NOW).accounts if one.id == LATTE_ART_LAB)
    other = next(one for one in fleets.mixed(NOW).projects if one.id != latte.project)
    at_desk.sandbox.add_fault(listed_by(other.id, latte))

    said = at_desk.run("explain", LATTE_ART_LAB)
    assert (said.code, said.out) == (75, "")
    assert said.err.startswith(f"{LATTE_ART_LAB} is listed by ")
    assert said.err.endswith("Until then it is left alone in both: not announced, not released.\n")

    checked = at_desk.run("check", "--online")
    assert f"{LATTE_ART_LAB} is listed by " in checked.out + checked.err

    looked = at_desk.run("audit", "--format", "table")
    assert "listed by" in looked.out
