"""Whatever a person names that there is not: every command says which one may have been meant."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.cli.desk import Desk, desk
from tests.cli.test_run import enforced
from watcher.sandbox import ServerError

REASON = ("--reason", "why")
ACCOUNT = "id you mean @latte.art.lab?"
PROJECT = "did you mean acme-coffee?"


@pytest.fixture(scope="module")
def halted(tmp_path_factory: Any) -> Any:
    """A desk at which a docket waits, and a message that nobody takes."""
    with desk(tmp_path_factory.mktemp("meant")) as one:
        one.reconfigure("max_share = 0.3", "max_releases = 2")
        enforced(one)
        assert one.run("run", "--once").code == 22
        yield one


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        *(
            ((*command, "@late.art.lab", *rest), ACCOUNT)
            for command, rest in (
                (("hold",), REASON),
                (("unhold",), REASON),
                (("ack",), ()),
                (("resolve",), ("--as", "released", *REASON)),
                (("release",), REASON),
                (("explain",), ()),
                (("history",), ()),
                (("notify", "routes"), ()),
            )
        ),
        (("history", "@art.lab"), ACCOUNT),
        (("hold", "--handle", "late.art*", *REASON), ACCOUNT),
        (("unhold", "--handle", "late.art*", *REASON), ACCOUNT),
        (("audit", "--handle", "@late.art.lab"), "did you mean latte.art.lab?"),
        (("hold", "--project", "acme-cofee", *REASON), PROJECT),
        (("unhold", "--project", "acme-cofee", *REASON), PROJECT),
        (("pause", "--project", "acme-cofee", *REASON), PROJECT),
        (("resume", "--project", "acme-cofee", *REASON), PROJECT),
        (("audit", "--project", "acme-cofee"), PROJECT),
        (("audit", "--policy", "standrad"), "did you mean standard?"),
        (("audit", "--platform", "tiktk"), "did you mean tiktok?"),
        (("notify", "test", "opps"), "did you mean ops?"),
        (("notify", "routes", "@latte.art.lab", "--expect", "release.anounced=a"), "mean release.announced?"),
        (("history", "--kind", "release.anounced"), "did you mean release.announced?"),
        (("ack", "brake.halts"), "Did you mean brake.halted?"),
    ],
)  # fmt: skip
def test_the_nearest_name_is_asked_for(halted: Desk, words: tuple[str, ...], meant: str) -> None:
    """`notify routes`, `notify test`, patterns of `audit` and dockets only said that there is none."""
    said = halted.run(*words, typed="")
    assert said.code == 2, said.err
    assert meant in said.told


def test_a_pattern_that_fits_nothing_is_no_mistake_and_says_what_is_near(halted: Desk) -> None:
    said = halted.run("audit", "--handle", "late.art*")
    assert said.code == 22
    assert ACCOUNT in said.told


@pytest.mark.parametrize("command", ["docket", "approve", "unapprove"])
def test_of_dockets_too_or_which_there_are(halted: Desk, command: str) -> None:
    there = json.loads(halted.run("docket", "--format", "json").out)["dockets"][0]["id"]
    rest = () if command == "docket" else REASON
    near = halted.run(command, f"{there[:5]}x{there[6:]}", *rest)
    assert (near.code, f"did you mean {there}?" in near.told) == (2, True), near.err
    assert "; known: " in halted.run(command, "nothing-like-it", *rest).told


def test_what_is_given_back_is_known_too(at_desk: Desk) -> None:
    """A mistyped account that had been released: `history` said only that the ledger never saw it."""
    enforced(at_desk)
    assert at_desk.run("run", "--once").code == 0
    at_desk.pass_time(timedelta(hours=1))
    at_desk.run("run", "--once")
    for command in ("history", "explain"):
        assert ACCOUNT in at_desk.run(command, "@late.art.lab").told, command
    at_desk.sandbox.add_fault(ServerError())
    said = at_desk.run("explain", "@late.art.lab")
    assert (said.code, ACCOUNT in said.told) == (75, True), said.err
