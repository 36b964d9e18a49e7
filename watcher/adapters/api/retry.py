"""How long to wait before a read is tried again. Only computed here: the waiting is the clock's.

By hand, because stamina sleeps by itself: its waits would neither move with a test's clock nor end on stop.
"""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from watcher.adapters.http.values import Answer, Unanswered

ATTEMPTS = 4
LONGEST = timedelta(seconds=60)
"""However long the API asks us to wait: a turn has to end."""

_FIRST = timedelta(milliseconds=500)


def pause(outcome: Answer | Unanswered, *, attempt: int, now: datetime, jitter: float) -> timedelta:
    """How long to wait after `attempt` (from 1): as long as the answer asks, else doubling.

    `jitter` in [0, 1) takes up to half off, so that several watchers do not come back in step.
    """
    asked = retry_after(outcome, now) if isinstance(outcome, Answer) else None
    if asked is not None:
        return asked
    return _FIRST * (1 << (attempt - 1)) * (1 - jitter / 2)


def retry_after(answer: Answer, now: datetime) -> timedelta | None:
    """`Retry-After` in either form, at most `LONGEST`; None where absent or not understood.

    A date is held against the answer's own `Date`, if it has one: our clock may be wrong.
    """
    text = (answer.header("retry-after") or "").strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST)
    until = http_date(text)
    if until is None:
        return None
    return min(max(until - (http_date(answer.header("date")) or now), timedelta()), LONGEST)


def http_date(text: str | None) -> datetime | None:
    """An HTTP date as an aware instant; None where it is none."""
    if not text:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else None
