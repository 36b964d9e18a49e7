"""Entries as a calendar (RFC 5545): the home of icalendar, imported when used."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Final

from watcher import __version__
from watcher.adapters.channels.fitting import clipped
from watcher.decide.calendar_entries import CalendarEntry

_LONGEST: Final = 2_000
"""Signs of one line of a description."""


def ics(
    entries: Iterable[CalendarEntry], *, at: datetime, organizer: str | None = None, name: str | None = None
) -> bytes:
    """The calendar, as of `at`.

    With an `organizer`, a mail address, it is published as theirs (RFC 5546 asks for one); without, it is
    only what is so. `name`: what programs that subscribe to it call it.
    """
    from icalendar import Calendar, Event, vCalAddress

    calendar = Calendar()
    calendar.add("PRODID", f"-//lease-watcher//{__version__}//EN")
    calendar.add("VERSION", "2.0")
    if name is not None:
        calendar.add("X-WR-CALNAME", name)
    if organizer is not None:
        calendar.add("METHOD", "PUBLISH")
    for entry in entries:
        event = Event()
        event.add("UID", _uid(entry))
        event.add("SEQUENCE", entry.sequence)
        revised = max(entry.since, entry.revised or entry.since)
        event.add("DTSTAMP", max(at, revised))
        event.add("LAST-MODIFIED", revised)
        event.add("DTSTART", entry.at)
        event.add("SUMMARY", clipped(entry.summary, _LONGEST))
        event.add("DESCRIPTION", "\n".join(clipped(line, _LONGEST) for line in entry.lines))
        event.add("STATUS", "CANCELLED" if entry.cancelled else "CONFIRMED")
        event.add("TRANSP", "TRANSPARENT")
        if organizer is not None:
            event["ORGANIZER"] = vCalAddress(f"mailto:{organizer}")
        calendar.add_component(event)
    text: bytes = calendar.to_ical()
    return text


def _uid(entry: CalendarEntry) -> str:
    """Nothing of it is secret: it is a digest so that any id makes a valid one."""
    named = "\n".join(entry.identity)
    return f"{sha256(named.encode('utf-8', 'backslashreplace')).hexdigest()[:32]}@lease-watcher"
