"""Instants as the API writes and reads them, and the calendar month between two renewals."""

import calendar
import re
from datetime import UTC, datetime

_DATE_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})",
    re.ASCII,
)

FIRST, LAST = datetime(2015, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""No clock is set to before, nor to the second: who lives by it could not count a month back or on."""


def iso(at: datetime, *, fractional: bool = False) -> str:
    """The instant in UTC with a `Z`, whole seconds unless `fractional` asks for milliseconds."""
    text = at.astimezone(UTC).isoformat(timespec="milliseconds" if fractional else "seconds")
    return text.replace("+00:00", "Z")


def parse(text: str) -> datetime | None:
    """The aware UTC instant an RFC 3339 date-time stands for, or None if it is not one."""
    if not _DATE_TIME.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def month_length(year: int, month: int) -> int:
    """How many days the month has."""
    return calendar.monthrange(year, month)[1]


def months_on(at: datetime, months: int, *, anchor_day: int) -> datetime:
    """The same time of day `months` calendar months on (or back), on the anchor day or the month's last."""
    index = at.year * 12 + at.month - 1 + months
    year, month = divmod(index, 12)
    day = min(anchor_day, month_length(year, month + 1))
    return at.replace(year=year, month=month + 1, day=day)
