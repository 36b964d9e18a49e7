"""How old an answer is, and what it proves of the clock: caches answer for the API, and say so or not."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from watcher.adapters.http.answer import Answer, http_date

_DATE_RESOLUTION = timedelta(seconds=1)

_STALE = re.compile(r"(?:^|,)\s*11[0-3](?=\s|$)")
"""In `Warning`: stale, not validated again, disconnected, older than a day. It does not say how old."""

_BETWEEN_DATES = re.compile(r",\s*(?=[A-Za-z]{3,9},)")
"""Headers that come twice are joined by commas; a date has one of its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """From our asking to our having the answer: by the wall clock, and in seconds that never jump."""

    asked_at: datetime
    answered_at: datetime
    asked_ticks: float
    answered_ticks: float


@dataclass(frozen=True, kw_only=True, slots=True)
class _Proof:
    date: datetime
    ticks: float


class ApiClock:
    """What the API's clock shows, as the last `prove` had it. Shared by threads, each reads it once.

    An answer's `Date` is held against this and not against our clock, which may be off by what is allowed.
    """

    def __init__(self) -> None:
        self._proof: _Proof | None = None

    def prove(self, answer: Answer, span: Span) -> None:
        """Go by this answer from now on; by nothing, where it proves nothing."""
        date = _proved(answer)
        self._proof = None if date is None else _Proof(date=date, ticks=span.answered_ticks)

    def age(self, answer: Answer, span: Span) -> timedelta | None:
        """How old an answer was when it was asked for, at least; None where it is old and says not how old.

        By its `Age`, and by how far its `Date` lies behind the API's clock. A date alone, without a proof of
        that clock, says nothing.
        """
        if _STALE.search(answer.header("warning") or ""):
            return None
        said = _ages(answer.header("age"))
        if said is None:
            return None
        proof, text = self._proof, answer.header("date")
        if proof is None or text is None:
            return max(said, default=timedelta())
        dates = _dates(text)
        if not dates:
            return None
        shown = proof.date + timedelta(seconds=span.asked_ticks - proof.ticks)
        return max(*said, shown - min(dates) - _DATE_RESOLUTION, timedelta())


def skew(answer: Answer, span: Span) -> timedelta | None:
    """How far our clock must be off for this answer to have been dated as it is; None: it proves nothing.

    `Date` names the second in which the API answered, some time between our asking and our having it; what
    that leaves open counts as agreement.
    """
    date = _proved(answer)
    if date is None:
        return None
    behind = date - span.answered_at
    ahead = span.asked_at - date - _DATE_RESOLUTION
    return max(behind, ahead, timedelta())


def _proved(answer: Answer) -> datetime | None:
    """The one `Date` of an answer that no cache says it kept."""
    if answer.header("age") is not None or _STALE.search(answer.header("warning") or ""):
        return None
    dates = set(_dates(answer.header("date") or ""))
    return dates.pop() if len(dates) == 1 else None


def _ages(text: str | None) -> list[timedelta] | None:
    """Every `Age` of an answer; None if one of them is no number of seconds."""
    if text is None:
        return []
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdigit() for part in parts):
        return None
    # Nine digits are thirty years: old enough, and never too much for a timedelta.
    return [timedelta(seconds=int(part.lstrip("0")[:9] or "0")) for part in parts]


def _dates(text: str) -> list[datetime]:
    """Every `Date` of an answer; none if one of them is no date."""
    dates = [http_date(part.strip()) for part in _BETWEEN_DATES.split(text)]
    return [date for date in dates if date is not None] if None not in dates else []
