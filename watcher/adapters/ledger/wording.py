"""The ledger's closed words as parts of sentences."""

from datetime import datetime

from watcher.record.overrides import OverrideKind

SAID = {
    OverrideKind.HOLD: "put it on hold",
    OverrideKind.UNHOLD: "ended the hold",
    OverrideKind.PAUSE: "paused releases",
    OverrideKind.RESUME: "resumed releases",
    OverrideKind.APPROVE: "approved releases past the limits",
    OverrideKind.RESOLVE_RELEASED: "said that it was released",
    OverrideKind.RESOLVE_NOT_RELEASED: "said that it was not released",
    OverrideKind.ACCEPT_BASELINE: "accepted the fleet as it is now",
    OverrideKind.ACKNOWLEDGE: "took note, so that it is not told again",
    OverrideKind.RESTORED: "restored the ledger from a copy",
}

EXIT = {
    1: "with an unexpected error",
    20: "with a release that was refused",
    21: "with a release whose outcome is unknown",
    22: "with a due release stopped by a brake",
    23: "with messages not delivered",
    24: "with a planned release missed",
    75: "without something that a decision needed",
    77: "because the key was rejected or suspended",
    78: "because of its configuration",
}


def instant(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def sentence(*parts: str) -> str:
    """Parts joined with colons and closed with a full stop; empty ones are left out."""
    text = ": ".join(part.strip() for part in parts if part.strip())
    return text if text.endswith((".", "!", "?")) else f"{text}."
