"""`notify test`: a message that a person can see arrive."""

import pytest

from tests.cli.desk import Desk


def test_a_test_message_goes_to_every_notifier(at_desk: Desk) -> None:
    at_desk.reconfigure("[notifiers.ops]", '[notifiers.log]\nkind = "log"\n[notifiers.ops]')
    said = at_desk.run("notify", "test")

    assert said.code == 0
    assert said.out.startswith("log: accepted; never counts as a receipt\nops: accepted (")
    assert said.out.endswith("; counts as a receipt\n")
    ((event,),) = [digest["events"] for digest in at_desk.sandbox.inbox]
    assert event["kind"] == "notifier.test"
    assert not at_desk.ledger.exists()


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


@pytest.mark.parametrize("name", ["pager"])
def test_an_unknown_one_is_named_with_the_known(at_desk: Desk, name: str) -> None:
    said = at_desk.run("notify", "test", name)

    assert (said.code, said.err) == (2, "there is no notifier pager; known: ops\n")
