"""The alarm rings at its times and does nothing else."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event, Timer, current_thread, main_thread

import pytest
from apscheduler.schedulers.background import BackgroundScheduler

from watcher.daemon.alarm import Alarm

SOON = timedelta(milliseconds=50)
LATER = timedelta(seconds=1.5)
"""Late enough to be taken back by a machine that has much else to do."""


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

    assert rang.wait(60)
    assert now() >= moment


def test_a_moment_that_has_passed_rings_at_once(alarm: Alarm) -> None:
    """APScheduler's default drops what is more than a second late: a release would wait for the next poll."""
    rang = Event()
    alarm.at_opening(now() - timedelta(hours=3), rang.set)

    assert rang.wait(60)


def test_a_new_opening_replaces_the_one_before(alarm: Alarm) -> None:
    first, second = Event(), Event()
    alarm.at_opening(now() + LATER, first.set)
    alarm.at_opening(now() + SOON, second.set)

    assert second.wait(60)
    assert not first.wait(2 * LATER.total_seconds())


def test_an_opening_and_a_retry_can_be_taken_back(alarm: Alarm) -> None:
    rang = Event()
    for ring in (alarm.at_opening, alarm.at_retry):
        ring(now() + LATER, rang.set)
        ring(None, rang.set)
        ring(None, rang.set)

    assert not rang.wait(2 * LATER.total_seconds())


def test_one_that_rings_while_it_is_taken_back_is_no_error(
    alarm: Alarm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A turn ended in the millisecond in which its retry was due: the daemon ended with JobLookupError."""
    rang = Event()
    remove = BackgroundScheduler.remove_job

    def after_it_rang(scheduler: BackgroundScheduler, *which: str) -> None:
        if current_thread() is main_thread():
            assert rang.wait(60)
        remove(scheduler, *which)

    monkeypatch.setattr(BackgroundScheduler, "remove_job", after_it_rang)
    alarm.at_retry(now() + timedelta(seconds=0.3), rang.set)

    alarm.at_retry(None, rang.set)


def test_one_that_is_due_while_another_still_rings_rings_after_it(alarm: Alarm) -> None:
    """APScheduler drops it, so that an opening waited for the alarm to be found silent, a minute later."""
    rings, heard, rang = Event(), Event(), Event()

    def ring() -> None:
        rings.set()
        heard.wait(60)

    alarm.at_opening(now(), ring)
    assert rings.wait(60)
    alarm.at_opening(now() + SOON, rang.set)
    ends = Timer(0.5, heard.set)
    ends.start()

    assert rang.wait(60)
    ends.join()


def test_it_rings_regularly() -> None:
    rang = Event()
    alarm = Alarm(every=SOON, cron=None, timezone=UTC)
    alarm.start(rang.set)
    try:
        assert rang.wait(60)
        rang.clear()
        assert rang.wait(60)
        alarm.restart()
        rang.clear()
        assert rang.wait(60)
    finally:
        alarm.stop()


def test_a_cron_line_is_read_in_its_time_zone() -> None:
    alarm = Alarm(every=timedelta(hours=1), cron="*/15 * * * mon-fri", timezone=UTC)
    alarm.start(lambda: None)
    alarm.stop()
