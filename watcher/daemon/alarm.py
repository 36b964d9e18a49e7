"""The alarm clock: APScheduler's only home. Its jobs ask for turns, they never take one.

Nothing is kept in it that the ledger does not know; it is rebuilt at every start and every clock jump.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

_REGULAR, _OPENING, _RETRY = "regular", "opening", "retry"
_RINGING = 1000
"""Of one name at once: each only asks for a turn, so that more than two are never seen."""


class Alarm:
    """Calls back at regular times and at exact ones. `every` is ignored where there is a `cron` line."""

    def __init__(self, *, every: timedelta, cron: str | None, timezone: tzinfo) -> None:
        self._trigger: Callable[[], BaseTrigger] = (
            (lambda: IntervalTrigger(seconds=every.total_seconds(), timezone=UTC))
            if cron is None
            else (lambda: CronTrigger.from_crontab(cron, timezone=timezone))
        )
        self._regular: Callable[[], None] = lambda: None
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(max_workers=1)},
            # Late is better than never: the turn decides from now what is still to be done. And while one
            # still rings, the next of its name rings after it: APScheduler would drop it.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": _RINGING},
        )

    def start(self, regular: Callable[[], None]) -> None:
        """Call `regular` at the regular times, from the next one on."""
        self._regular = regular
        self._set(_REGULAR, self._trigger(), regular)
        self._scheduler.start()

    def restart(self) -> None:
        """Count the regular times anew from the present clock: a step of it would stall or repeat them."""
        self._set(_REGULAR, self._trigger(), self._regular)

    def at_opening(self, moment: datetime | None, do: Callable[[], None]) -> None:
        """Call `do` at an exact moment, and no longer at the one set before; None: at none."""
        self._once(_OPENING, moment, do)

    def at_retry(self, moment: datetime | None, do: Callable[[], None]) -> None:
        self._once(_RETRY, moment, do)

    def stop(self) -> None:
        # Paused, and asked something, which waits for a round under way: one that ends after the shutdown
        # finds its jobs gone, and raises.
        self._scheduler.pause()
        self._scheduler.get_jobs()
        self._scheduler.shutdown(wait=True)

    def _once(self, name: str, moment: datetime | None, do: Callable[[], None]) -> None:
        if moment is not None:
            self._set(name, DateTrigger(moment, timezone=UTC), do)
        else:
            with suppress(JobLookupError):  # none was set, or it rings at this very moment
                self._scheduler.remove_job(name)

    def _set(self, name: str, trigger: BaseTrigger, do: Callable[[], None]) -> None:
        self._scheduler.add_job(do, trigger, id=name, replace_existing=True)
