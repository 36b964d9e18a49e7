import json

import pytest

from tests.adapters.channels.stage import NOW, digest, event, logged
from tests.builders import UNUSED
from watcher.adapters.channels.kinds.log import LogNotifier
from watcher.messages.events import Event, EventKind

OPS = LogNotifier(name="ops")


def test_an_event_is_one_line_named_after_its_kind():
    with logged() as log:
        OPS.deliver(digest(event(text="it renews", facts=UNUSED), live=False))
    assert json.loads(log.getvalue()) == {
        "event": "renewal.warning",
        "level": "info",
        "timestamp": "2026-05-18T12:00:00.000Z",
        "account": "sa_latte.art.lab",
        "handle": "latte.art.lab",
        "project": "prj_acme",
        "cents": 15_000,
        "key": "renewal.warning:sa_latte.art.lab:5bcb9e10",
        "text": "it renews",
        "live": False,
    }


def test_what_an_event_does_not_know_is_left_out():
    with logged() as log:
        OPS.deliver(digest(Event(kind=EventKind.CLOCK_OFF, key="k", at=NOW, what="the clock is off")))
    assert json.loads(log.getvalue()) == {
        "event": "clock.off",
        "level": "critical",
        "timestamp": "2026-05-18T12:00:00.000Z",
        "key": "k",
        "text": "the clock is off",
        "live": True,
    }


@pytest.mark.parametrize(
    ("kind", "level"),
    [
        (EventKind.RENEWAL_WARNING, "info"),
        (EventKind.RENEWAL_PAID, "warning"),
        (EventKind.RELEASE_UNKNOWN, "critical"),
    ],
)
def test_the_level_is_the_severity(kind, level):
    with logged() as log:
        OPS.deliver(digest(event(kind)))
    assert json.loads(log.getvalue())["level"] == level


def test_at_a_terminal_a_handle_moves_no_cursor_and_starts_no_line():
    with logged(human=True) as log:
        OPS.deliver(digest(event(handle="a\nb\x1b[2J\u202e")))
    (line,) = log.getvalue().splitlines()
    assert r"handle=a\nb\x1b[2J\u202e" in line
    assert line.isprintable()
