"""A turn killed at any point: the next one finds out what was done, and the account is released once."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forked import Forked
from tests.kill.child import POINTS
from tests.stage import GRIND, KEY, LATTE, NOW, OPENS, D, H, M, S, Stage, staged
from watcher.decide.exits import exit_of
from watcher.facts.accounts import AccountId, LeasePeriod
from watcher.record.exit_codes import Exit
from watcher.record.overrides import RELEASE_LASTS, OverrideKind
from watcher.sandbox import Hang

NEXT = OPENS + 15 * M
ROOT = Path(__file__).parents[2]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """`@latte` is due: the next enforced turn sends its DELETE."""
    with staged(tmp_path, configuration={"api.timeout": "1s"}) as stage:
        stage.watch_until(OPENS, every=12 * H)
        yield stage


def started(stage: Stage, point: str = "nowhere") -> Forked:
    stage.settings()
    words = ("-m", "tests.kill.child", str(stage.folder), stage.clock.now().isoformat(), point)
    return Forked(*words, cwd=ROOT, env={**os.environ, "LAYERS_API_KEY": KEY.secret})


def ended(child: Forked) -> int:
    _, errors = child.communicate(timeout=90)
    assert errors == ""
    return child.returncode


def until_a_delete_arrives(stage: Stage) -> None:
    for _ in range(3_000):
        if stage.deletes:
            return
        time.sleep(0.01)
    raise AssertionError("no DELETE within 30 s")


@pytest.mark.parametrize("point", [point for point in POINTS if point != "nowhere"])
def test_killed_there_the_account_is_released_once(stage: Stage, point: str) -> None:
    assert ended(started(stage, point)) == -signal.SIGKILL
    report = stage.turn_at(NEXT)
    assert exit_of(report) is Exit.DONE
    assert stage.released == [LATTE.id]
    assert stage.deletes == 1
    assert stage.fleet().unresolved == ()
    assert stage.history(LATTE.id).count("release.released") == 1
    assert LATTE.id in {event["account"] for event in stage.told("release.done")}


@pytest.mark.parametrize(
    ("point", "times"),
    [
        ("before it is claimed", 1),
        ("before it is sent", 1),
        ("before it is noted", 2),
        ("after it is noted", 1),
    ],
)
def test_killed_while_a_message_goes_out_it_arrives_and_twice_only_if_nobody_could_note_it(
    stage: Stage, point: str, times: int
) -> None:
    assert ended(started(stage, point)) == -signal.SIGKILL
    for quarter in range(2):
        assert exit_of(stage.turn_at(NEXT + quarter * 15 * M)) is Exit.DONE
    assert [event["account"] for event in stage.told("release.done")] == [LATTE.id] * times
    assert (stage.deletes, stage.released) == (1, [LATTE.id])
    told = [
        line.text for line in stage.story(LATTE.id) if "was released" in line.text and "Told to" in line.text
    ]
    doubtful = point in ("before it is sent", "before it is noted")
    assert ["perhaps more than once" in text for text in told] == [doubtful], "whoever died cannot tell which"


GRIND_PERIOD = LeasePeriod(account=AccountId(GRIND.id), renews_at=GRIND.next_renewal_at)


@pytest.mark.parametrize(
    ("point", "deletes", "answer"),
    [
        ("before the intent", 1, Exit.DONE),
        ("after the intent", 0, Exit.REFUSED),
        ("before the conclusion", 1, Exit.DONE),
        ("after the conclusion", 1, Exit.DONE),
        ("before the end", 1, Exit.DONE),
    ],
)
def test_a_word_for_a_release_sends_one_delete_wherever_a_turn_is_killed(
    tmp_path: Path, point: str, deletes: int, answer: Exit
) -> None:
    """An intent uses it up, whatever came of that: a second DELETE needs another word."""
    with staged(tmp_path, configuration={"api.timeout": "1s", "brakes.min_history": "0s"}) as stage:
        stage.turn()
        stage.move_to(NOW + M)
        now = stage.clock.now()
        stage.say(
            OverrideKind.RELEASE,
            account=GRIND.id,
            handle=GRIND.handle,
            project=GRIND.project,
            periods=(GRIND_PERIOD,),
            began=GRIND.assigned_at,
            used_at=NOW - 60 * D + 4 * S,  # when the post had gone out
            until=now + RELEASE_LASTS,
        )
        (word,) = stage.fleet().overrides.said
        assert ended(started(stage, point)) == -signal.SIGKILL
        for later in (5 * M, 20 * M, 35 * M):
            stage.turn_at(now + later)

        answered = stage.fleet().overrides.answer_to(word)
        assert stage.deletes == deletes
        assert stage.released == [GRIND.id] * deletes
        assert answered is not None
        assert answered.exit is answer, answered.why
        assert stage.fleet().unresolved == ()


def test_a_turn_that_is_not_killed_does_it_alone(stage: Stage) -> None:
    assert ended(started(stage)) == 0
    assert (stage.deletes, stage.released) == (1, [LATTE.id])


def test_killed_while_the_delete_is_under_way(stage: Stage) -> None:
    """It was done, and nobody heard the answer."""
    stage.fault(Hang(method="DELETE", seconds=30, apply=True))
    child = started(stage)
    until_a_delete_arrives(stage)
    child.kill()
    assert ended(child) == -signal.SIGKILL
    stage.sandbox.clear_faults()
    assert len(stage.fleet().unresolved) == 1
    assert exit_of(stage.turn_at(NEXT)) is Exit.DONE
    assert (stage.deletes, stage.released) == (1, [LATTE.id])


def test_killed_and_the_delete_never_did_anything(stage: Stage) -> None:
    stage.fault(Hang(method="DELETE", seconds=30, apply=False))
    child = started(stage)
    until_a_delete_arrives(stage)
    child.kill()
    ended(child)
    stage.sandbox.clear_faults()
    stage.turn_at(NEXT)
    assert (stage.deletes, stage.released) == (2, [LATTE.id])
    assert [entry.applied for entry in stage.sandbox.log.select("DELETE")] == [False, True]


def test_killed_and_the_delete_lands_only_after_the_next_turn_has_looked(stage: Stage) -> None:
    """Within 30 s of sending nothing is concluded; after it, 404 is our own earlier one."""
    stage.fault(Hang(method="DELETE", seconds=30, late=True))
    child = started(stage)
    until_a_delete_arrives(stage)
    child.kill()
    ended(child)
    assert exit_of(stage.turn_at(OPENS + 29 * S)) is Exit.OUTCOME_UNKNOWN
    assert stage.deletes == 1
    stage.sandbox.clear_faults()
    assert exit_of(stage.turn_at(NEXT)) is Exit.DONE
    assert stage.released == [LATTE.id]


def test_told_to_stop_during_a_delete_it_waits_for_its_end_and_leaves_an_intent(stage: Stage) -> None:
    stage.fault(Hang(method="DELETE", seconds=30, late=True))
    child = started(stage)
    until_a_delete_arrives(stage)
    child.send_signal(signal.SIGTERM)
    assert ended(child) == 0
    assert len(stage.fleet().unresolved) == 1
    stage.sandbox.clear_faults()
    assert exit_of(stage.turn_at(NEXT)) is Exit.DONE
    assert (stage.deletes, stage.released) == (1, [LATTE.id])
