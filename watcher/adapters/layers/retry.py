"""How long to wait before a read is tried again. Only computed here: the waiting is the clock's.

By hand, because stamina sleeps by itself: its waits would neither move with a test's clock nor end on stop.
"""

from datetime import datetime, timedelta

from watcher.adapters.http.answer import Answer, Unanswered, retry_after

ATTEMPTS = 4
LONGEST = timedelta(seconds=60)
"""However long the API asks us to wait: a turn has to end."""

_FIRST = timedelta(milliseconds=500)


def pause(outcome: Answer | Unanswered, *, attempt: int, now: datetime, jitter: float) -> timedelta:
    """How long to wait after `attempt` (from 1): as long as the answer asks, else doubling.

    `jitter` in [0, 1) takes up to half off, so that several watchers do not come back in step.
    """
    asked = retry_after(outcome, now, longest=LONGEST) if isinstance(outcome, Answer) else None
    if asked is not None:
        return asked
    return _FIRST * (1 << (attempt - 1)) * (1 - jitter / 2)
