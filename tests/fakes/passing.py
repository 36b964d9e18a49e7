"""Time that goes to whatever happens next: a clock, and an alarm by it, for months of a daemon in seconds."""

import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from threading import Event as Signal

from tests.fakes.clock import SettableClock

_DAEMON = "watcher.daemon"
"""What waits there waits for somebody to ask for something; every other wait is in the midst of a turn."""


class PassingClock(SettableClock):
    """Goes to what happens next whenever the daemon waits for somebody to ask it for something.

    `look`: how far it goes at most between two looks of the idle daemon. What is to happen is appointed by
    the time of the world, `true`, whatever the wall clock says.
    """

    def __init__(self, now: datetime, *, look: timedelta = timedelta(minutes=15)) -> None:
        super().__init__(now)
        self._look = look
        self._order = count()
        self._coming: list[tuple[datetime, int, Callable[[], object]]] = []
        self.before_each_look: Callable[[], object] = lambda: None

    def at(self, moment: datetime, do: Callable[[], object]) -> None:
        heappush(self._coming, (moment, next(self._order), do))

    def go_to(self, moment: datetime) -> None:
        """Everything happens that was to happen until then."""
        while self._coming and self._coming[0][0] <= moment:
            self._step_to(self._coming[0][0])
        self._step_to(moment)

    def wait(self, until: datetime, stop: Signal | None = None) -> bool:
        asked_by = sys._getframe(1).f_globals["__name__"]
        if stop is None or not asked_by.startswith(_DAEMON):
            return super().wait(until, stop)
        before = self.true() + (until - self.now())
        self.before_each_look()
        if stop.is_set():
            return False
        coming = self._coming[0][0] if self._coming else before + self._look
        self._step_to(max(min(coming, self.true() + self._look), before))
        return not stop.is_set()

    def _step_to(self, moment: datetime) -> None:
        self.advance(max(moment - self.true(), timedelta()))
        while self._coming and self._coming[0][0] <= self.true():
            heappop(self._coming)[2]()


class PassingAlarm:
    """The daemon's alarm by that clock: APScheduler's own timer goes by the machine's."""

    def __init__(self, clock: PassingClock) -> None:
        self._clock = clock
        self._set_to: datetime | None = None

    def start(self, bell: Signal) -> None:
        self._bell = bell

    def wake_at(self, moment: datetime) -> None:
        """Appointed by the wall clock as it is now, as a timer is that counts down."""
        if moment != self._set_to:
            self._set_to = moment
            true = self._clock.true() + (moment - self._clock.now())
            self._clock.at(true, lambda: self._bell.set() if self._set_to == moment else None)

    def stop(self) -> None:
        self._set_to = None
