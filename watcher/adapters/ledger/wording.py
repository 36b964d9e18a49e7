"""The ledger's closed words as parts of sentences."""

from datetime import datetime

from watcher.messages.stale import Stale
from watcher.record.intents import Ending
from watcher.record.notices import Void
from watcher.record.outcomes import Cause
from watcher.record.overrides import OverrideKind

CAUSE = {
    Cause.HELD: "it was on hold",
    Cause.PROTECTED: "its policy protects it",
    Cause.NOT_ENROLLED: "its project is not enrolled for releases",
    Cause.POLICY: "its policy does not release it",
    Cause.UNKNOWN_ACTIVITY: "it could not be established whether it is used",
    Cause.BRAKED: "a brake stopped the release",
    Cause.NOTICE_LATE: "no announcement was accepted in time",
    Cause.OBSERVING: "the watcher only observes",
    Cause.REFUSED: "its release was refused",
    Cause.UNDONE: "its release was confirmed and did not last",
    Cause.UNRESOLVED: "the outcome of an earlier attempt was not known",
    Cause.LISTED_TWICE: "another project listed it too",
    Cause.API_DOWN: "the API could not be read",
    Cause.WATCHER_DOWN: "the watcher did not run in time",
    Cause.UNEXPLAINED: "no reason is on record",
}

VOID = {
    Void.HELD: "a hold was placed on it",
    Void.USED: "it was used",
    Void.NO_LONGER_DUE: "it is no longer due",
    Void.POLICY_CHANGED: "its policy changed",
    Void.RENAMED: "it was made under another name",
    Void.NOT_LIVE: "it was made without releasing anything",
    Void.INTERRUPTED: "the watcher was away too long, or ran in another mode",
    Void.RESTORED: "the ledger may be an older copy",
    Void.LISTED_TWICE: "another project lists the account too",
    Void.NEW_LEASE: "it was made for another lease of this account",
}

ENDING = {
    Ending.RELEASED: "The release is confirmed",
    Ending.GONE_NOT_BY_US: "The account was already gone, and not by the watcher",
    Ending.NOT_DONE: "The release proved to have had no effect",
    Ending.NOT_SENT: "The release was not sent",
    Ending.REFUSED: "The release was refused; it is not tried again without a person",
}

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

STALE = {
    Stale.RENEWED: "its renewal is past, or another one",
    Stale.WITHDRAWN: "the announcement is withdrawn",
    Stale.SUPERSEDED: "a later message says it",
    Stale.OVER: "the problem is over",
    Stale.NEVER_TOLD: "what it ends was never told there",
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
