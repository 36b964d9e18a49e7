"""Every closed word as people read it, once: messages, terminal, pages and history say the same.

Each is a short phrase that stands in brackets, after a colon or as a label. A brake's words are in its own
file. Machines are told the members' values instead.
"""

from typing import Final

from watcher.facts.accounts import Flaw
from watcher.facts.activity import Use, WhyUnknown
from watcher.messages.events import EventKind
from watcher.messages.outbox import Stale
from watcher.record.exit_codes import Exit
from watcher.record.fates import LeaseState
from watcher.record.intents import Ending, WhyNotSent
from watcher.record.lateness import Change
from watcher.record.notices import Void
from watcher.record.overrides import OverrideKind
from watcher.record.reasons import Reason, Trouble
from watcher.rules.judge import Check, Usage
from watcher.texts.commands import to_resolve

USE: Final = {
    Use.PUBLISHING_POST: "has a publishing post",
    Use.QUEUED_POST: "has a queued post",
    Use.DRAFT_POST: "has a draft post",
    Use.PUBLISHED_POST: "a post was published",
    Use.FAILED_ATTEMPT: "a post was attempted",
    Use.ASSIGNMENT: "no post through Layers since it was leased",
    Use.FIRST_LISTED: "was first seen here",
    Use.REMEMBERED: "last use remembered",
    Use.OTHER: "was used",
    Use.ONGOING: "is in use",
}
"""Unless the source has words of its own. How long ago follows, but where the use goes on."""

CHECK: Final = {
    Check.RENEWAL_AHEAD: "renewal",
    Check.POLICY_FOUND: "policy",
    Check.POLICY_RELEASES: "what it releases",
    Check.ENROLLED: "enrolment",
    Check.NOT_HELD: "hold",
    Check.NOT_PROTECTED: "protection",
    Check.UNUSED: "use",
}
"""What each question of the judge is about."""

USAGE: Final = {Usage.IN_USE: "in use", Usage.UNUSED: "unused", Usage.UNKNOWN: "unknown"}

DOUBT: Final = {
    WhyUnknown.NOT_ASKED: "not asked for yet",
    WhyUnknown.MISSING_SCOPE: "the key lacks publish:read",
    WhyUnknown.UNREADABLE: "posts could not be read",
    WhyUnknown.UNKNOWN_STATUS: "a post has an unknown status",
    WhyUnknown.MISSING_TIME: "a post has no time",
    WhyUnknown.FUTURE_TIME: "a post is from the future",
    WhyUnknown.LEASE_UNDATED: "since when it is leased is not known",
    WhyUnknown.LEASE_TO_COME: "its lease begins in the future",
    WhyUnknown.NO_POST_EVER_SHOWN: "no post ever shown",
    WhyUnknown.PLANNED_LATER: "a post for later may have been planned already",
}

TO_KNOW: Final = {
    WhyUnknown.NOT_ASKED: "nothing: the next turn asks",
    WhyUnknown.MISSING_SCOPE: "give the key the scope publish:read",
    WhyUnknown.UNREADABLE: "the next turn reads again what could not be read; if it lasts, ask the provider",
    WhyUnknown.UNKNOWN_STATUS: "ask the provider what it means",
    WhyUnknown.MISSING_TIME: "ask the provider when it was",
    WhyUnknown.FUTURE_TIME: "ask the provider, and look at this machine's clock",
    WhyUnknown.LEASE_UNDATED: "ask the provider since when it is leased",
    WhyUnknown.LEASE_TO_COME: "ask the provider since when it is leased, and look at this machine's clock",
    WhyUnknown.NO_POST_EVER_SHOWN: "where all posts go through Layers, set evidence_complete in its policy",
    WhyUnknown.PLANNED_LATER: "nothing: no post says when it was planned",
}
"""What to do about use that is not known."""

FLAW: Final = {
    Flaw.UNKNOWN_STATUS: "its status is not one we know",
    Flaw.MISSING_FIELD: "a field is missing",
    Flaw.MALFORMED_FIELD: "a field is malformed",
    Flaw.UNUSABLE_ID: "its id cannot be used",
    Flaw.DUPLICATE_ID: "its id appears twice",
    Flaw.FOREIGN_PROJECT: "it belongs to another project",
    Flaw.LISTED_TWICE: "another project lists it too",
}

