"""A clock that is set in the middle of a turn, after it was proved: no release goes by it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.clock import FakeClock, SettableClock
from tests.stage import CLOSES, LATTE, NOW, OPENS, D, H, M, S, Stage, account, in_memory, published
from watcher.decide.exits import exit_of
from watcher.record.attempts import Attempt
from watcher.record.exit_codes import Exit
from watcher.record.intents import Ending
from watcher.record.reasons import Reason
from watcher.sandbox import NoDate, WithAge, WrongDate
from watcher.turn.act import LiveActor
from watcher.turn.clock_proof import ClockProof


class Set:
    """The stage with a hand on its clock."""

    def __init__(self, stage: Stage, clock: SettableClock) -> None:
        self.stage, self.clock = stage, clock

    def by(self, span: timedelta) -> Callable[[], None]:
        return lambda: self.clock.set_by(span)


@pytest.fixture
def hand(tmp_path: Path) -> Iterator[Set]:
    """`@latte` is due."""
    clock = SettableClock(NOW)
    with in_memory(tmp_path, clock=clock) as stage:
        stage.watch_until(OPENS - H)
        stage.turn()
        stage.move_to(OPENS + 5 * M)
        yield Set(stage, clock)


def ended(attempts: tuple[Attempt, ...]) -> list[tuple[Ending, Reason | None]]:
    return [(one.ended, one.reason) for one in attempts]


@pytest.mark.parametrize("span", [2 * H, -2 * H, 61 * S + S, -61 * S - S], ids=str)
def test_a_clock_set_between_plan_and_act_releases_nothing(hand: Set, span: timedelta) -> None:
    """It was proved once, at the begin of the turn; a window of hours ago was open by it."""
    stage = hand.stage
    report = stage.turn(before_acting=hand.by(span))
    assert ended(report.attempts) == [(Ending.HALTED, Reason.BRAKED)]
    assert report.attempts[0].detail.startswith("clock off: ")
    assert exit_of(report) is Exit.BRAKED
    assert (stage.deletes, stage.history(LATTE.id).count("release.intended")) == (0, 0)


@pytest.mark.parametrize("span", [58 * S, -58 * S], ids=str)
def test_one_set_by_what_is_allowed_does(hand: Set, span: timedelta) -> None:
    hand.stage.turn(before_acting=hand.by(span))
    assert hand.stage.released == [LATTE.id]


def test_the_turn_that_proves_it_again_releases(hand: Set) -> None:
    stage = hand.stage
    stage.turn(before_acting=hand.by(2 * H))
    hand.clock.set_by(-2 * H)
    stage.turn_at(OPENS + 15 * M)
    assert stage.released == [LATTE.id]


@pytest.mark.parametrize("fault", [NoDate(), WithAge(seconds=0)], ids=["no date", "age 0"])
@pytest.mark.parametrize("span", [2 * H, -2 * H], ids=str)
def test_where_the_last_reading_proves_nothing_the_clock_that_never_jumps_shows_it(
    hand: Set, span: timedelta, fault: NoDate | WithAge
) -> None:
    def happens() -> None:
        hand.clock.set_by(span)
        hand.stage.fault(fault)

    report = hand.stage.turn(before_acting=happens)
    assert ended(report.attempts) == [(Ending.HALTED, Reason.BRAKED)]
    assert hand.stage.deletes == 0


@pytest.mark.parametrize("offset", [2 * H, 62 * S], ids=str)
def test_the_date_of_the_last_reading_proves_the_clock_again(hand: Set, offset: timedelta) -> None:
    """As of a machine that slept, or was moved: its own clocks agree, and both are late."""
    stage = hand.stage
    report = stage.turn(before_acting=lambda: stage.fault(WrongDate(offset=offset)))
    assert ended(report.attempts) == [(Ending.HALTED, Reason.BRAKED)]
    assert stage.deletes == 0


def test_a_clock_put_back_while_the_intent_is_written_sends_nothing(hand: Set) -> None:
    """By it the window was open for two hours more; the DELETE would have come after the debit."""
    stage = hand.stage
    stage.move_to(CLOSES - 2 * M)
    with stage.opened() as turns:
        assert isinstance(turns.actor, LiveActor)
        slow: Any = _Slow(turns.ledger, hand.by(-2 * H))
        report = replace(turns, actor=replace(turns.actor, ledger=slow)).run().report
    assert ended(report.attempts) == [(Ending.NOT_SENT, Reason.BRAKED)]
    assert (stage.deletes, stage.fleet().unresolved) == (0, ())


def test_nothing_is_announced_by_a_clock_that_was_set(tmp_path: Path) -> None:
    """A receipt stamped hours back was old enough hours too early."""
    clock = SettableClock(NOW)
    soon = account("soon", renews_in=60 * H)
    with in_memory(tmp_path, LATTE, soon, posts=[published(LATTE, 40 * D)], clock=clock) as stage:
        stage.watch_until(OPENS)
        told = len(stage.told("release.announced"))
        stage.turn(before_acting=lambda: clock.set_by(-2 * H))
        assert len(stage.told("release.announced")) == told
        clock.set_by(2 * H)
        stage.turn_at(OPENS + 15 * M)
        assert len(stage.told("release.announced")) == told + 1


class _Slow:
    """A ledger that something happens to while an intent is written."""

    def __init__(self, ledger: Any, meanwhile: Callable[[], object]) -> None:
        self._ledger, self._meanwhile = ledger, meanwhile

    def write_intent(self, *args: Any) -> Any:
        written = self._ledger.write_intent(*args)
        self._meanwhile()
        return written

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)


def test_a_clock_as_it_was_proved_is_worth_what_it_was() -> None:
    clock = SettableClock(NOW)
    proof = ClockProof.now(clock, 3 * S)
    clock.advance(9 * H)
    clock.set_by(S - timedelta(microseconds=1))
    assert proof.skew_by(clock) == 3 * S
    clock.set_by(timedelta(microseconds=1))
    assert proof.skew_by(clock) == 4 * S
    assert proof.proved_again(clock, None).skew == 4 * S
    assert proof.proved_again(clock, 7 * S).skew_by(clock) == 7 * S


def test_a_clock_that_nothing_proved_is_worth_nothing() -> None:
    clock = FakeClock(NOW)
    assert ClockProof.now(clock, None).skew_by(clock) is None
