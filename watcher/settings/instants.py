"""Ends of holds and pauses as people write them: `2026-12-31`, an instant with its offset, `forever`."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

FOREVER: Final = "forever"


def instant_of(value: object) -> datetime | None:
    """A date lasts through its end, UTC; None is for ever. Raises `ValueError` that says what to write."""
    if value == FOREVER:
        return None
    wanted = f'must be a date such as "2026-12-31", an instant with its offset, or "{FOREVER}"'
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value) if len(value) <= 10 else datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(wanted) from None
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError("needs its offset from UTC, such as 2026-12-31T18:00:00Z")
    try:
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day, tzinfo=UTC) + timedelta(days=1)
    except OverflowError:
        raise ValueError(f'is beyond the calendar: write "{FOREVER}"') from None
    raise ValueError(wanted)
