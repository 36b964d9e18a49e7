"""`explain`: for each account of the demo's fleet, sentences that name what would change the decision."""

import json

import pytest

from tests.cli.desk import NOW, Desk, H
from tests.stage import listed_by
from watcher.record.reasons import Reason
from watcher.sandbox import LostAnswer, ServerError, fleets
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


def released(at_desk: Desk) -> None:
    assert at_desk.run("run", "--once").code == 0
    for _ in range(2):
        at_desk.pass_time(15 * H)
        at_desk.run("run", "--once")
    assert at_desk.deletes > 0


def test_of_a_released_account_its_story_is_told(at_desk: Desk) -> None:
    """It read "is not leased in any project watched", the day after we had released it."""
    released(at_desk)

    said = at_desk.run("explain", "@latte.art.lab")

    assert said.code == 0
    assert (
        "It was released by the lease watcher on Tue 19 May 18:00 UTC (now), that cannot be undone."
        in said.out
    )
    assert "That saved $150.00 (turn 20260519T180000Z-" in said.out
    rows = said.out.partition("What happened\n")[2].splitlines()
    for row, words in zip(
        (rows[0], rows[2], rows[-3]),
        ("Announced: it will be released", "Told to ops: ", "It was released: the $150.00 due"),
        strict=True,
    ):
        assert words in row
    assert f"`lease-watcher history {LATTE_ART_LAB}` shows" in rows[-1]


def test_the_story_needs_no_api_and_machines_have_it_too(at_desk: Desk) -> None:
    released(at_desk)
    at_desk.sandbox.add_fault(ServerError())

    said = json.loads(at_desk.run("explain", LATTE_ART_LAB, "--format", "json").out)

    assert (said["schema"], said["state"], said["since"]) == (
        "explain/1",
        "released",
        "2026-05-19T18:00:00Z",
    )
    assert said["account"]["id"] == LATTE_ART_LAB
    kinds = [line["what"] for line in said["history"]]
    assert {"release.announced", "message.accepted", "release.released"} <= set(kinds)


def test_of_an_account_that_went_by_itself_it_is_said_that_it_was_not_by_us(at_desk: Desk) -> None:
    assert at_desk.run("run", "--once").code == 0
    at_desk.sandbox.edit(lambda world: world.without_account(LATTE_ART_LAB))
    at_desk.pass_time(H)
    at_desk.run("run", "--once")

    said = at_desk.run("explain", "@latte.art.lab")

    assert said.code == 0
    assert (
        "It is not among the leased accounts since Mon 18 May 13:00 UTC (now), "
        "and the lease watcher did not release it." in said.out
    )


def test_of_a_release_with_an_unknown_end_it_is_told_that_and_what_to_say(at_desk: Desk) -> None:
    """Its answer was lost: "is not leased in any project watched. Did you mean" the very same account?"""
    assert at_desk.run("run", "--once").code == 0
    at_desk.pass_time(15 * H)
    at_desk.run("run", "--once")
    at_desk.pass_time(15 * H)
    at_desk.sandbox.add_fault(LostAnswer(method="DELETE"))
    at_desk.sandbox.add_fault(ServerError(method="GET", path=f"{ACME_COFFEE}/leased", after=3))
    assert at_desk.run("run", "--once").code == 21
    at_desk.sandbox.clear_faults()

    said = at_desk.run("explain", "@latte.art.lab")

    assert said.code == 0
    assert "It is being released since Tue 19 May 18:00 UTC" in said.out
    assert "and it is not known yet how that ends." in said.out
    assert f"`lease-watcher resolve {LATTE_ART_LAB} --as released --reason WHY` (or not-released)" in said.out


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
