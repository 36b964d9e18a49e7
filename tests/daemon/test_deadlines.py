"""A daemon whose turns fail before a deadline, and who hears of it."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from tests.daemon.test_reload import Running, running
from tests.daemon.test_serving import TEXT, until
from tests.must_never.test_13_asked_releases import ask
from tests.stage import CLOSES, GRIND, LATTE, LATTE_PERIOD, OPENS, H, M, Stage, in_memory
from watcher.daemon.problems import DaemonProblems, follow_one_turn
from watcher.memory.remembered import TurnKind
from watcher.messages.events import EventKind
from watcher.sandbox import DEFAULT_KEY, ServerError, Suspended
from watcher.wiring.turn import Purpose


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


def one_after_the_other(stage: Stage, *moments: datetime) -> None:
    """Turns as a crontab takes them: each is a process of its own."""
    for moment in moments:
        stage.move_to(moment)
        with stage.opened() as turns:
            follow_one_turn(turns, turns.run().report, within=12 * H)


def near_told(stage: Stage) -> list[str]:
    return [event["text"] for event in stage.told("deadline.near")]


@pytest.mark.parametrize("path", ["^/v1/", "leased-accounts"], ids=["the API is away", "a project is unread"])
def test_turns_of_a_crontab_that_fail_before_a_deadline_tell_it_and_the_first_good_one_its_end(
    tmp_path: Path, path: str
) -> None:
    """Three outages, 26 failed `run --once` across a window's close: one warning at the start and nothing
    critical, and the releases were lost. What a daemon had told so stood after three good turns.
    """
    with in_memory(tmp_path) as stage:
        stage.watch_until(OPENS - 15 * M, every=4 * H)
        one_after_the_other(stage, OPENS - 15 * M)
        stage.fault(ServerError(path=path))
        one_after_the_other(stage, OPENS - 5 * M)
        assert near_told(stage) == []
        one_after_the_other(stage, OPENS + 10 * M)
        (told,) = near_told(stage)
        assert told.startswith("1 planned release ($150.00) will be too late unless a turn succeeds by ")
        assert EventKind.DEADLINE_NEAR.value in stage.fleet().problems
        stage.sandbox.clear_faults()
        one_after_the_other(stage, OPENS + 25 * M)
        assert EventKind.DEADLINE_NEAR.value not in stage.fleet().problems
        assert stage.released == [LATTE.id]


def test_a_single_failed_turn_tells_it_where_it_was_the_last_chance(tmp_path: Path) -> None:
    with in_memory(tmp_path) as stage:
        stage.watch_until(OPENS - H, every=4 * H)
        stage.fault(ServerError(path="^/v1/"))
        one_after_the_other(stage, CLOSES - 10 * M)
        assert len(near_told(stage)) == 1


def test_a_turn_that_only_looks_tells_nothing_of_it(tmp_path: Path) -> None:
    with in_memory(tmp_path) as stage:
        stage.watch_until(OPENS - H, every=4 * H)
        stage.fault(ServerError(path="^/v1/"))
        stage.move_to(CLOSES - 10 * M)
        with stage.opened(Purpose.DRY_RUN) as turns:
            follow_one_turn(turns, turns.run().report, within=12 * H)
        assert stage.fleet().problems == {}


def near_by_turns_that_failed(stage: Stage) -> None:
    stage.watch_until(OPENS - 15 * M, every=4 * H)
    stage.fault(ServerError(path="^/v1/"))
    one_after_the_other(stage, OPENS - 5 * M, OPENS + 10 * M)
    assert EventKind.DEADLINE_NEAR.value in stage.fleet().problems
    stage.sandbox.clear_faults()


def test_the_release_that_a_person_asked_for_ends_it_as_well(tmp_path: Path) -> None:
    """Told that it would be too late unless a turn succeeds, a person typed the release that this message
    names. It was done, and the message stood, with its incident, until the next turn of the crontab.
    """
    with in_memory(tmp_path) as stage:
        near_by_turns_that_failed(stage)
        asked = ask(stage, LATTE)
        with stage.opened() as turns:
            report = turns.run(only=asked.periods[0]).report
            follow_one_turn(turns, report, within=12 * H, only=asked.periods[0])
        assert stage.released == [LATTE.id]
        assert EventKind.DEADLINE_NEAR.value not in stage.fleet().problems


def test_what_it_left_undone_and_closes_before_another_turn_is_as_near_as_before(tmp_path: Path) -> None:
    with in_memory(tmp_path) as stage:
        near_by_turns_that_failed(stage)
        stage.move_to(CLOSES - 10 * M)
        asked = ask(stage, GRIND)
        with stage.opened() as turns:
            report = turns.run(only=asked.periods[0]).report
            follow_one_turn(turns, report, within=12 * H, only=asked.periods[0])
        assert stage.released == [GRIND.id]
        assert EventKind.DEADLINE_NEAR.value in stage.fleet().problems


def test_a_focused_turn_ends_it_in_a_process_that_never_had_a_good_full_one(tmp_path: Path) -> None:
    """A daemon that was started while its only project could not be read carried out what a person asked for,
    and went on telling that it would be too late.
    """
    with in_memory(tmp_path) as stage:
        near_by_turns_that_failed(stage)
        ask(stage, LATTE)
        with stage.opened() as turns:
            report = turns.run(only=LATTE_PERIOD).report
            problems = DaemonProblems()
            problems.turned(replace(report, kind=TurnKind.FOCUSED), stage.clock.now())
            assert not problems.deadlines.seen
            problems.follow(turns, within=12 * H, bound=H)
        assert EventKind.DEADLINE_NEAR.value not in stage.fleet().problems
