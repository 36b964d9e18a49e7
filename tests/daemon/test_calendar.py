"""A calendar of a real fleet: what the daemon serves and what the command writes, by the ledger alone."""

from collections.abc import Iterator
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import icalendar
import pytest
import vobject

from tests.ports import free_port
from tests.stage import GRIND, LATTE, RENEWS, D, H, Stage, staged
from watcher.adapters.pages.server import serving
from watcher.record.overrides import OverrideKind
from watcher.wiring.calendar import calendar
from watcher.wiring.calendar import entries as calendar_entries
from watcher.wiring.served import calendar_page

TOKEN = "0123456789abcdef01234567"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    options = {
        "calendar.listen": f"127.0.0.1:{free_port()}",
        "calendar.token": TOKEN,
        "calendar.organizer": "leases@example.com",
        "brakes.max_releases": 0,
    }
    with staged(tmp_path, configuration=options) as found:
        page = calendar_page(found.settings(), found.clock)
        assert page is not None
        with serving(page.app, *page.address):
            found.turn()
            yield found


def served(stage: Stage) -> bytes:
    connection = HTTPConnection(stage.settings().calendar.listen, timeout=10)
    try:
        connection.request("GET", f"/calendar.ics?token={TOKEN}")
        answer = connection.getresponse()
        assert answer.status == 200
        return answer.read()
    finally:
        connection.close()


def entries(text: bytes) -> dict[str, Any]:
    """By their UIDs, when and in which edition, as both libraries read them."""
    one = {
        str(each["UID"]): (each["DTSTART"].dt, int(each["SEQUENCE"]), str(each["SUMMARY"]))
        for each in icalendar.Calendar.from_ical(text).events
    }
    two = {
        each.uid.value: (each.dtstart.value, int(each.sequence.value), each.summary.value)
        for each in vobject.readOne(text.decode()).vevent_list
    }
    assert one == two
    return one


def test_it_has_what_is_to_be_decided_and_every_day_on_which_something_renews(stage: Stage) -> None:
    found = [(at, summary) for at, _, summary in entries(served(stage)).values()]
    (decide, *renewals) = found
    assert decide[1].startswith("To decide: $150.00 will not be saved unless ")
    assert decide[0] < RENEWS
    assert renewals == [
        (RENEWS.date(), "acme: 1 account renews, $150.00"),
        ((RENEWS + 12 * D - 30 * H).date(), "acme: 1 account renews, $150.00"),
        ((RENEWS + 20 * D - 30 * H).date(), "acme: 1 account renews, $150.00"),
    ]


def test_a_moved_renewal_moves_its_entry(stage: Stage) -> None:
    before = entries(served(stage))
    for by in (3 * D, 1 * D):
        stage.clock.advance(H)
        stage.change(GRIND, next_renewal_at=GRIND.next_renewal_at + by)
        stage.turn()
        after = entries(served(stage))
        assert after.keys() == before.keys()
        (moved,) = [uid for uid in before if before[uid][0] != after[uid][0]]
        assert after[moved][0] == (GRIND.next_renewal_at + by).date()
        assert after[moved][1] == before[moved][1] + 3600
        before = after


def test_a_view_asks_the_api_nothing_and_costs_the_ledger_one_look_a_minute(stage: Stage) -> None:
    asked = len(stage.sandbox.log.entries)
    first = served(stage)
    assert served(stage) == first
    assert len(stage.sandbox.log.entries) == asked


def test_what_is_served_follows_turns_and_words(stage: Stage) -> None:
    before = served(stage)
    stage.say(OverrideKind.HOLD, account=LATTE.id)
    after = served(stage)
    assert "To decide: " in before.decode()
    assert "To decide: " not in after.decode()


def test_the_command_writes_what_the_daemon_serves(stage: Stage) -> None:
    with stage.reader() as ledger:
        assert calendar(ledger, stage.settings(), stage.clock.now()) == served(stage)


def test_without_a_token_nothing_is_served(tmp_path: Path) -> None:
    with staged(tmp_path) as one:
        assert calendar_page(one.settings(), one.clock) is None


def test_a_project_that_is_no_longer_watched_stands_nowhere(stage: Stage) -> None:
    """Its renewals stood there for as long as the ledger remembered them; the status left them out."""
    settings = replace(stage.settings(), projects={})
    with stage.reader() as ledger:
        assert any(
            "renew" in one.summary for one in calendar_entries(ledger, stage.settings(), stage.clock.now())
        )
        assert not any(
            "renew" in one.summary for one in calendar_entries(ledger, settings, stage.clock.now())
        )
