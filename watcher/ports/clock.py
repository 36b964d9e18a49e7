"""Time, the only source of it."""

from datetime import datetime
from threading import Event
from typing import Protocol


class Clock(Protocol):
    """Nothing else of the watcher reads the time or waits, so a test or a simulation can be the time.

    began = clock.monotonic()
    if not clock.wait(clock.now() + timedelta(seconds=30), stop):
        return                                   # told to stop
    took = clock.monotonic() - began             # right even where the wall clock was set meanwhile
    """

    def now(self) -> datetime:
        """The wall clock, aware UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never jump, from an arbitrary start."""
        ...

    def wait(self, until: datetime, stop: Event | None = None) -> bool:
        """Wait as long as it now is until `until`, or until `stop` is set. True if it was not set.

        The wait is measured when it begins: a step of the wall clock changes nothing of it.
        """
        ...
