"""Quiet hours: how they are written, when they end, how long they last."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest

from tests.builders import H
from watcher.texts.hours import Hours, hours_end, hours_of, longest_hours

EVERY_DAY = tuple(range(7))
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "quiet"),
    [
        ("22:00-07:00", Hours(days=EVERY_DAY, start=1320, end=420)),
        ("12:00-13:30", Hours(days=EVERY_DAY, start=720, end=810)),
        ("sat-sun", Hours(days=(5, 6), start=0, end=1440)),
        ("Sun", Hours(days=(6,), start=0, end=1440)),
        (" fri 18:00-24:00 ", Hours(days=(4,), start=1080, end=1440)),
        ("sat-mon 00:00-08:00", Hours(days=(5, 6, 0), start=0, end=480)),
    ],
)
def test_hours_days_or_both(text: str, quiet: Hours) -> None:
    assert hours_of(text) == quiet


@pytest.mark.parametrize(
    "text",
    ["", " ", "22-07", "22:00", "25:00-07:00", "22:60-07:00", "24:00-07:00", "07:00-07:00", "sat-", "foo",
     "weekend 22:00-07:00", "22:00-07:00 sat", "sat22:00-07:00", "22:00 - 07:00"],
)  # fmt: skip
def test_anything_else_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="write hours as `22:00-07:00`"):
        hours_of(text)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


NIGHT, WEEKEND, FRIDAY = hours_of("22:00-07:00"), hours_of("sat-sun"), hours_of("fri 18:00-24:00")


@pytest.mark.parametrize(
    ("quiet", "now", "until"),
    [
        ((), "2026-05-18T23:00", None),
        ((NIGHT,), "2026-05-18T21:59:59", None),
        ((NIGHT,), "2026-05-18T22:00", "2026-05-19T07:00"),
        ((NIGHT,), "2026-05-19T06:59:59", "2026-05-19T07:00"),
        ((NIGHT,), "2026-05-19T07:00", None),
        ((FRIDAY, WEEKEND), "2026-05-22T17:59", None),
        ((FRIDAY, WEEKEND), "2026-05-22T18:00", "2026-05-25T00:00"),
        ((FRIDAY, WEEKEND, NIGHT), "2026-05-23T12:00", "2026-05-25T07:00"),
        ((hours_of("sun 22:00-07:00"),), "2026-05-25T06:59", "2026-05-25T07:00"),
        ((hours_of("sun 22:00-07:00"),), "2026-05-24T06:59", None),
        ((hours_of("mon-sun"),), "2026-05-18T12:00", "2026-05-25T12:00"),
    ],
)
def test_quiet_ends_when_none_of_them_covers_the_minute(
    quiet: tuple[Hours, ...], now: str, until: str | None
) -> None:
    assert hours_end(quiet, at(now), UTC) == (None if until is None else at(until))


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-05-18T20:00", "2026-05-19T05:00"),
        ("2026-10-24T20:00", "2026-10-25T06:00"),
        ("2026-03-28T21:00", "2026-03-29T05:00"),
    ],
    ids=["summer", "the night the clock goes back", "the night it goes forward"],
)
def test_quiet_is_by_the_clock_on_the_wall(now: str, until: str) -> None:
    assert hours_end((NIGHT,), at(now), BERLIN) == at(until)


@pytest.mark.parametrize(
    ("quiet", "longest"),
    [
        ((), timedelta()),
        ((NIGHT,), 9 * H),
        ((FRIDAY, WEEKEND), 54 * H),
        ((FRIDAY, WEEKEND, NIGHT), 61 * H),
        ((hours_of("mon-sun"),), 168 * H),
    ],
)
def test_the_longest_quiet_runs_across_midnight_and_the_end_of_the_week(
    quiet: tuple[Hours, ...], longest: timedelta
) -> None:
    assert longest_hours(quiet) == longest


def test_an_ordinary_night_is_found_without_reading_the_clock_minute_by_minute() -> None:
    """Three hours before an end were gone through by the minute: 3 ms each time, of 40 pauses seconds."""

    class Counting(tzinfo):
        asked = 0

        def utcoffset(self, _at: datetime | None) -> timedelta:
            self.asked += 1
            return H

        def dst(self, _at: datetime | None) -> timedelta:
            return timedelta()

        def tzname(self, _at: datetime | None) -> str:
            return "counting"

    zone = Counting()
    assert hours_end((NIGHT,), at("2026-05-18T22:00"), zone) == at("2026-05-19T06:00")
    assert zone.asked < 20
