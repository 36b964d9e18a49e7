"""The alarm rings at its times and does nothing else."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

from watcher.daemon.alarm import Alarm

SOON = timedelta(milliseconds=50)


@pytest.fixture
def alarm() -> Iterator[Alarm]:
    alarm = Alarm(every=timedelta(hours=1), cron=None, timezone=UTC)
    alarm.start(lambda: None)
    yield alarm
    alarm.stop()


def now() -> datetime:
    return datetime.now(UTC)


def test_it_rings_at_an_exact_moment(alarm: Alarm) -> None:
    rang = Event()
    moment = now() + SOON
    alarm.at_opening(moment, rang.set)

    assert rang.wait(10)
    assert now() >= moment


def test_a_moment_that_has_passed_rings_at_once(alarm: Alarm) -> None:
    """APScheduler's default drops what is more than a second late: a release would wait for the next poll."""
    rang = Event()
    alarm.at_opening(now() - timedelta(hours=3), rang.set)

    assert rang.wait(10)


def test_a_new_opening_replaces_the_one_before(alarm: Alarm) -> None:
    first, second = Event(), Event()
    alarm.at_opening(now() + timedelta(seconds=0.3), first.set)
    alarm.at_opening(now() + SOON, second.set)

    assert second.wait(10)
    assert not first.wait(0.5)


def test_an_opening_and_a_retry_can_be_taken_back(alarm: Alarm) -> None:
    rang = Event()
    for ring in (alarm.at_opening, alarm.at_retry):
        ring(now() + timedelta(seconds=0.2), rang.set)
        ring(None, rang.set)
        ring(None, rang.set)

    assert not rang.wait(0.5)


def test_it_rings_regularly() -> None:
    rang = Event()
    alarm = Alarm(every=SOON, cron=None, timezone=UTC)
    alarm.start(rang.set)
    try:
        assert rang.wait(10)
        rang.clear()
        assert rang.wait(10)
        alarm.restart()
        rang.clear()
        assert rang.wait(10)
    finally:
        alarm.stop()


def test_a_cron_line_is_read_in_its_time_zone() -> None:
    alarm = Alarm(every=timedelta(hours=1), cron="*/15 * * * mon-fri", timezone=UTC)
    alarm.start(lambda: None)
    alarm.stop()