REASON: Final = {
    Reason.UNUSED: "unused",
    Reason.TERM: "end of the term",
    Reason.PERSON: "a person asked for it",
    Reason.IN_USE: "in use",
    Reason.POLICY_NEVER: "policy never releases",
    Reason.NOT_ENROLLED: "not enrolled",
    Reason.HELD: "held",
    Reason.PROTECTED_ACCOUNT: "protected by its id",
    Reason.PROTECTED_HANDLE: "protected by its handle",
    Reason.PROTECTED_FOLLOWERS: "protected by its followers",
    Reason.PROTECTED_HEALTH: "protected by its health",
    Reason.HEALTH_UNKNOWN: "health unknown",
    Reason.CANNOT_MATCH: "a condition cannot be evaluated",
    Reason.NO_POLICY: "no policy matches",
    Reason.ACTIVITY_UNKNOWN: "use unknown",
    Reason.NOT_DUE: "not asked for yet",
    Reason.RENEWAL_PENDING: "renewal pending",
    Reason.WINDOW_NOT_OPEN: "release window not open",
    Reason.NOTICE_TO_COME: "to be announced",
    Reason.NOTICE_UNANSWERED: "announcement not accepted by every channel",
    Reason.NOTICE_TOO_YOUNG: "announced too recently",
    Reason.NOTICE_LATE: "announcement too late",
    Reason.OBSERVING: "observe mode",
    Reason.TOO_LATE: "too late to release",
    Reason.CHANGED_TOO_LATE: "watched or changed too late for this renewal",
    Reason.UNRESOLVED: "an earlier release has an unknown end",
    Reason.REFUSED_BEFORE: "the API refused the release",
    Reason.ATTEMPTS_SPENT: "its releases had no effect",
    Reason.ALREADY_RELEASED: "already released",
    Reason.BRAKED: "stopped by a brake",
    Reason.KEY_LACKS_SCOPE: "the key may not release",
    Reason.WORD_OVER: "the word for it is over, used, or of another lease",
    Reason.FACTS_CHANGED: "the facts changed",
    Reason.RULES_TO_COME: "a changed configuration is read first",
    Reason.RELEASE_UNDONE: "its confirmed release did not last",
    Reason.LISTED_TWICE: "another project lists it too",
    Reason.LOCK_LOST: "another watcher holds the ledger",
}

CHANGE: Final = {
    Change.WATCHED: "watched only since",
    Change.ENFORCED: "in enforce mode only since",
    Change.ENROLLED: "enrolled only since",
    Change.POLICY: "under its present policy only since",
    Change.HOLD: "held until",
    Change.USE: "in use until",
    Change.LEASE: "leased only since",
    Change.RENEWAL: "due to renew then only since",
    Change.FACTS: "kept for another reason until",
}
"""Of an account, before a time: what came too late for its renewal."""

LATE_BY: Final = {
    Change.WATCHED: "first seen too late for this renewal",
    Change.ENFORCED: "enforced too late for this renewal",
    Change.ENROLLED: "enrolled too late for this renewal",
    Change.POLICY: "its policy changed too late for this renewal",
    Change.HOLD: "its hold ended too late for this renewal",
    Change.USE: "in use until too late for this renewal",
    Change.LEASE: "leased too late for this renewal",
    Change.RENEWAL: "its renewal moved too late for a release",
    Change.FACTS: "changed too late for this renewal",
}
"""Why an account renews that a change made late: `CHANGE` says since when."""

FATE: Final = {
    LeaseState.LEASED: "is leased",
    LeaseState.RELEASING: "is being released{since}, and it is not known yet how that ends",
    LeaseState.RELEASED: "was released by the lease watcher{on}, that cannot be undone",
    LeaseState.NOT_LISTED: (
        "is not among the leased accounts{since}, and the lease watcher did not release it"
    ),
}
"""Follows an account's name; with the moment where it is known."""

VOID: Final = {
    Void.HELD: "a hold was placed on it",
    Void.USED: "it was used",
    Void.NO_LONGER_DUE: "it is no longer due",
    Void.POLICY_CHANGED: "its policy changed",
    Void.RENAMED: "it was announced under another name",
    Void.NOT_LIVE: "it was announced without force",
    Void.INTERRUPTED: "too long without a full turn, or in another mode",
    Void.RESTORED: "the ledger may be an older copy",
    Void.LISTED_TWICE: "another project lists it too",
    Void.NEW_LEASE: "it was announced for another lease of this account",
}
"""Follows a colon: `the announced release is withdrawn: it was used`. True then and later."""

ENDING: Final = {
    Ending.RELEASED: "released",
    Ending.GONE_NOT_BY_US: "leased seconds before our DELETE and not there any more",
    Ending.NOT_DONE: "not released, as the DELETE had no effect",
    Ending.NOT_SENT: "not released, as nothing was sent",
    Ending.REFUSED: "not released, as the API refused",
    Ending.UNKNOWN: "perhaps released",
    Ending.HALTED: "not released, as a brake halted it",
    Ending.CHANGED: "left alone, as the facts changed",
    Ending.UNREADABLE: "left alone, as it could not be read again",
}
"""Follows "was": `@latte.art.lab was not released, as the API refused`; a heading begins with it."""

