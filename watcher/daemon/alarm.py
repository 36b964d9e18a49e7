"""APScheduler's only home: what it knows of cron lines, and its timer, which wakes at an instant."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from threading import Event
from typing import Protocol

from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

_SKIPPED = timedelta(hours=3)
"""No clock is put forward by more for summer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CronLine:
    """The regular turns of a cron line, read in a time zone. `poll`: the longest time between two of them."""

    line: str
    timezone: tzinfo
    poll: timedelta

    def next_after(self, moment: datetime, *, since: datetime) -> datetime:  # noqa: ARG002
        """What falls into an hour that is skipped comes when it would have; an hour that comes twice has its
        turns twice. APScheduler is asked for clocks that are never set: beyond a change it leaves some out.
        """
        found = self._by_the_clock(moment)
        skipped = self._skipped(moment)
        return found if skipped is None else min(found, skipped)

    def _skipped(self, moment: datetime) -> datetime | None:
        """What is still to come of an hour that was skipped right before; None where nothing is."""
        now, before = self._offset(moment), self._offset(moment - _SKIPPED)
        found = self._next(moment, before) if before < now else None
        return found if found is not None and self._offset(found - (now - before)) == before else None

    def _by_the_clock(self, moment: datetime) -> datetime:
        before = self._offset(moment)
        found = self._next(moment, before)
        if found is None:
            return moment + self.poll  # a line that never comes is refused where settings are read
        after = self._offset(found)
        if after == before:
            return found
        again = self._next(moment, after)
        while again is not None and self._offset(again) != after:
            again = self._next(again, after)
        if again is None or before < after:
            return min(found, again or found)
        return again

    def _next(self, moment: datetime, offset: timedelta) -> datetime | None:
        trigger = CronTrigger.from_crontab(self.line, timezone=timezone(offset))
        found: datetime | None = trigger.get_next_fire_time(None, moment + timedelta(microseconds=1))
        return None if found is None else found.astimezone(UTC)

    def _offset(self, moment: datetime) -> timedelta:
        return moment.astimezone(self.timezone).utcoffset() or timedelta()


class Alarm(Protocol):
    """Sets a flag at an instant, by whatever time passes: `TimerAlarm` by the machine's."""

    def start(self, bell: Event) -> None: ...

    def wake_at(self, moment: datetime) -> None:
        """Set the flag at this instant, and no longer at the one asked for before."""
        ...

    def stop(self) -> None: ...


class TimerAlarm:
    """The alarm by APScheduler, to the millisecond where the clock is not set meanwhile."""

    def __init__(self) -> None:
        self._set_to: datetime | None = None
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            # In the scheduler's own thread: all that is done there is to set a flag.
            executors={"default": DebugExecutor()},
            job_defaults={"misfire_grace_time": None},  # late is better than never
        )

    def start(self, bell: Event) -> None:
        self._bell = bell
        self._scheduler.start()

    def wake_at(self, moment: datetime) -> None:
        if moment != self._set_to:
            self._set_to = moment
            self._scheduler.add_job(
                self._bell.set, "date", run_date=moment, id="next turn", replace_existing=True
            )

    def stop(self) -> None:
        # Paused, and asked something, which waits for a round under way: one that ends after the shutdown
        # finds its jobs gone, and raises.
        self._scheduler.pause()
        self._scheduler.get_jobs()
        self._scheduler.shutdown()
