"""When who answered wants to be asked again."""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from watcher.adapters.http.values import Answer


def retry_after(answer: Answer, now: datetime, *, longest: timedelta) -> timedelta | None:
    """`Retry-After` in either form, at most `longest`; None where absent or not understood.

    A date is held against the answer's own `Date`, if it has one: our clock may be wrong.
    """
    text = (answer.header("retry-after") or "").strip()
    if text.isascii() and text.isdigit():
        # Nine digits are thirty years: enough for a minimum, and never too many for a timedelta.
        return min(timedelta(seconds=int(text[:9])), longest)
    until = http_date(text)
    if until is None:
        return None
    return min(max(until - (http_date(answer.header("date")) or now), timedelta()), longest)


def http_date(text: str | None) -> datetime | None:
    """An HTTP date as an aware instant; None where it is none."""
    if not text:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else None
