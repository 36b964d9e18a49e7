"""What sentences of a history are put together of."""

from datetime import datetime


def instant(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def sentence(*parts: str) -> str:
    """Parts joined with colons and closed with a full stop; empty ones are left out."""
    text = ": ".join(part.strip() for part in parts if part.strip())
    return text if text.endswith((".", "!", "?")) else f"{text}."
