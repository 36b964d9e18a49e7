"""The only place that reads the clock or waits (design §7)."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event

from watcher.ports.clock import Clock


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def wait(self, until: datetime, stop: Event | None = None) -> bool:
        # Event.wait counts on the monotonic clock: a step of the wall clock neither stretches nor cuts it.
        left = max(until - self.now(), timedelta())
        return not (stop or Event()).wait(left.total_seconds())


class ProcessClock:
    """A clock of which the wall clock may be set ahead: in a rehearsal, by what its sandbox's is ahead.

    Spans are counted by the one that never jumps, as ever: to whoever goes by both, a sandbox whose clock is
    moved is a machine whose clock was set.
    """

    def __init__(self, own: Clock) -> None:
        self.own = own
        self._ahead: Callable[[], timedelta] = timedelta

    def go_by(self, ahead: Callable[[], timedelta]) -> None:
        """From now on; it is asked whenever the time is."""
        self._ahead = ahead

    def now(self) -> datetime:
        return self.own.now() + self._ahead()

    def monotonic(self) -> float:
        return self.own.monotonic()

    def wait(self, until: datetime, stop: Event | None = None) -> bool:
        return self.own.wait(until - self._ahead(), stop)


class MovableClock:
    """The machine's clock, moved: for the demo, whose sandbox moves with it. A wait moves it too."""

    def __init__(self, start: datetime) -> None:
        self._offset = start - datetime.now(UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def monotonic(self) -> float:
        return time.monotonic() + self._offset.total_seconds()

    def advance(self, by: timedelta) -> None:
        self._offset += by

    def wait(self, until: datetime, stop: Event | None = None) -> bool:
        self._offset += max(until - self.now(), timedelta())
        return stop is None or not stop.is_set()


class PlannedClock:
    """One that stands still until it is moved: for days that are played through. A wait moves it too."""

    def __init__(self, start: datetime) -> None:
        self._start = self._now = start

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return (self._now - self._start).total_seconds()

    def move_to(self, at: datetime) -> None:
        """Never back."""
        self._now = max(at, self._now)

    def wait(self, until: datetime, stop: Event | None = None) -> bool:
        self.move_to(until)
        return stop is None or not stop.is_set()
