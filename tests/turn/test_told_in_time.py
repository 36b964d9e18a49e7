"""What can no longer be is told as soon as that is so, and once; what joins is told."""

from pathlib import Path

import pytest

from tests.stage import (
    CLOSES,
    LATTE,
    NOW,
    OPENS,
    RENEWS,
    D,
    H,
    M,
    Stage,
    account,
    in_memory,
    published,
)
from watcher.decide.exits import exit_of
from watcher.record.exit_codes import Exit
from watcher.record.overrides import OverrideKind
from watcher.record.reasons import Reason

DOWN = "http://127.0.0.1:9/nobody-listens"


@pytest.fixture
def with_two(tmp_path: Path):
    """`ops` works, `boss` is down; both must accept."""
    with in_memory(tmp_path, LATTE, posts=[published(LATTE, 40 * D)]) as stage:
        stage.configure({"notifiers.boss.kind": "webhook", "notifiers.boss.url": DOWN})
        stage.configure({"brakes.max_share": 1.0})
        yield stage


def fates(stage: Stage) -> list[str]:
    return [event["text"].rpartition("; ")[2] for event in stage.told("renewal.warning")]


def test_a_receipt_that_can_no_longer_come_of_age_is_a_miss_at_once(with_two: Stage) -> None:
    """A required channel was down: the working one was told "will be released before that" while nothing
    could be released any more, and of the miss only after the debit.
    """
    stage = with_two
    bound = CLOSES - 24 * H
    stage.turn()
    stage.move_to(bound - M)
    before = stage.turn()
    assert [(one.reason, exit_of(before)) for one in before.decisions] == [
        (Reason.NOTICE_UNANSWERED, Exit.UNDELIVERED)
    ]
    assert stage.told("deadline.missed") == []
    missed = stage.turn_at(bound)
    assert (exit_of(missed), [period.account for period in missed.missed]) == (Exit.MISSED, [LATTE.id])
    [told] = stage.told("deadline.missed")
    assert "announcement not accepted by boss): $150.00 will be paid" in told["text"]


def test_its_warnings_say_that_it_will_renew(with_two: Stage) -> None:
    stage = with_two
    stage.configure({"policies.standard.warn": ["20h"]})
    stage.turn()
    stage.turn_at(RENEWS - 20 * H)
    assert fates(stage) == ["will renew: announcement not accepted by every channel"]


def test_a_notice_that_is_late_is_missed_in_one_turn_and_not_in_every_one_of_a_day(
    with_two: Stage,
) -> None:
    """24 at every turn: whoever pages on it was paged all day for one account."""
    stage = with_two
    stage.turn()
    stage.move_to(OPENS)
    codes = [exit_of(stage.turn_at(OPENS + quarter * 15 * M)) for quarter in range(4)]
    assert codes[0] is Exit.MISSED
    assert Exit.MISSED not in codes[1:]
    assert exit_of(stage.turn_at(CLOSES)) is not Exit.MISSED
    assert len(stage.told("deadline.missed")) == 1


def test_a_docket_that_shrinks_is_told_once_and_another_again(tmp_path: Path) -> None:
    """Four windows that closed one by one under a pause were four critical messages in ten hours, each with
    another docket; the docket of the message that was told allows what is left of it.
    """
    four = [account(f"due{number}", renews_in=30 * H + number * H) for number in range(4)]
    late = account("late", renews_in=80 * H)
    limits = {"brakes.max_releases": 0, "brakes.max_share": 1.0, "brakes.max_project_share": 1.0}
    with in_memory(tmp_path, *four, late, posts=[published(one, 40 * D) for one in (*four, late)]) as stage:
        stage.configure({**limits, "policies.standard.warn": []})
        stage.turn()
        stage.turn_at(NOW + 20 * H)
        for hour in range(3, 9):
            stage.turn_at(OPENS + hour * H)
        [told] = stage.told("brake.halted")
        assert told["facts"]["releases"] == 5
        assert len(stage.turn().docket.to_come) == 1
        with stage.ledger() as ledger:
            kept = ledger.docket(told["facts"]["docket"])
        assert kept is not None
        stage.say(OverrideKind.APPROVE, periods=kept.periods, until=RENEWS + 4 * H)
        stage.turn_at(OPENS + 8 * H + 15 * M)
        assert stage.released == ["sa_due3"]
        stage.turn_at(NOW + 52 * H)
        stage.turn_at(NOW + 74 * H)
        assert [event["facts"]["releases"] for event in stage.told("brake.halted")] == [5, 1]
