"""What sentences of a history are put together of."""

from datetime import UTC, datetime

from watcher.texts.times import clock_time


def instant(moment: datetime, at: datetime) -> str:
    """As in messages. `at`: when it happened, which stands before it with the year left out here."""
    return clock_time(moment, UTC, now=at)


def sentence(*parts: str) -> str:
    """Parts joined with colons and closed with a full stop; empty ones are left out."""
    text = ": ".join(part.strip() for part in parts if part.strip())
    return text if text.endswith((".", "!", "?")) else f"{text}."
