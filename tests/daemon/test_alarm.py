"""The alarm rings at its instant and does nothing else."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event, active_count

import pytest

from watcher.daemon.alarm import TimerAlarm

SOON = timedelta(milliseconds=50)
LATER = timedelta(seconds=1)
"""Late enough to be taken back by a machine that has much else to do."""


@pytest.fixture
def bell() -> Event:
    return Event()


@pytest.fixture
def alarm(bell: Event) -> Iterator[TimerAlarm]:
    alarm = TimerAlarm()
    alarm.start(bell)
    yield alarm
    alarm.stop()


def now() -> datetime:
    return datetime.now(UTC)


def test_it_rings_at_an_exact_instant(alarm: TimerAlarm, bell: Event) -> None:
    moment = now() + SOON
    alarm.wake_at(moment)

    assert bell.wait(60)
    assert now() >= moment


def test_an_instant_that_has_passed_rings_at_once(alarm: TimerAlarm, bell: Event) -> None:
    """APScheduler's default drops what is more than a second late: a release would wait for the next poll."""
    alarm.wake_at(now() - timedelta(hours=3))

    assert bell.wait(60)


def test_a_new_instant_replaces_the_one_before(alarm: TimerAlarm, bell: Event) -> None:
    before = now() + LATER
    alarm.wake_at(before)
    alarm.wake_at(now() + SOON)

    assert bell.wait(60)
    bell.clear()
    assert not bell.wait((before + 4 * SOON - now()).total_seconds())


def test_one_that_is_asked_for_while_another_rings_rings_after_it(alarm: TimerAlarm) -> None:
    """APScheduler drops it, so that an opening waited for the alarm to be found silent, a minute later."""
    rang = Event()
    for _ in range(50):
        rang.clear()
        alarm._bell = rang
        alarm.wake_at(now())
        assert rang.wait(60)


def test_it_needs_one_thread_and_leaves_none(bell: Event) -> None:
    before = active_count()
    alarm = TimerAlarm()
    alarm.start(bell)
    alarm.wake_at(now())
    assert bell.wait(60)
    assert active_count() == before + 1
    alarm.stop()
    assert active_count() == before


def test_one_that_is_stopped_while_it_rings_ends_in_no_error(
    bell: Event, caplog: pytest.LogCaptureFixture
) -> None:
    """A round that ended after the shutdown found its jobs gone, and its thread died of that."""
    for _ in range(50):
        alarm = TimerAlarm()
        alarm.start(bell)
        alarm.wake_at(now())
        alarm.stop()
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []
