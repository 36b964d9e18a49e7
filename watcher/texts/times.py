"""Instants and durations as people read them, in their own zone; as machines read them, in UTC."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from watcher.texts.spans import span

# By hand: `strftime` takes longer than everything else in a message.
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def zone(name: str) -> tzinfo:
    """The time zone of an IANA name. Raises `ValueError` for a name that is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"there is no time zone {name!r}; names look like Europe/Berlin or UTC") from None


def clock_time(moment: datetime, timezone: tzinfo, *, now: datetime | None = None) -> str:
    """`Thu 20 May 16:12 UTC`; with the year where it is not that of `now`."""
    there = in_zone(moment, timezone)
    this_year = now is not None and in_zone(now, timezone).year == there.year
    return f"{day(there, year=not this_year)} {there.hour:02}:{there.minute:02} {_zone_word(there)}"


def day(of: date, *, year: bool = True) -> str:
    """`Thu 20 May 2027`, whatever language the machine speaks."""
    return f"{_DAYS[of.weekday()]} {of.day} {month(of, year=year)}"


def month(of: date, *, year: bool = True) -> str:
    """`May 2027`, whatever language the machine speaks."""
    named = _MONTHS[of.month - 1]
    return f"{named} {of.year}" if year else named


def below(dated: str) -> str:
    """What begins with a day, so that those of several rows stand below each other: `Thu  4 May`."""
    week_day, number, rest = dated.split(" ", 2)
    return f"{week_day} {number:>2} {rest}"


def in_zone(moment: datetime, timezone: tzinfo) -> datetime:
    """The moment there; in UTC where that zone's calendar has no such day, as on 9999-12-31 in the east."""
    try:
        return moment.astimezone(timezone)
    except OverflowError:
        return moment.astimezone(UTC)


def day_begins(moment: datetime, timezone: tzinfo) -> datetime:
    """When the day began there in which the moment lies: the first midnight where clocks go back over it, the
    same one for each moment of the day.
    """
    return in_zone(moment, timezone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


def when(moment: datetime, now: datetime, timezone: tzinfo) -> str:
    """`in 2 d 4 h, Thu 20 May 16:12 UTC`, or `3 h ago, …`."""
    return f"{distance(moment, now)}, {clock_time(moment, timezone, now=now)}"


def until_when(moment: datetime, now: datetime, timezone: tzinfo) -> str:
    """`until Thu 20 May 16:12 UTC (in 2 d 4 h)`."""
    return f"until {clock_time(moment, timezone, now=now)} ({distance(moment, now)})"


def aligned(moment: datetime, now: datetime, timezone: tzinfo) -> str:
    """Like `when`, padded so that dates of several rows stand below each other."""
    return f"{distance(moment, now) + ',':<12} {below(clock_time(moment, timezone, now=now))}"


def distance(moment: datetime, now: datetime) -> str:
    """`in 2 d 4 h`, `now`, or `3 h ago`."""
    if moment == now:
        return "now"
    return f"in {span(moment - now)}" if moment > now else f"{span(now - moment)} ago"


GLUE = "\N{NO-BREAK SPACE}"


def glued(text: str) -> str:
    """The text with spaces at which no line is broken; `sheet` turns them back when it prints."""
    return text.replace(" ", GLUE)


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with `Z`; fractions of a second only where there are any."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def iso_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else iso(moment)


def seconds(length: timedelta) -> float:
    """Whole seconds without a fraction where there is none."""
    exact = length.total_seconds()
    return int(exact) if exact.is_integer() else exact


def _zone_word(moment: datetime) -> str:
    """`UTC`, `CEST`; zones without letters of their own (`-03`) are written `UTC-03`."""
    word = moment.tzname() or ""
    return f"UTC{word}" if word[:1] in "+-" else word
