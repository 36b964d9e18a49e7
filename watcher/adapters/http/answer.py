"""What comes of a request: a whole answer, why there is none, and when to ask again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from functools import lru_cache


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A whole answer, of whatever status. The names of `headers` are in lower case.

    Secrets that it said back are struck out of it; of a body in which one stood `repeats_secret` is true.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    repeats_secret: bool = False

    def header(self, name: str) -> str | None:
        return self.headers.get(name.lower())


class WhyUnanswered(StrEnum):
    """Why there is no whole answer."""

    NO_CONNECTION = "no_connection"
    """Certainly not sent: not a byte of the request left."""
    OUT_OF_BOUNDS = "out_of_bounds"
    """Certainly not sent either: its host leads where nothing is sent."""
    INSIDE = "inside"
    """The same: its host leads into a private network, and this was for the open internet."""
    NO_ANSWER = "no_answer"
    """Sent, at least in part; the request may have been carried out."""
    TRUNCATED = "truncated"
    OVERSIZED = "oversized"
    TOO_SLOW = "too_slow"
    """An answer began and did not end in time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unanswered:
    """No whole answer. `detail` is for people; it holds no header, no body and no URL."""

    trouble: WhyUnanswered
    detail: str


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


@lru_cache(maxsize=64)
def http_date(text: str | None) -> datetime | None:
    """An HTTP date as an aware instant; None where it is none.

    Each answer's is asked for more than once, and those of one second have the same.
    """
    if not text:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else None
