"""`calendar`: a file for a calendar, by the ledger alone."""

import icalendar
import vobject

from tests.cli.desk import Desk
from watcher.cli.demo import NAME


def test_it_is_written_to_where_it_is_wanted(at_desk: Desk) -> None:
    assert at_desk.run("run", "--once").code == 0
    asked = len(at_desk.sandbox.log.entries)

    shown = at_desk.run("calendar")
    kept = at_desk.run("calendar", "--output", "leases.ics")

    assert (shown.code, kept.code, kept.out) == (0, 0, "")
    text = (at_desk.folder / "leases.ics").read_bytes()
    assert text.decode() == shown.out
    events = icalendar.Calendar.from_ical(text).events
    assert len(events) == len(vobject.readOne(shown.out).vevent_list)
    first = next(one for one in events if str(one["SUMMARY"]).startswith("acme-coffee: "))
    assert "@latte.art.lab on tiktok, $150.00: its release is announced, for " in str(first["DESCRIPTION"])
    assert len(at_desk.sandbox.log.entries) == asked


def test_before_the_first_turn_it_is_empty_and_says_so(at_desk: Desk) -> None:
    said = at_desk.run("calendar")
    assert said.code == 0
    assert icalendar.Calendar.from_ical(said.out).events == []
    assert said.err.startswith("There is no ledger at ")


def test_it_is_not_written_over_the_configuration(at_desk: Desk) -> None:
    said = at_desk.run("calendar", "--output", NAME)
    assert (said.code, "it is the configuration" in said.err) == (2, True)
