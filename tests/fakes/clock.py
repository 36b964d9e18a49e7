"""A clock that stands still until it is told otherwise."""

from datetime import datetime, timedelta
from threading import Event, Lock


class FakeClock:
    """Waiting moves it to the instant waited for; `waits` keeps what was waited for."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._monotonic = 0.0
        self._lock = Lock()
        self.waits: list[datetime] = []

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, by: timedelta) -> None:
        with self._lock:
            self._now += by
            self._monotonic += by.total_seconds()

    def wait(self, until: datetime, stop: Event | None = None) -> bool:
        self.waits.append(until)
        if stop is not None and stop.is_set():
            return False
        if until > self._now:
            self.advance(until - self._now)
        return True


class SettableClock(FakeClock):
    """One whose wall clock can be set, which moves nothing else: `true` is the time of the world."""

    def __init__(self, now: datetime) -> None:
        super().__init__(now)
        self._set_by = timedelta()

    def now(self) -> datetime:
        return self._now + self._set_by

    def true(self) -> datetime:
        return self._now

    def set_by(self, span: timedelta) -> None:
        self._set_by += span

    def slept(self, span: timedelta) -> None:
        """For so long, by now, the machine slept: its steady clock stood still, the world did not."""
        self._monotonic -= span.total_seconds()

    def wait(self, until: datetime, stop: Event | None = None) -> bool:
        return super().wait(until - self._set_by, stop)
