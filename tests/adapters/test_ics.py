"""Calendars, read by two libraries that know nothing of each other."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import pytest
import vobject

from watcher.adapters.ics import ics
from watcher.decide.calendar_entries import CalendarEntry

AT = datetime(2026, 5, 18, 12, tzinfo=UTC)
DECISION = CalendarEntry(
    identity=("decide", "halt", "sa_1"),
    at=datetime(2026, 5, 19, 8, tzinfo=UTC),
    since=AT - timedelta(days=3),
    summary="To decide: $150.00; or not, says \\ somebody",
    lines=("At stake: $150.00.", "ü" * 200, "BEGIN:VEVENT"),
)
DAY = CalendarEntry(identity=("renewals", "p", "sa_1"), at=date(2026, 5, 20), since=AT, summary="acme: 1")


def by_icalendar(text: bytes) -> list[dict[str, Any]]:
    return [
        {
            "uid": str(one["UID"]),
            "sequence": int(one["SEQUENCE"]),
            "at": one["DTSTART"].dt,
            "summary": str(one["SUMMARY"]),
            "description": str(one["DESCRIPTION"]),
            "status": str(one["STATUS"]),
            "organizer": str(one.get("ORGANIZER", "")),
        }
        for one in icalendar.Calendar.from_ical(text).events
    ]


def by_vobject(text: bytes) -> list[dict[str, Any]]:
    def value(one: Any, name: str) -> Any:
        return getattr(one, name).value if hasattr(one, name) else ""

    return [
        {
            "uid": value(one, "uid"),
            "sequence": int(value(one, "sequence")),
            "at": value(one, "dtstart"),
            "summary": value(one, "summary"),
            "description": value(one, "description"),
            "status": value(one, "status"),
            "organizer": value(one, "organizer"),
        }
        for one in vobject.readOne(text.decode()).vevent_list
    ]


READERS = pytest.mark.parametrize("read", [by_icalendar, by_vobject])


@READERS
def test_entries_are_read_as_they_were_written(read: Any) -> None:
    decision, day = read(ics([DECISION, DAY], at=AT, organizer="leases@example.com", name="Leases"))
    assert decision["summary"] == DECISION.summary
    assert decision["description"] == "\n".join(DECISION.lines)
    assert decision["at"] == DECISION.at
    assert decision["sequence"] == DECISION.sequence
    assert (day["at"], day["status"]) == (date(2026, 5, 20), "CONFIRMED")
    assert decision["uid"] != day["uid"]
    assert {decision["organizer"], day["organizer"]} == {"mailto:leases@example.com"}


@READERS
def test_a_moved_entry_is_the_same_one_in_a_later_edition(read: Any) -> None:
    moved = replace(DAY, at=date(2026, 5, 18), since=AT + timedelta(seconds=1))
    (before,), (after,) = read(ics([DAY], at=AT)), read(ics([moved], at=AT))
    assert (after["uid"], after["at"]) == (before["uid"], date(2026, 5, 18))
    assert after["sequence"] == before["sequence"] + 1


@READERS
def test_what_is_off_is_cancelled(read: Any) -> None:
    (entry,) = read(ics([replace(DAY, cancelled=True)], at=AT))
    assert entry["status"] == "CANCELLED"


def test_it_is_published_only_by_somebody() -> None:
    """RFC 5546 asks for an organizer where there is a method; nobody is made up."""
    assert "METHOD" not in icalendar.Calendar.from_ical(ics([DAY], at=AT))
    assert icalendar.Calendar.from_ical(ics([DAY], at=AT, organizer="a@b.example"))["METHOD"] == "PUBLISH"


def test_lines_are_short_and_the_same_entries_are_the_same_bytes() -> None:
    text = ics([DECISION, DAY], at=AT)
    assert max(map(len, text.split(b"\r\n"))) <= 75
    assert text == ics([DECISION, DAY], at=AT)


def test_an_empty_one_is_a_calendar_too() -> None:
    assert by_icalendar(ics([], at=AT)) == []


@pytest.mark.parametrize("sign", ["\r\n", "\x00", "\u2028", "\udcff"])
def test_no_text_ends_a_line_of_the_calendar(sign: str) -> None:
    """Texts are made safe before; a sign that was not must not forge an entry."""
    if sign == "\udcff":
        identity = replace(DAY, identity=(sign,))
        assert len(by_icalendar(ics([identity], at=AT))) == 1
        return
    forged = replace(DAY, summary=f"x{sign}END:VEVENT{sign}BEGIN:VEVENT")
    assert len(by_icalendar(ics([forged], at=AT))) == 1


def test_what_a_passing_renewal_changed_is_stamped_with_it() -> None:
    """The text changed with the clock, and the stamps stayed those of the last turn."""
    later = AT + timedelta(hours=2)
    (event,) = icalendar.Calendar.from_ical(ics([replace(DAY, revised=later)], at=AT)).events
    assert (event["DTSTAMP"].dt, event["LAST-MODIFIED"].dt) == (later, later)
    assert int(event["SEQUENCE"]) == DAY.sequence
