"""Hours of the week by the clock on the wall: when people are left alone, when nothing is released."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MINUTE = timedelta(minutes=1)
_DAY = 24 * 60
_WEEK = 7 * _DAY
_FORM = re.compile(
    r"(?:(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))?)?"
    r"(?:(?:^| +)(?P<start>\d{2}:\d{2})-(?P<end>\d{2}:\d{2}))?"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Hours:
    """From `start` to `end`, in minutes of the day, on each of `days` (0: Monday).

    An end at or before the start is on the next day: `fri 22:00-07:00` ends on Saturday.
    """

    days: tuple[int, ...]
    start: int
    end: int

    def __str__(self) -> str:
        """As `hours_of` reads it: `fri-sat 22:00-07:00`."""
        days = dict.fromkeys((_DAYS[self.days[0]], _DAYS[self.days[-1]])) if len(self.days) < 7 else ()
        start, end = (f"{each // 60:02}:{each % 60:02}" for each in (self.start, self.end))
        return " ".join(part for part in ("-".join(days), f"{start}-{end}") if part)

    def minutes(self) -> Iterable[int]:
        """The minutes of the week it covers."""
        length = self.end - self.start if self.end > self.start else self.end + _DAY - self.start
        for day in self.days:
            for minute in range(length):
                yield (day * _DAY + self.start + minute) % _WEEK


def hours_of(text: str) -> Hours:
    """Read `22:00-07:00`, `sat-sun` or `fri 18:00-24:00`. Raises ValueError with what to write instead."""
    found = _FORM.fullmatch(text.strip().lower())
    if found is None or not text.strip():
        raise ValueError(_SAY)
    days = _days(found["first"], found["last"])
    start, end = _minute(found["start"] or "00:00"), _minute(found["end"] or "24:00")
    if start in (_DAY, end):
        raise ValueError(_SAY)
    return Hours(days=days, start=start, end=end)


_SAY = "write hours as `22:00-07:00`, days as `sat-sun`, or both as `fri 18:00-24:00`"


def _days(first: str | None, last: str | None) -> tuple[int, ...]:
    if first is None:
        return tuple(range(7))
    if first not in _DAYS or (last is not None and last not in _DAYS):
        raise ValueError(f"{_SAY}; days are {', '.join(_DAYS)}")
    begin, end = _DAYS.index(first), _DAYS.index(last or first)
    return tuple((begin + step) % 7 for step in range((end - begin) % 7 + 1))


def _minute(text: str) -> int:
    hours, minutes = int(text[:2]), int(text[3:])
    if minutes > 59 or hours * 60 + minutes > _DAY:
        raise ValueError(_SAY)
    return hours * 60 + minutes


def hours_end(hours: Sequence[Hours], now: datetime, zone: tzinfo) -> datetime | None:
    """When the hours that `now` lies in end, to the minute; None where it lies in none.

    Hours that never end answer a week from now.
    """
    covered = _covered(tuple(hours))
    return _next_change(covered, now, zone) if _covers(covered, now, zone) else None


def hours_begin(hours: Sequence[Hours], now: datetime, zone: tzinfo) -> datetime | None:
    """When the next of these hours begin, to the minute; None where `now` lies in some already."""
    covered = _covered(tuple(hours))
    return None if _covers(covered, now, zone) else _next_change(covered, now, zone)


def hours_began(hours: Sequence[Hours], now: datetime, zone: tzinfo) -> datetime | None:
    """When the hours that `now` lies in began, to the minute; None where it lies in none.

    None, too, where they never end.
    """
    ends = hours_end(hours, now, zone)
    if ends is None or longest_hours(tuple(hours)) == _WEEK * _MINUTE:
        return None
    began = now - longest_hours(tuple(hours)) - _SHIFT * _MINUTE
    while (begins := hours_begin(hours, began, zone) or began) <= now:
        end = hours_end(hours, begins, zone)
        if end == ends:
            return begins
        began = end or begins + _MINUTE
    return None


_SHIFT = 3 * 60
"""Minutes, more than clocks are ever put forward or back by."""


def _next_change(covered: frozenset[int], now: datetime, zone: tzinfo) -> datetime:
    """When the hours end that `now` lies in, or begin; a week from now where neither comes.

    Where the clocks change on the way, minute by minute of the clock on the wall, so that such a night is
    right; what no such change can reach is passed over.
    """
    inside = _covers(covered, now, zone)
    moment = now.astimezone(UTC).replace(second=0, microsecond=0)
    never = moment + _WEEK * _MINUTE
    changes = _changes(covered)
    # A second week: hours that the clocks leave out come a week later.
    while changes and moment < never + _WEEK * _MINUTE:
        here = _minute_of_week(moment, zone)
        later = bisect_right(changes, here)
        left = changes[later] - here if later < len(changes) else changes[0] + _WEEK - here
        change = moment + left * _MINUTE
        if change.astimezone(zone).utcoffset() == moment.astimezone(zone).utcoffset():
            return change
        moment += max(1, left - _SHIFT) * _MINUTE
        if _covers(covered, moment, zone) is not inside:
            return moment
    return never


@lru_cache
def _changes(covered: frozenset[int]) -> tuple[int, ...]:
    """The minutes of the week at which they begin, or end, ascending."""
    return tuple(n for n in range(_WEEK) if (n in covered) is not ((n - 1) % _WEEK in covered))


@lru_cache
def _covered(hours: tuple[Hours, ...]) -> frozenset[int]:
    return frozenset(minute for one in hours for minute in one.minutes())


def _covers(covered: frozenset[int], moment: datetime, zone: tzinfo) -> bool:
    return bool(covered) and _minute_of_week(moment, zone) in covered


def _minute_of_week(moment: datetime, zone: tzinfo) -> int:
    local = moment.astimezone(UTC).astimezone(zone)
    return local.weekday() * _DAY + local.hour * 60 + local.minute


@lru_cache
def longest_hours(hours: tuple[Hours, ...]) -> timedelta:
    """The longest time without a break in a week; a whole week where there is none.

    Remembered: of a few notifiers it is asked for every project, and takes milliseconds.
    """
    covered = _covered(hours)
    if len(covered) in (0, _WEEK):
        return len(covered) * _MINUTE
    longest = length = 0
    # Twice round, so that a weekend that runs into Monday is one.
    for minute in range(2 * _WEEK):
        length = length + 1 if minute % _WEEK in covered else 0
        longest = max(longest, length)
    return longest * _MINUTE
