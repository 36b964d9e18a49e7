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

    `look`: how far apart the looks of an idle daemon are at most, counted from the start: they are the same
    whatever else happens. What is to happen is appointed by the time of the world, `true`, whatever the wall
    clock says.
    """

    def __init__(self, now: datetime, *, look: timedelta = timedelta(minutes=15)) -> None:
        super().__init__(now)
        self._start = now
        self._look = look
        self._order = count()
        self._coming: list[tuple[datetime, int, Callable[[], object]]] = []
        self._pending: set[int] = set()
        self.before_each_look: Callable[[], object] = lambda: None

    def at(self, moment: datetime, do: Callable[[], object]) -> Callable[[], None]:
        """Answers what calls it off."""
        number = next(self._order)
        heappush(self._coming, (moment, number, do))
        self._pending.add(number)
        return lambda: self._pending.discard(number)

    def go_to(self, moment: datetime) -> None:
        """Everything happens that was to happen until then."""
        while (coming := self._next()) is not None and coming <= moment:
            self._step_to(coming)
        self._step_to(moment)

    def wait(self, until: datetime, stop: Signal | None = None) -> bool:
        asked_by = sys._getframe(1).f_globals["__name__"]
        if stop is None or not asked_by.startswith(_DAEMON):
            return super().wait(until, stop)
        before = self.true() + (until - self.now())
        self.before_each_look()
        if stop.is_set():
            return False
        look = self._start + ((self.true() - self._start) // self._look + 1) * self._look
        self._step_to(max(min(self._next() or look, look), before))
        return not stop.is_set()

    def _next(self) -> datetime | None:
        while self._coming and self._coming[0][1] not in self._pending:
            heappop(self._coming)
        return self._coming[0][0] if self._coming else None

    def _step_to(self, moment: datetime) -> None:
        self.advance(max(moment - self.true(), timedelta()))
        while (coming := self._next()) is not None and coming <= self.true():
            _, number, do = heappop(self._coming)
            self._pending.discard(number)
            do()


class PassingAlarm:
    """The daemon's alarm by that clock: APScheduler's own timer goes by the machine's."""

    def __init__(self, clock: PassingClock) -> None:
        self._clock = clock
        self._set_to: datetime | None = None
        self._call_off: Callable[[], None] = lambda: None

    def start(self, bell: Signal) -> None:
        self._bell = bell

    def wake_at(self, moment: datetime) -> None:
        """Appointed by the wall clock as it is now, as a timer is that counts down."""
        if moment != self._set_to:
            self.stop()
            self._set_to = moment
            true = self._clock.true() + (moment - self._clock.now())
            self._call_off = self._clock.at(true, self._bell.set)

    def stop(self) -> None:
        self._set_to = None
        self._call_off()
