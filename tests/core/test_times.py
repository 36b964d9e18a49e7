"""Instants in a person's zone, and for machines."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.builders import NOW, D, H
from watcher.texts.times import (
    aligned,
    below,
    clock_time,
    day,
    distance,
    iso,
    iso_or_none,
    month,
    seconds,
    until_when,
    when,
    zone,
)


def test_an_instant_says_how_far_off_it_is_and_when_in_its_zone() -> None:
    assert when(NOW + 2 * D + 4 * H, NOW, zone("UTC")) == "in 2 d 4 h, Wed 20 May 16:00 UTC"
    assert when(NOW - 3 * H, NOW, zone("Europe/Berlin")) == "3 h ago, Mon 18 May 11:00 CEST"


def test_another_year_is_named() -> None:
    assert clock_time(NOW + 300 * D, zone("UTC"), now=NOW) == "Sun 14 Mar 2027 12:00 UTC"


def test_whether_it_is_another_year_is_asked_in_the_zone_that_is_shown(elsewhere: None) -> None:
    eve = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)
    assert clock_time(eve, zone("Europe/Berlin"), now=eve) == "Thu 31 Dec 23:30 CET"
    later = eve + timedelta(minutes=30)
    assert clock_time(later, zone("Europe/Berlin"), now=eve) == "Fri 1 Jan 2027 00:00 CET"
    assert clock_time(later, zone("Europe/Berlin"), now=later) == "Fri 1 Jan 00:00 CET"


def test_moments_of_several_rows_stand_below_each_other() -> None:
    assert [aligned(NOW + ahead, NOW, UTC) for ahead in (timedelta(), 20 * D)] == [
        "now,         Mon 18 May 12:00 UTC",
        "in 20 d,     Sun  7 Jun 12:00 UTC",
    ]


def test_until_when_says_how_far_off_that_is() -> None:
    assert until_when(NOW + 2 * D + 4 * H, NOW, UTC) == "until Wed 20 May 16:00 UTC (in 2 d 4 h)"


def test_a_month_is_named_as_in_a_day() -> None:
    assert month(NOW) == "May 2026"
    assert day(NOW) == f"Mon 18 {month(NOW)}"
    assert day(NOW, year=False) == f"Mon 18 {month(NOW, year=False)}"


@pytest.mark.parametrize(
    ("dated", "set_below"),
    [
        ("Mon 4 May", "Mon  4 May"),
        ("Mon 18 May", "Mon 18 May"),
        ("Mon 4 May 2026 12:00 UTC", "Mon  4 May 2026 12:00 UTC"),
    ],
)
def test_days_of_several_rows_stand_below_each_other(dated: str, set_below: str) -> None:
    assert below(dated) == set_below


def test_a_zone_without_letters_is_written_as_its_offset() -> None:
    assert clock_time(NOW, zone("America/Sao_Paulo"), now=NOW) == "Mon 18 May 09:00 UTC-03"


def test_now_is_neither_ahead_nor_ago() -> None:
    assert distance(NOW, NOW) == "now"


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "/etc/passwd", "a\0b"])
def test_a_name_that_is_no_zone_is_refused_with_an_example(name: str) -> None:
    with pytest.raises(ValueError, match="names look like Europe/Berlin"):
        zone(name)


def test_machines_get_utc_with_z() -> None:
    assert iso(datetime(2026, 5, 18, 12, tzinfo=UTC)) == "2026-05-18T12:00:00Z"
    assert iso(NOW.astimezone(zone("Asia/Tokyo"))) == "2026-05-18T12:00:00Z"


def test_durations_are_whole_seconds_where_they_are() -> None:
    assert seconds(timedelta(seconds=2)) == 2
    assert seconds(timedelta(milliseconds=1500)) == 1.5


@pytest.mark.parametrize("place", ["Pacific/Auckland", "Etc/GMT-14"])
def test_the_last_day_of_the_calendar_is_shown_in_utc_where_a_zone_has_no_such_day(place: str) -> None:
    """A hold until 9999-12-31, seen from Auckland, was a traceback."""
    last = datetime(9999, 12, 31, 18, tzinfo=UTC)
    assert clock_time(last, zone(place)) == "Fri 31 Dec 9999 18:00 UTC"


def test_for_machines_an_instant_is_in_utc_and_what_is_not_known_stays_unknown() -> None:
    assert iso_or_none(NOW.astimezone(zone("Europe/Berlin"))) == iso(NOW) == "2026-05-18T12:00:00Z"
    assert iso_or_none(None) is None
