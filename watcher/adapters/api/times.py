"""Times on the wire: ISO 8601 with an offset."""

from datetime import UTC, datetime


def instant(value: object) -> datetime | None:
    """An aware UTC instant; None for anything that names none (no offset, a number, nonsense)."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is UTC:
            return moment
        return None if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
