"""Rate limits: per key and per kind of call, over a sliding window of sixty seconds."""

import math
from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from watcher.sandbox.values import Tier

WINDOW: Final = timedelta(seconds=60)
READ, WRITE = "read-light", "write-light"
PER_WINDOW: Final[dict[Tier, dict[str, int]]] = {
    "standard": {READ: 120, WRITE: 60},
    "pilot": {READ: 1200, WRITE: 600},
    "partner": {READ: 6000, WRITE: 3000},
}

# The instants of the calls let through that still count, oldest first.
Window = tuple[datetime, ...]


@dataclass(frozen=True, kw_only=True)
class Admission:
    """Whether a call may pass, and the state of its bucket afterwards."""

    window: Window
    limit: int
    # How long to wait until a call would pass: None when this one does.
    retry_after: int | None
    # When the oldest call that counts leaves the window.
    resets_at: datetime

    @property
    def remaining(self) -> int:
        """How many more calls would pass right now."""
        return max(0, self.limit - len(self.window))


def endpoint_class(method: str) -> str:
    """The bucket a method draws from."""
    return READ if method in {"GET", "HEAD"} else WRITE


def admit(window: Window, now: datetime, *, tier: Tier, kind: str) -> Admission:
    """Let a call through if fewer than the limit passed in the last sixty seconds.

    In no window of sixty seconds do more calls pass than the limit, and a client that waits `retry_after`
    seconds finds room. A refused call does not count.
    """
    limit = PER_WINDOW[tier][kind]
    fresh = window[bisect_right(window, now - WINDOW) :]
    if len(fresh) < limit:
        fresh = (*fresh, now)
        return Admission(window=fresh, limit=limit, retry_after=None, resets_at=fresh[0] + WINDOW)
    room_at = fresh[len(fresh) - limit] + WINDOW
    wait = max(1, math.ceil((room_at - now).total_seconds()))
    return Admission(window=fresh, limit=limit, retry_after=wait, resets_at=room_at)
