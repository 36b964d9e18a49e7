"""Renewals extrapolated for the record: monthly on the anchor day, or on the month's last."""

from datetime import UTC, datetime, timedelta

import pytest

from watcher.record.outcomes import CAUSES, Cause, renewals
from watcher.record.reasons import Reason


def on(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 16, 12, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("first", "upcoming", "anchor_day", "expected"),
    [
        pytest.param(on(2026, 1, 31), on(2026, 1, 31), 31, [], id="none before the first"),
        pytest.param(on(2026, 1, 31), on(2026, 2, 28), 31, [on(2026, 1, 31)], id="one"),
        pytest.param(
            on(2026, 1, 31),
            on(2026, 5, 31),
            31,
            [on(2026, 1, 31), on(2026, 2, 28), on(2026, 3, 31), on(2026, 4, 30)],
            id="31 Jan, 28 Feb, 31 Mar, 30 Apr",
        ),
        pytest.param(
            on(2028, 1, 30),
            on(2028, 4, 1),
            30,
            [on(2028, 1, 30), on(2028, 2, 29), on(2028, 3, 30)],
            id="leap",
        ),
        pytest.param(
            on(2026, 2, 28),
            on(2026, 4, 1),
            28,
            [on(2026, 2, 28), on(2026, 3, 28)],
            id="the 28th stays the 28th",
        ),
        pytest.param(
            on(2026, 11, 30),
            on(2027, 3, 1),
            30,
            [on(2026, 11, 30), on(2026, 12, 30), on(2027, 1, 30), on(2027, 2, 28)],
            id="over the turn of the year",
        ),
        pytest.param(on(2026, 12, 31), on(2027, 1, 31), 31, [on(2026, 12, 31)], id="december"),
    ],
)
def test_renewals_fall_on_the_anchor_day_or_the_last_of_a_shorter_month(
    first: datetime, upcoming: datetime, anchor_day: int, expected: list[datetime]
) -> None:
    assert list(renewals(first, upcoming, anchor_day)) == expected


@pytest.mark.parametrize(("short", "count"), [(timedelta(microseconds=1), 2), (timedelta(), 1)])
def test_the_upcoming_renewal_is_not_one_of_them(short: timedelta, count: int) -> None:
    assert len(list(renewals(on(2026, 1, 31), on(2026, 2, 28) + short, 31))) == count


def test_every_reason_that_can_last_to_a_renewal_has_a_cause() -> None:
    """Without one: what is released, in use, not decided yet, waits in time, or is told by other means."""
    silent = {
        Reason.UNUSED,
        Reason.TERM,
        Reason.IN_USE,
        Reason.NOT_DUE,
        Reason.RENEWAL_PENDING,
        Reason.WINDOW_NOT_OPEN,
        Reason.NOTICE_TO_COME,
        Reason.NOTICE_TOO_YOUNG,
        Reason.ALREADY_RELEASED,
        Reason.FACTS_CHANGED,
        Reason.RULES_TO_COME,
        Reason.LOCK_LOST,
        Reason.PERSON,
        Reason.WORD_OVER,
    }

    assert set(CAUSES) == set(Reason) - silent


def test_every_cause_is_told_by_a_reason_or_by_an_absence() -> None:
    absences = {Cause.API_DOWN, Cause.UNEXPLAINED, Cause.KEY_REFUSED, Cause.KEY_SUSPENDED, Cause.RESTORED}
    assert set(Cause) - set(CAUSES.values()) == absences
