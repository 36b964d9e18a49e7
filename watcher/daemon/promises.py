"""Turns that were promised, and when a promise counts as late or broken.

The watchdog is fed while none is broken, so that a daemon which still ticks but takes no turns is started
anew by the service manager instead of looking healthy. A turn that was taken and failed kept its promise:
starting anew would not mend what it met.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from typing import Final

LATE_AFTER: Final = timedelta(minutes=1)
"""Beyond this the timers are not trusted: they are set anew, and a full turn is taken at once."""

BROKEN_AFTER: Final = timedelta(minutes=5)
"""Beyond this not even that helped. The service manager's own patience (`WatchdogSec`) comes on top."""


class Keeping(Enum):
    KEPT = auto()
    LATE = auto()
    BROKEN = auto()


@dataclass(frozen=True, kw_only=True, slots=True)
class Promises:
    """When the next turns have to begin, in seconds of the clock that never jumps.

    `regular`: one poll after the end of the last turn at the latest. `opening`: when the next release can be
    sent, None where none is ahead.
    """

    regular: float
    opening: float | None = None

    def keeping(self, now: float) -> Keeping:
        """How well they are kept by a daemon that is between two turns at that time."""
        due = self.regular if self.opening is None else min(self.regular, self.opening)
        overdue = timedelta(seconds=now - due)
        if overdue > BROKEN_AFTER:
            return Keeping.BROKEN
        return Keeping.LATE if overdue > LATE_AFTER else Keeping.KEPT
