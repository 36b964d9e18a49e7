"""The only place that reads the clock or waits (design §7)."""

import time
from datetime import UTC, datetime, timedelta
from threading import Event

_LONGEST_NAP = timedelta(seconds=1)
"""A wait looks at the wall clock this often, so that a step of the clock moves its end."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def wait(self, until: datetime, stop: Event | None = None) -> bool:
        stop = stop or Event()
        while (left := until - self.now()) > timedelta():
            if stop.wait(min(left, _LONGEST_NAP).total_seconds()):
                return False
        return not stop.is_set()


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
