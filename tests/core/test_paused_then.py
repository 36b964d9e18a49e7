"""Which releases to come a planned pause stops until it is too late: known before any turn looks so far."""

from datetime import timedelta

import pytest

from tests.builders import NOW, D, H, M, account, decision, published
from watcher.decide.paused_then import goes_at, paused_then
from watcher.record.notices import Received
from watcher.record.planned_pauses import PauseInForce, PlannedPause, PlannedPauses
from watcher.rules.plan import Decision, PeriodState

TICK = timedelta(microseconds=1)
FAR = decision(account("far", renews_in=20 * D))
"""Its window is `[OPENS, CLOSES)`, and it is announced two days before."""
OPENS, CLOSES = NOW + 20 * D - 6 * H, NOW + 20 * D - 10 * M
DUE = decision(
    account("due", renews_in=3 * H),
    standing=PeriodState(notice=Received(at=NOW - 2 * D, not_before=NOW - 3 * H)),
)
CAMPAIGN = PlannedPause(why="campaign", begins=OPENS, ends=CLOSES)


def met(*decisions: Decision, pause: PlannedPause = CAMPAIGN) -> list[str]:
    found = paused_then(decisions, PlannedPauses(pauses=(pause,)), NOW)
    return [one.account.handle for one in decisions if one.account.id in found]


def test_who_plans_a_pause_is_told_what_it_will_stop() -> None:
    """It was invisible until some three days before: nobody saw what a campaign would cost."""
    found = paused_then([FAR, DUE], PlannedPauses(pauses=(CAMPAIGN,)), NOW)
    assert found == {FAR.account.id: PauseInForce(project=None, why="campaign", until=CLOSES)}
    assert paused_then([FAR], PlannedPauses(), NOW) == {}


@pytest.mark.parametrize(
    ("begins", "ends", "stopped"),
    [
        (OPENS, CLOSES, ["far"]),
        (OPENS + TICK, CLOSES, []),
        (OPENS, CLOSES - TICK, []),
        (OPENS - D, CLOSES + D, ["far"]),
    ],
    ids=["the whole window", "opens before it", "closes after it", "longer"],
)
def test_what_goes_before_or_after_it_is_not_named(begins: object, ends: object, stopped: list[str]) -> None:
    pause = PlannedPause(why="campaign", begins=begins, ends=ends)  # type: ignore[arg-type]
    assert met(FAR, pause=pause) == stopped


def test_only_releases_that_are_planned_in_projects_that_it_covers_are_named() -> None:
    used = decision(account("used", renews_in=20 * D), activity=published(timedelta(0)))
    kept = decision(account("kept", renews_in=20 * D), policies=())
    other = PlannedPause(why="campaign", projects=(FAR.account.project,), begins=OPENS, ends=CLOSES)
    elsewhere = decision(account("else", project="prj_beta", renews_in=20 * D))
    assert met(FAR, kept, elsewhere, pause=other) == ["far"]
    assert met(used) == (["used"] if used.release_ahead else [])


def test_a_release_goes_as_its_window_opens_once_its_notice_has_run_and_at_once_where_it_is_due() -> None:
    soon = decision(account("soon", renews_in=31 * H))
    assert (goes_at(FAR, NOW), goes_at(soon, NOW), goes_at(DUE, NOW)) == (OPENS, NOW + 25 * H, NOW)
