"""A light reading of five-field cron lines, enough to refuse bad ones and to know their longest gap."""

from datetime import date, timedelta
from itertools import pairwise

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NEW_YEAR = date(2024, 1, 1)
_EIGHT_YEARS = 2922


def longest_gap(line: str) -> timedelta:
    """The longest time between two moments of a cron line, on a clock without summer time.

    A day must fit both day fields, as it must for the scheduler. Raises `ValueError` that says what is wrong.
    """
    fields = line.split()
    if len(fields) != 5:
        raise ValueError("must have five fields: minute, hour, day of month, month, day of week")
    minutes = _field(fields[0], "minute", 0, 59)
    hours = _field(fields[1], "hour", 0, 23)
    days = _field(fields[2], "day of month", 1, 31)
    months = _field(fields[3], "month", 1, 12, _MONTHS)
    week_days = _week_days(fields[4])
    moments = sorted(60 * hour + minute for hour in hours for minute in minutes)
    within = max((later - one for one, later in pairwise(moments)), default=0)
    overnight = 24 * 60 - moments[-1] + moments[0]
    run_days = [
        count
        for count in range(_EIGHT_YEARS)
        if _fits(_NEW_YEAR + timedelta(days=count), days, months, week_days)
    ]
    if len(run_days) < 2:
        raise ValueError("names a day that does not come")
    apart = max(later - one for one, later in pairwise(run_days))
    return timedelta(minutes=max(within, overnight + (apart - 1) * 24 * 60))


def _fits(day: date, days: set[int], months: set[int], week_days: set[int]) -> bool:
    return day.day in days and day.month in months and day.weekday() in week_days


def _week_days(text: str) -> set[int]:
    # Some count from Sunday, some from Monday: a number would run on the wrong day somewhere.
    if any(sign.isdigit() for sign in text.replace("*/", "").partition("/")[0]):
        raise ValueError("days of the week are written by name, mon to sun")
    return _field(text, "day of week", 0, 6, _DAYS)


def _field(text: str, name: str, least: int, most: int, words: tuple[str, ...] = ()) -> set[int]:
    found: set[int] = set()
    for part in text.lower().split(","):
        span, slash, step = part.partition("/")
        first, dash, last = span.partition("-")
        if span == "*":
            low, high = least, most
        else:
            low = _number(first, name, least, most, words)
            high = _number(last, name, least, most, words) if dash else most if slash else low
        every = _number(step, name, 1, most, ()) if slash else 1
        if low > high:
            raise ValueError(f"{name}: a range goes from the smaller to the larger")
        found.update(range(low, high + 1, every))
    return found


def _number(text: str, name: str, least: int, most: int, words: tuple[str, ...]) -> int:
    if text in words:
        return words.index(text) + least
    if not (text.isascii() and text.isdecimal() and len(text) <= 2 and least <= int(text) <= most):
        raise ValueError(f"{name}: must be *, or from {least} to {most}")
    return int(text)
