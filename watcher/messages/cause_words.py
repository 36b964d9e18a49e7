"""Why a renewal was paid, what would have kept it from being, and what its use was, as people read it."""

from typing import Final

from watcher.record.outcomes import Cause, UseThen
from watcher.record.reasons import Trouble

CAUSE: Final = {
    Cause.HELD: "held",
    Cause.PROTECTED: "protected",
    Cause.NOT_ENROLLED: "not enrolled",
    Cause.POLICY: "no policy releases it",
    Cause.UNKNOWN_ACTIVITY: "use unknown",
    Cause.UNKNOWN_HEALTH: "health unknown",
    Cause.BRAKED: "stopped by a brake",
    Cause.NOTICE_LATE: "announcement too late",
    Cause.CHANGED_TOO_LATE: "watched or changed too late for this renewal",
    Cause.OBSERVING: "observe mode",
    Cause.REFUSED: "release refused",
    Cause.UNDONE: "its release did not last",
    Cause.UNRESOLVED: "an earlier release has an unknown end",
    Cause.LISTED_TWICE: "another project listed it too",
    Cause.KEY_REFUSED: "key rejected",
    Cause.KEY_SUSPENDED: "key suspended",
    Cause.KEY_LACKS_SCOPE: "the key lacks a scope",
    Cause.API_DOWN: "API unreadable",
    Cause.WATCHER_DOWN: "watcher not running",
    Cause.RESTORED: "the ledger was put back",
    Cause.UNEXPLAINED: "no reason on record",
}

WOULD_PREVENT: Final = {
    Cause.HELD: "no hold",
    Cause.PROTECTED: "no protection for it",
    Cause.NOT_ENROLLED: "its project enrolled",
    Cause.POLICY: "a policy that releases it",
    Cause.UNKNOWN_ACTIVITY: "evidence of its use, or that there was none",
    Cause.UNKNOWN_HEALTH: "an answer to how healthy it is",
    Cause.BRAKED: "the halt lifted in time",
    Cause.NOTICE_LATE: "a channel that accepts announcements in time",
    Cause.CHANGED_TOO_LATE: "the same change made earlier",
    Cause.OBSERVING: "enforce mode",
    Cause.REFUSED: "an API that accepts its release",
    Cause.UNDONE: "a release that lasts: ask the provider why it did not",
    Cause.UNRESOLVED: "a word on how that release ended",
    Cause.LISTED_TWICE: "one project that lists it, not two",
    Cause.KEY_REFUSED: "a key that the API accepts",
    Cause.KEY_SUSPENDED: "the key's suspension lifted in time",
    Cause.KEY_LACKS_SCOPE: "a key with the scope leased:write",
    Cause.API_DOWN: "an API that can be read in its window",
    Cause.WATCHER_DOWN: "a watcher that runs in its window",
    Cause.RESTORED: "a ledger that loses nothing",
    Cause.UNEXPLAINED: "nobody knows",
}
"""What would have kept a renewal from being paid (ADR 61)."""

USE_THEN: Final = {
    UseThen.UNUSED: "unused when it renewed",
    UseThen.UNKNOWN: "not known whether it was used",
    UseThen.TOO_SHORT: "not used that month, and unused for less long than its policy asks",
    UseThen.IN_USE: "in use, and to be given back all the same",
}
"""Of an account whose renewal was paid."""

BARRED_SINCE: Final = {
    Trouble.KEY_REFUSED: "rejected",
    Trouble.KEY_SUSPENDED: "suspended",
    Trouble.KEY_LACKS_SCOPE: "without that scope",
}
"""Since when follows, of a key by which nothing could be read."""

MAY_NOT_LIST: Final = "the key may not list what is leased"
"""Of the causes that a key may be which lacks a scope: this one."""
