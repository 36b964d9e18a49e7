"""When a warning is due: so long before the renewal, or before quiet hours that would keep it until that."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.builders import D, H, M, account, decision, policy
from watcher.rules.judge import reach_of
from watcher.rules.plan import Warn
from watcher.rules.rungs import QuietHours, reach_of_warnings, warned_from
from watcher.texts.hours import hours_began, hours_of

FRIDAY, SATURDAY, MONDAY = (datetime(2026, 5, day, tzinfo=UTC) for day in (22, 23, 25))
WEEKEND = QuietHours(hours=(hours_of("sat-sun"),), zone=UTC, poll=H)
NIGHT = QuietHours(hours=(hours_of("18:00-08:00"),), zone=UTC, poll=12 * H)
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("renews_at", "rung", "due"),
    [
        # Within the weekend, and so is all from its rung on: the last turn before it tells of it.
        (SATURDAY + 36 * H, D, SATURDAY - H),
        (MONDAY, D, SATURDAY - H),
        # From Monday on it is heard on Monday.
        (MONDAY + M, D, MONDAY + M - D),
        (MONDAY + 12 * H, D, MONDAY - 12 * H),
        # Its rung comes more than a poll before the weekend: heard on Friday, as always.
        (SATURDAY + 23 * H - M, D, FRIDAY + 23 * H - M),
        # A turn may come no sooner than within it.
        (SATURDAY + 23 * H, D, FRIDAY + 23 * H),
        (SATURDAY + 23 * H + M, D, FRIDAY + 23 * H),
        # A wider rung is heard before.
        (SATURDAY + 36 * H, 3 * D, SATURDAY + 36 * H - 3 * D),
    ],
)
def test_a_warning_that_quiet_hours_would_keep_until_its_renewal_is_due_before_they_begin(
    renews_at: datetime, rung: timedelta, due: datetime
) -> None:
    """Of renewals on a Sunday nobody who is left alone on weekends was warned a day before: on Monday it was
    put aside, as the renewal was past.
    """
    assert warned_from(rung, renews_at, [WEEKEND]) == due


def test_a_night_keeps_no_warning_until_its_renewal_but_with_rare_turns() -> None:
    """A rung at 08:12, turns at 07:42 and 19:42, people who hear nothing from 18:00 to 08:00, and a renewal a
    day later at 07:07: it was heard never.
    """
    renews_at = FRIDAY + 7 * H + 7 * M
    assert warned_from(D, renews_at, [NIGHT]) == FRIDAY - 6 * H - NIGHT.poll
    often = replace(NIGHT, poll=H)
    assert warned_from(D, renews_at, [often]) == renews_at - D


def test_who_is_left_alone_longest_decides() -> None:
    sunday = SATURDAY + 36 * H
    assert warned_from(D, sunday, [NIGHT, WEEKEND]) == SATURDAY - H
    assert warned_from(D, sunday) == sunday - D


def test_hours_that_never_end_bring_nothing_forward() -> None:
    always = replace(WEEKEND, hours=(hours_of("mon-sun"),))
    assert warned_from(D, SATURDAY, [always]) == FRIDAY


@pytest.mark.parametrize(
    ("now", "began"),
    [
        (SATURDAY - TICK, None),
        (SATURDAY, SATURDAY),
        (MONDAY - TICK, SATURDAY),
        (MONDAY, None),
    ],
)
def test_hours_know_when_they_began(now: datetime, began: datetime | None) -> None:
    assert hours_began(WEEKEND.hours, now, UTC) == began


def test_hours_began_by_the_clock_on_the_wall_although_it_was_put_forward_meanwhile() -> None:
    """On 29 March 2026 Berlin goes from 02:00 to 03:00."""
    berlin = ZoneInfo("Europe/Berlin")
    sunday = datetime(2026, 3, 29, 5, tzinfo=berlin)
    began = hours_began((hours_of("22:00-07:00"),), sunday, berlin)
    assert began == datetime(2026, 3, 28, 22, tzinfo=berlin).astimezone(UTC)


def test_the_account_is_looked_at_early_enough_for_its_first_warning() -> None:
    assert reach_of_warnings((7 * D, D), ()) == 7 * D
    assert reach_of_warnings((7 * D, D), (WEEKEND,)) == 7 * D
    assert reach_of_warnings((49 * H,), (WEEKEND,)) == 49 * H
    assert reach_of_warnings((49 * H - M,), (WEEKEND,)) == 98 * H - M
    assert reach_of(policy(warn=(30 * D,), quiet=(WEEKEND,))) == 30 * D


@pytest.mark.parametrize(("now", "warned"), [(SATURDAY - H - TICK, False), (SATURDAY - H, True)])
def test_a_turn_before_the_weekend_warns_of_a_renewal_on_sunday(now: datetime, warned: bool) -> None:
    one = replace(account(), renews_at=SATURDAY + 36 * H)
    found = decision(one, policies=(policy(warn=(D,), quiet=(WEEKEND,)),), enrolled=False, now=now)
    assert isinstance(found.step, Warn) is warned


def test_other_quiet_hours_void_no_notice() -> None:
    assert policy(quiet=(WEEKEND,)).fingerprint == policy().fingerprint
