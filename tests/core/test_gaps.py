"""A gap between turns, some of whose clocks were not proved."""

from datetime import timedelta

import pytest

from tests.builders import NOW, D, H
from watcher.decide.turn_record import has_gap, longest_gap
from watcher.memory.remembered import CLOCK_OFF, CLOCK_UNPROVED, TurnKind, TurnRecord
from watcher.rules.plan import Mode

TICK, M = timedelta(microseconds=1), timedelta(minutes=1)
DAY = 24 * H


def turn(after: timedelta, **summary: int) -> TurnRecord:
    at = NOW + after
    return TurnRecord(
        id="t", kind=TurnKind.FULL, mode=Mode.ENFORCE, started_at=at, unbroken_since=at, summary=summary
    )


def undated(after: timedelta) -> TurnRecord:
    return turn(after, **{CLOCK_UNPROVED: 1})


def off(after: timedelta, by: timedelta) -> TurnRecord:
    return turn(after, **{CLOCK_OFF: int(by.total_seconds())})


@pytest.mark.parametrize(
    ("between", "until", "gap"),
    [
        pytest.param([], DAY, False, id="none"),
        pytest.param([], DAY + TICK, True, id="a tick"),
        pytest.param([undated(DAY)], DAY + 15 * M, False, id="a turn in time, undated"),
        pytest.param([undated(DAY + TICK)], DAY + 15 * M, True, id="it came upon the gap"),
        pytest.param([undated(30 * H), undated(31 * H)], 32 * H, True, id="so did the first of two"),
        pytest.param([undated(6 * H), undated(20 * H)], 40 * H, False, id="undated turns without a gap"),
        pytest.param([undated(6 * H), undated(31 * H)], 40 * H, True, id="with one among them"),
        pytest.param([undated(6 * H)], 30 * H + TICK, True, id="with one after them"),
        pytest.param([undated(8 * D)], 12 * H, False, id="proved by both ends: it was ahead"),
        pytest.param([undated(8 * D)], 25 * H, True, id="it was ahead, and there is one"),
        pytest.param([off(DAY, 61 * M / 60)], DAY + 15 * M, False, id="off by as much as two clocks may be"),
        pytest.param([off(DAY, 20 * H)], DAY + 15 * M, False, id="off, but in between"),
        pytest.param([off(23 * H, 2 * H)], 26 * H, True, id="off: it may have been after the gap"),
        pytest.param([off(30 * H, 20 * H)], 31 * H, True, id="off: by itself it came upon one"),
        pytest.param([off(20 * H, 2 * H)], 42 * H + M, True, id="off: the gap may have been after it"),
        pytest.param([off(20 * H, 2 * H)], 40 * H, False, id="off, whichever way"),
        pytest.param([off(DAY + M, 90 * D)], DAY + M, False, id="off, but just now"),
        pytest.param([off(DAY + 2 * M, 90 * D)], DAY, False, id="ahead by as little as clocks may be"),
        pytest.param([off(DAY + 2 * M + TICK, 90 * D)], DAY + M, True, id="off, and at no time in between"),
    ],
)
def test_a_gap_is_found_by_the_turn_that_can_judge_it(
    between: list[TurnRecord], until: timedelta, gap: bool
) -> None:
    assert has_gap(turn(timedelta()), between, NOW + until, DAY) is gap


@pytest.mark.parametrize(("poll", "longest"), [(15 * M, DAY), (8 * H, DAY), (9 * H, 27 * H)])
def test_the_longest_gap_follows_the_poll(poll: timedelta, longest: timedelta) -> None:
    assert longest_gap(poll) == longest
