"""A release that can no longer be is counted once, and only by a clock that can say so."""

from pathlib import Path
from typing import Any

import pytest

from tests.fakes.clock import SettableClock
from tests.stage import CLOSES, LATTE, LATTE_PERIOD, NOW, OPENS, RENEWS, D, H, M, Stage, in_memory
from watcher.decide.exits import exit_of
from watcher.record.exit_codes import Exit
from watcher.record.reasons import Reason
from watcher.sandbox import NoDate

MARGIN: dict[str, Any] = {"policies.standard.release.margin": "3h", "brakes.min_history": "0s"}
SHUT = RENEWS - 3 * H
"""When the window closes with that margin."""


def codes(stage: Stage, *turns: Any) -> list[Exit]:
    return [exit_of(stage.turn_at(at)) for at in turns]


def test_what_a_brake_stopped_until_it_was_too_late_is_counted_once(tmp_path: Path) -> None:
    """The brake's reason stood, so every turn from the close of the window to the renewal ended with 24."""
    with in_memory(tmp_path, configuration={**MARGIN, "brakes.max_releases": 0}) as stage:
        assert codes(stage, NOW, OPENS) == [Exit.DONE, Exit.BRAKED]
        assert codes(stage, *(SHUT + n * M for n in (0, 15, 30))) == [Exit.MISSED, Exit.DONE, Exit.DONE]
        assert len(stage.told("deadline.missed")) == 1
        assert stage.memory().known[LATTE_PERIOD.account].reason is Reason.BRAKED


def test_what_no_channel_accepted_is_counted_where_late_notices_may_be_released(tmp_path: Path) -> None:
    """ "Not every channel accepted" was the reason before the window closed and after it: never a 24."""
    late = {"policies.standard.release.if_notice_late": "release", "policies.standard.release.notice": "6h"}
    with in_memory(tmp_path, configuration=late) as stage:
        stage.configure({"notifiers.ops.url": f"{stage.url}/nowhere"})
        stage.watch_until(CLOSES, every=6 * H)
        assert [stage.turn_at(at).missed != () for at in (CLOSES, CLOSES + 5 * M)] == [True, False]


@pytest.mark.parametrize("proved", [True, False], ids=["known to be off", "unproved"])
def test_a_clock_that_is_ahead_says_nothing_of_it_and_loses_nothing(tmp_path: Path, proved: bool) -> None:
    """Unproved, "the window has closed: $150.00 will be paid" and 24 came while it was still to open. Known
    to be off, it noted that it was too late: when it was, that seemed to have been counted.
    """
    clock = SettableClock(NOW)
    with in_memory(tmp_path, configuration={**MARGIN, "brakes.max_releases": 0}, clock=clock) as stage:
        codes(stage, NOW, OPENS - H)
        clock.set_by(5 * H)
        stage.clock.advance(10 * M)
        if not proved:
            stage.fault(NoDate(times=1, path="whoami"))
        report = stage.turn()
        assert (report.missed, stage.told("deadline.missed")) == ((), [])
        assert all("too late" not in event["text"] for event in stage.told())
        known = stage.memory().known[LATTE_PERIOD.account]
        assert (known.reason, known.missed_at) == (Reason.WINDOW_NOT_OPEN, None)

        clock.set_by(-5 * H)
        assert codes(stage, SHUT + 5 * M, SHUT + 20 * M) == [Exit.MISSED, Exit.DONE]
        assert len(stage.told("deadline.missed")) == 1


def test_the_next_lease_period_is_another_one(tmp_path: Path) -> None:
    with in_memory(tmp_path, configuration={**MARGIN, "brakes.max_releases": 0}) as stage:
        codes(stage, NOW, OPENS, SHUT)
        stage.change(LATTE, next_renewal_at=RENEWS + 31 * D)
        stage.watch_until(SHUT + 31 * D, every=24 * H)
        assert codes(stage, SHUT + 31 * D, SHUT + 31 * D + M) == [Exit.MISSED, Exit.DONE]
