"""A daemon whose turns fail before a deadline, and who hears of it."""

import json
from pathlib import Path

from tests.daemon.test_reload import Running, running
from tests.daemon.test_serving import TEXT, until
from watcher.sandbox import DEFAULT_KEY, Suspended


def turn_again(one: Running) -> None:
    """A reload asks for a full turn."""
    before = len(one.logged("turn ended"))
    one.hang_up()
    until(lambda: len(one.logged("turn ended")) > before)


def test_turns_that_fail_before_a_deadline_are_told_once_and_their_end_too(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        one.sandbox.add_fault(Suspended())
        turn_again(one)
        assert "deadline.near" not in one.problems()
        turn_again(one)
        until(lambda: "deadline.near" in one.told())
        turn_again(one)

        one.sandbox.clear_faults()
        turn_again(one)
        until(lambda: "deadline.near" not in one.problems())
        until(lambda: any("planned release" in text for text in ended(one)))

    assert one.told().count("deadline.near") == 1


def ended(one: Running) -> list[str]:
    events = [event for digest in one.sandbox.inbox for event in digest["events"]]
    return [event["text"] for event in events if event["kind"] == "problem.resolved"]


def test_a_process_that_never_had_a_good_turn_does_not_call_it_over(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        one.sandbox.add_fault(Suspended())
        turn_again(one)
        turn_again(one)
        until(lambda: "deadline.near" in one.problems())
    again = tmp_path / "again"
    again.mkdir()
    with running(
        again, LAYERS_API_KEY="lp_wrong", WATCHER_STORE__URL=f"sqlite:///{tmp_path}/watcher.db"
    ) as one:
        turn_again(one)
    one.folder = tmp_path
    assert "deadline.near" in one.problems()


def test_every_turn_is_told_to_the_dead_mans_switch(tmp_path: Path) -> None:
    from tests.adapters.test_heartbeat import Switch
    from watcher.adapters.pages.server import serving

    switch = Switch()
    with serving(switch, "127.0.0.1", 0) as url:
        text = f'{TEXT}[heartbeat]\nurl = "{url}/ping-token"\n'
        with running(tmp_path, text=text) as one:
            until(lambda: len(switch.heard) == 2)
            one.sandbox.add_fault(Suspended())
            turn_again(one)
            until(lambda: len(switch.heard) == 4)
            log = json.dumps(one.lines)

    assert [path for _, path, _, _ in switch.heard] == [
        "/ping-token/start",
        "/ping-token",
        "/ping-token/start",
        "/ping-token/77",
    ]
    assert switch.heard[1][3] == "2 accounts in 1 project, exit 0"
    assert "ping-token" not in log
    assert DEFAULT_KEY.secret not in log


def test_a_switch_that_is_away_changes_nothing_of_the_turn(tmp_path: Path) -> None:
    text = f'{TEXT}[heartbeat]\nurl = "http://127.0.0.1:1/x"\n'
    with running(tmp_path, text=text) as one:
        until(lambda: one.logged("heartbeat not heard"))
        assert one.logged("turn ended")[0]["exit_code"] == 0
