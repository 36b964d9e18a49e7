"""Values as people write them: durations, the ends of holds, cron lines; and back, as TOML writes them."""

import json
import re
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Any, Final

from watcher.adapters.ledger.places import LedgerUrl
from watcher.rules.targets import Labels
from watcher.texts.times import iso

PATTERN: Final = r"^(?=[0-9])([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$"
LONGEST: Final = timedelta(days=3650)
"""Ten years: more is a mistake, and would overflow the calendar."""

_EXAMPLES = 'write it with its unit, in quotes, such as "15m", "24h", "7d" or "1h30m"'


def as_typed(error: ValueError) -> str:
    """What is wrong with it, for a command line, where nothing is quoted."""
    return str(error).replace(", in quotes,", ",").replace('"', "")


_TOO_LONG = "must be at most 3650d"
_UNITS = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}


def duration_of(value: object) -> timedelta:
    """The duration a text says. `7d` is 168 h. Raises `ValueError` that says how to write one."""
    if isinstance(value, timedelta):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"must be a duration: {_EXAMPLES}")
    if not isinstance(value, str) or value.isdecimal():
        raise ValueError(f"is a number without a unit: {_EXAMPLES}")
    if not re.fullmatch(PATTERN, value):
        raise ValueError(f"is not a duration: {_EXAMPLES}")
    if len(value) > 60:  # a thousand digits must not even become a number
        raise ValueError(_TOO_LONG)
    milliseconds = sum(int(count) * _UNITS[unit] for count, unit in re.findall(r"([0-9]+)(ms|[dhms])", value))
    if milliseconds > LONGEST // timedelta(milliseconds=1):
        raise ValueError(_TOO_LONG)
    return timedelta(milliseconds=milliseconds)


def written(length: timedelta) -> str:
    """The shortest text that `duration_of` reads back as this whole number of milliseconds."""
    left = length // timedelta(milliseconds=1)
    text = ""
    for unit, size in _UNITS.items():
        count, left = divmod(left, size)
        text += f"{count}{unit}" if count else ""
    return text or "0s"


FOREVER: Final = "forever"


_END: Final = f'must be a date such as "2026-12-31", an instant with its offset, or "{FOREVER}"'
_END_OR_SPAN: Final = _END.replace("must be", 'must be a span such as "30d",')
_DAY: Final = 'must be a date such as "2026-12-24", or an instant with its offset'
_BEGINNING: Final = _DAY.replace("must be", 'must be a span from now such as "30d",')
_PAST: Final = (
    'must be a span before now such as "7d", a date such as "2026-05-31", or an instant with its offset'
)


def instant_of(value: object, timezone: tzinfo = UTC, *, wanted: str = _END) -> datetime | None:
    """A date lasts through its end there; None is for ever. Raises `ValueError` that says what to write."""
    if value == FOREVER:
        return None
    moment = _moment(value, wanted)
    if isinstance(moment, datetime):
        return moment
    try:
        return _begins(moment + timedelta(days=1), timezone)
    except OverflowError:
        raise ValueError(f'is beyond the calendar: write "{FOREVER}"') from None


def later_of(text: str, now: datetime, timezone: tzinfo) -> datetime | None:
    """The end that a person types: also a span from now, such as `30d`. Raises `ValueError` likewise."""
    if re.fullmatch(PATTERN, text):
        return now + duration_of(text)
    return instant_of(text, timezone, wanted=_END_OR_SPAN)


def beginning_of(text: str, now: datetime, timezone: tzinfo) -> datetime:
    """The beginning that a person types: a span from now, an instant, or a date, from its beginning there.

    Raises `ValueError` likewise.
    """
    if re.fullmatch(PATTERN, text):
        return now + duration_of(text)
    return begins(day_or_instant(text, wanted=_BEGINNING), timezone)


def earlier_of(text: str, now: datetime, timezone: tzinfo, *, through: bool = False) -> datetime:
    """A moment of the past that a person types: a span before now, an instant, or when a date begins there.

    `through`: the date's end. Raises `ValueError` that says what to write.
    """
    if re.fullmatch(PATTERN, text):
        return now - duration_of(text)
    moment = _moment(text, _PAST)
    if isinstance(moment, datetime):
        return moment
    try:
        return _begins(moment + timedelta(days=1) if through else moment, timezone)
    except OverflowError:
        raise ValueError(_PAST) from None


def day_or_instant(value: object, *, wanted: str = _DAY) -> date:
    """A date, or an instant, which is one too. Raises `ValueError` that says what to write."""
    found = _moment(value, wanted)
    if not MINYEAR < found.year < MAXYEAR:
        raise ValueError(f"is beyond the calendar: it {wanted}")
    return found


def begins(day: date, timezone: tzinfo) -> datetime:
    """When a date begins there; an instant is itself."""
    return day if isinstance(day, datetime) else _begins(day, timezone)


def ends(day: date, timezone: tzinfo) -> datetime:
    """When a date is over there; an instant is itself."""
    return day if isinstance(day, datetime) else _begins(day + timedelta(days=1), timezone)


def _moment(value: object, wanted: str) -> datetime | date:
    """An instant in UTC, or a date, which is of no time zone yet."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value) if len(value) <= 10 else datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(wanted) from None
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("needs its offset from UTC, such as 2026-12-31T18:00:00Z")
        try:
            return value.astimezone(UTC)
        except OverflowError:
            raise ValueError(f'is beyond the calendar: write "{FOREVER}"') from None
    if isinstance(value, date):
        return value
    raise ValueError(wanted)


def _begins(day: date, timezone: tzinfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=timezone).astimezone(UTC)


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
        # What the scheduler refuses at its start, or passes over in silence (a step of names).
        named = [each in words for each in (first, last) if each]
        if any(named) and (slash or not all(named)):
            raise ValueError(f"{name}: names stand alone or as a range of names, without a step")
        if slash and every > high - low:
            raise ValueError(f"{name}: a step must not be larger than its range")
        found.update(range(low, high + 1, every))
    return found


def _number(text: str, name: str, least: int, most: int, words: tuple[str, ...]) -> int:
    if text in words:
        return words.index(text) + least
    if not (text.isascii() and text.isdecimal() and len(text) <= 2 and least <= int(text) <= most):
        raise ValueError(f"{name}: must be *, or from {least} to {most}")
    return int(text)


def _key(key: str) -> str:
    bare = key.replace("-", "").replace("_", "")
    return key if bare.isalnum() and bare.isascii() else toml(key)


def toml(value: Any) -> str:
    """An option's value as it stands in the file. Raises `TypeError` for what no option is."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case timedelta():
            return f'"{written(value)}"'
        case str():
            # A JSON string is a TOML basic string, but for this one sign.
            return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
        case datetime():
            return f'"{iso(value)}"'
        case date():
            return f'"{value.isoformat()}"'
        case LedgerUrl():
            return toml(str(value))
        case Labels():
            pairs = ", ".join(f"{_key(key)} = {toml(each)}" for key, each in value)
            return f"{{ {pairs} }}" if pairs else "{}"
        case tuple() | list():
            return f"[{', '.join(toml(each) for each in value)}]"
        case _:
            raise TypeError(f"no TOML value: {type(value).__name__}")
