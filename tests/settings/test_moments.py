"""Moments as people type them: spans, dates of their own time zone, instants; and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest

from watcher.settings.notation import earlier_of, instant_of, later_of
from watcher.texts.times import zone

NOW = datetime(2026, 5, 18, 12, tzinfo=UTC)
BERLIN = zone("Europe/Berlin")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("30d", NOW + timedelta(days=30)),
        ("36h", NOW + timedelta(hours=36)),
        ("2027-01-15", utc("2027-01-15T23:00")),
        ("2026-06-30", utc("2026-06-30T22:00")),
        ("2026-06-30T18:00:00+02:00", utc("2026-06-30T16:00")),
        ("forever", None),
    ],
)
def test_an_end_is_a_span_a_date_through_its_end_there_or_an_instant(text: str, end: datetime | None) -> None:
    assert later_of(text, NOW, BERLIN) == end


def test_a_date_of_the_configuration_stays_one_of_utc() -> None:
    assert instant_of("2026-06-30") == utc("2026-07-01T00:00")


@pytest.mark.parametrize("text", ["30", "tomorrow", "15 Jan 2027", "15.1.2027", "2027-02-30", "-3d", ""])
def test_what_is_no_end_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match='must be a span such as "30d", a date such as "2026-12-31"'):
        later_of(text, NOW, BERLIN)


@pytest.mark.parametrize(
    ("text", "through", "moment"),
    [
        ("7d", False, NOW - timedelta(days=7)),
        ("2026-05-01", False, utc("2026-04-30T22:00")),
        ("2026-05-01", True, utc("2026-05-01T22:00")),
        ("2026-05-01T10:00:00Z", True, utc("2026-05-01T10:00")),
    ],
)
def test_a_moment_of_the_past_is_a_span_before_now_or_when_a_date_begins(
    text: str, through: bool, moment: datetime
) -> None:
    assert earlier_of(text, NOW, BERLIN, through=through) == moment


@pytest.mark.parametrize("text", ["forever", "yesterday", "9999-12-31"])
def test_what_is_no_moment_of_the_past_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match='must be a span before now such as "7d"'):
        earlier_of(text, NOW, BERLIN, through=True)