TROUBLE: Final = {
    Trouble.KEY_REFUSED: "the API rejects the key",
    Trouble.KEY_SUSPENDED: "the provider suspended the key",
    Trouble.KEY_LACKS_SCOPE: "the API says that the key may not release",
    Trouble.API_UNREACHABLE: "the API cannot be reached",
    Trouble.LEDGER_HELD: "another watcher holds the ledger",
}

TROUBLE_OVER: Final = {
    Trouble.KEY_REFUSED: "the API had rejected the key",
    Trouble.KEY_SUSPENDED: "the provider had suspended the key",
    Trouble.KEY_LACKS_SCOPE: "the API had said that the key may not release",
    Trouble.API_UNREACHABLE: "the API could not be reached",
    Trouble.LEDGER_HELD: "another watcher had held the ledger",
}
"""The same once it is over."""

OBSERVED: Final = "(observe mode: nothing will be)"
"""What follows on `would be released` where not the whole message says that nothing is."""

MEANWHILE: Final = {
    Trouble.KEY_REFUSED: "nothing is watched until it is replaced",
    Trouble.KEY_SUSPENDED: "nothing is watched until that is lifted",
    Trouble.KEY_LACKS_SCOPE: "all is watched, nothing is given back until it has that scope",
    Trouble.API_UNREACHABLE: "nothing is watched meanwhile",
    # Never told: who does not hold the ledger cannot queue a message, and who does is not in trouble.
    Trouble.LEDGER_HELD: "it does the work",
}
"""What follows from a trouble."""

UNLESS: Final = {
    Trouble.KEY_REFUSED: "it is replaced",
    Trouble.KEY_SUSPENDED: "that is lifted",
    Trouble.KEY_LACKS_SCOPE: "it gets that scope",
    Trouble.API_UNREACHABLE: "it is reached again",
    Trouble.LEDGER_HELD: "that one does it",
}
"""Follows "unless": what must happen, so that a trouble costs no release."""

TO_MEND: Final = {
    Trouble.KEY_REFUSED: "give it a key that the API knows, in LAYERS_API_KEY or the file of api.key_file",
    Trouble.KEY_SUSPENDED: "ask the provider why, and to lift it",
    Trouble.KEY_LACKS_SCOPE: "give the key the scope leased:write",
    Trouble.API_UNREACHABLE: (
        "nothing for now, as the next turn tries again; if it lasts, see whether this machine reaches "
        "api.base_url, and ask the provider"
    ),
    Trouble.LEDGER_HELD: "see which one does the work: lease-watcher status",
}
"""What a person does about a trouble."""

NOT_SENT: Final = {
    WhyNotSent.TOO_LATE: "too late",
    WhyNotSent.NO_CONNECTION: "no connection",
    WhyNotSent.STOPPING: "the watcher was told to stop",
    WhyNotSent.THROTTLED: "429: over the rate limit",
}
"""Follows a colon, after what was not sent."""

SAID: Final = {
    OverrideKind.HOLD: "put it on hold",
    OverrideKind.UNHOLD: "ended the hold",
    OverrideKind.PAUSE: "paused releases",
    OverrideKind.RESUME: "resumed releases",
    OverrideKind.APPROVE: "approved releases past the limits",
    OverrideKind.UNAPPROVE: "withdrew the approval of releases",
    OverrideKind.RESOLVE_RELEASED: "said that it was released",
    OverrideKind.RESOLVE_NOT_RELEASED: "said that it was not released",
    OverrideKind.ACCEPT_BASELINE: "accepted the fleet as it is now",
    OverrideKind.ACKNOWLEDGE: "took note, so that it is not told again",
    OverrideKind.RELEASE: "asked for its release",
    OverrideKind.ANSWER: "answered the request for its release",
    OverrideKind.RESTORED: "restored the ledger from a copy",
}
"""Follows a person's name."""

EXIT: Final = {
    Exit.CONFIGURATION: "the configuration or the ledger cannot be used",
    Exit.KEY: "the key is rejected or suspended, or may not release",
    Exit.UNEXPECTED: "something unexpected happened",
    Exit.OUTCOME_UNKNOWN: "the outcome of a release is not known",
    Exit.MISSED: "a planned release was missed: its renewal is paid, or will be",
    Exit.BRAKED: "a brake stopped a release that is due",
    Exit.REFUSED: "a release was refused, or did not end as it should",
    Exit.UNREADABLE: "not everything could be read, believed or done",
    Exit.UNDELIVERED: "messages were not delivered",
    Exit.CHANGES_PENDING: "done, and changes are pending (only with --detailed-exitcode)",
    Exit.USAGE: "what the command line asks for cannot be done",
    Exit.DONE: "done",
}
"""A sentence of its own, or after a colon."""

