"""`notify test`: a message that a person can see arrive."""

import pytest

from tests.cli.desk import Desk
from watcher.messages.events import EventKind


def test_a_test_message_goes_to_every_notifier(at_desk: Desk) -> None:
    at_desk.reconfigure("[notifiers.ops]", '[notifiers.log]\nkind = "log"\n[notifiers.ops]')
    said = at_desk.run("notify", "test")

    assert said.code == 0
    assert said.out.startswith("log: accepted; never counts as a receipt\nops: accepted (")
    assert said.out.endswith("; counts as a receipt\n")
    ((event,),) = [digest["events"] for digest in at_desk.sandbox.inbox]
    assert event["kind"] == "notifier.test"
    assert not at_desk.ledger.exists()


def test_in_observe_mode_the_message_says_so_as_every_other_would(at_desk: Desk) -> None:
    """It was sent as live: what people saw arrive looked as no message of that mode ever does."""
    at_desk.reconfigure('mode = "enforce"', 'mode = "observe"')
    said = at_desk.run("notify", "test")

    assert said.code == 0
    assert said.out.endswith("; would count as a receipt in enforce, not in observe\n")
    (digest,) = at_desk.sandbox.inbox
    assert digest["live"] is False
    assert "observe mode" in digest["text"].lower()


def test_one_that_refuses_is_23(at_desk: Desk) -> None:
    at_desk.reconfigure("_sandbox/inbox", "_sandbox/nowhere")
    said = at_desk.run("notify", "test", "ops")

    assert said.code == 23
    assert said.out.startswith("ops: refused: http://127.0.0.1:")
    assert "answered 404" in said.out


def test_one_that_cannot_be_reached_is_23(at_desk: Desk) -> None:
    at_desk.reconfigure(f"{at_desk.url}/_sandbox/inbox", "http://127.0.0.1:9/secret-path")
    said = at_desk.run("notify", "test")

    assert said.code == 23
    assert "a turn would try again" in said.out
    assert "secret-path" not in said.out + said.err


def test_routes_show_who_would_be_told_what(at_desk: Desk) -> None:
    at_desk.run("run", "--once")
    at_desk.reconfigure(
        "[notifiers.ops]",
        '[notifiers.boss]\nkind = "log"\nescalation = true\n'
        '[notifiers.money]\nkind = "log"\nmin_cents = 15001\nevents = ["release.*"]\n'
        "[notifiers.ops]",
    )
    said = at_desk.run("notify", "routes", "@latte.art.lab")
    rows = dict(line.split(maxsplit=1) for line in said.out.splitlines())
    assert said.code == 0
    assert rows["release.announced"] == "ops"
    assert rows["renewal.warning"] == "boss, ops"
    assert set(rows) == {kind.value for kind in EventKind} - {"notifier.test"}


@pytest.mark.parametrize(
    ("expected", "code", "says"),
    [
        ("release.announced=ops", 0, ""),
        ("release.announced=ops,boss", 1, "release.announced is not as expected: not told: boss\n"),
        ("release.done=", 1, "release.done is not as expected: also told: ops\n"),
        (
            "release.anounced=ops",
            2,
            "--expect release.anounced=ops: write it like release.announced=ops,boss; "
            "did you mean release.announced?\n",
        ),
    ],
)
def test_routes_can_be_held_against_an_expectation(
    at_desk: Desk, expected: str, code: int, says: str
) -> None:
    at_desk.run("run", "--once")
    said = at_desk.run("notify", "routes", "@latte.art.lab", "--expect", expected)
    assert (said.code, said.err) == (code, says)


@pytest.mark.parametrize("name", ["pager"])
def test_an_unknown_one_is_named_with_the_known(at_desk: Desk, name: str) -> None:
    said = at_desk.run("notify", "test", name)

    assert (said.code, said.err) == (2, "there is no notifier pager; known: ops\n")
