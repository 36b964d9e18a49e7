"""Times on the wire: ISO 8601 with an offset."""

from datetime import UTC, datetime

from watcher.texts.foreign import LATEST


def instant(value: object) -> datetime | None:
    """An aware UTC instant before `LATEST`; None for what names none (no offset, a number, nonsense)."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            return None
        moment = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment < LATEST else None