NEXT: Final = {
    Exit.CONFIGURATION: "`lease-watcher check` lists every mistake.",
    Exit.KEY: "Nothing is released until it is right.",
    Exit.UNEXPECTED: "The log has more.",
    Exit.OUTCOME_UNKNOWN: (
        f"The next turn reads it back; `{to_resolve('ACCOUNT')}`, or `--as not-released`, says what you know."
    ),
    Exit.MISSED: "See `lease-watcher history`.",
    Exit.BRAKED: "Find out why, and lift it where that is right, before the window closes.",
    Exit.REFUSED: "Look at it with `lease-watcher explain ACCOUNT`.",
    Exit.UNREADABLE: "The next turn tries again.",
    Exit.UNDELIVERED: "What waits is tried again; see `lease-watcher outbox`.",
    Exit.CHANGES_PENDING: "A turn of `lease-watcher run` makes them.",
    Exit.USAGE: "See `--help`.",
    Exit.DONE: "",
}
"""What to do after an exit, as sentences."""

TOLD: Final = {
    EventKind.RENEWAL_WARNING: ("renewal to come", "renewals to come"),
    EventKind.RENEWAL_PAID: ("renewal paid without evidence of use", "renewals paid without evidence of use"),
    EventKind.RENEWAL_MOVED: ("renewal moved", "renewals moved"),
    EventKind.RELEASE_ANNOUNCED: ("release announced", "releases announced"),
    EventKind.RELEASE_WITHDRAWN: ("announcement withdrawn", "announcements withdrawn"),
    EventKind.RELEASE_DONE: ("account released", "accounts released"),
    EventKind.RELEASE_FAILED: ("release failed", "releases failed"),
    EventKind.RELEASE_UNKNOWN: ("release of unknown end", "releases of unknown end"),
    EventKind.RELEASE_UNDONE: ("release that did not last", "releases that did not last"),
    EventKind.RELEASE_TOO_LATE: (
        "release too late for this renewal",
        "releases too late for this renewal",
    ),
    EventKind.DEADLINE_MISSED: ("planned release missed", "planned releases missed"),
    EventKind.BRAKE_HALTED: ("halt", "halts"),
    EventKind.BRAKE_AHEAD: ("halt to come", "halts to come"),
    EventKind.BUDGET_EXCEEDED: ("budget exceeded", "budgets exceeded"),
    EventKind.LEASE_NEW: ("new lease", "new leases"),
    EventKind.PRICE_CHANGED: ("price changed", "prices changed"),
    EventKind.ACCOUNT_GONE: (
        "account missing from its list, not by us",
        "accounts missing from their list, not by us",
    ),
    EventKind.ACCOUNT_QUARANTINED: ("account not understood", "accounts not understood"),
    EventKind.ACTIVITY_UNKNOWN: ("project where use is unknown", "projects where use is unknown"),
    EventKind.PROJECT_UNREADABLE: ("project unreadable", "projects unreadable"),
    EventKind.PROJECT_RECOVERED: ("project readable again", "projects readable again"),
    EventKind.KEY_REFUSED: ("trouble with the key", "troubles with the key"),
    EventKind.CLOCK_OFF: ("clock that is off", "clocks that are off"),
    EventKind.DELIVERY_FAILED: ("trouble with a notifier", "troubles with notifiers"),
    EventKind.CONFIG_REFUSED: ("configuration refused", "configurations refused"),
    EventKind.PROTECTION_UNMATCHED: ("protection that matches nothing", "protections that match nothing"),
    EventKind.DEADLINE_NEAR: ("deadline near", "deadlines near"),
    EventKind.PROBLEM_RESOLVED: ("problem over", "problems over"),
    EventKind.SAVINGS_MONTH: ("month summed up", "months summed up"),
    EventKind.NOTIFIER_TEST: ("test", "tests"),
}
"""Follows a number: of one, and of several."""

STALE: Final = {
    Stale.WITHDRAWN: "the announcement is withdrawn",
    Stale.RELEASED: "it was released",
    Stale.RENEWED: "its renewal is past, or another one",
    Stale.OVER: "the problem is over",
    Stale.NOTED: "somebody took note of it",
    Stale.SUPERSEDED: "a later message says it",
    Stale.NEVER_TOLD: "what it ends was never told there",
    Stale.DECIDED: "somebody has said something about it since",
    Stale.TOO_LATE: "the moment that it names has passed",
    Stale.MISSED: "the release is told to come too late",
    Stale.ENDED: "it is known how the release ended",
    Stale.BACK: "the account is listed again",
    Stale.RIPENS_LATER: "its release cannot come as early any more",
    Stale.OTHER_HALTS: "other brakes will halt its release, or none",
}
"""What makes a message that waits untrue: follows "as" or "when"."""
