"""Closed words as people read them: every usage, step, reason, brake, flaw and end has some."""

from datetime import datetime, tzinfo
from typing import Final, assert_never

from watcher.decide.report import Report, Trouble
from watcher.facts.accounts import Account, Flaw
from watcher.facts.activity import WhyUnknown
from watcher.facts.handles import nameless
from watcher.record.intents import Ending
from watcher.record.notices import Void
from watcher.record.outcomes import Cause
from watcher.record.reasons import Reason
from watcher.rules.judge import Check, Usage
from watcher.rules.plan import Announce, Decision, Leave, Release, Wait, Warn
from watcher.texts.plain import plain
from watcher.texts.spans import span
from watcher.texts.times import clock_time, distance, glued

USAGE: Final = {Usage.IN_USE: "in use", Usage.UNUSED: "unused", Usage.UNKNOWN: "unknown"}

DOUBT: Final = {
    WhyUnknown.NOT_ASKED: "not asked for yet",
    WhyUnknown.MISSING_SCOPE: "the key lacks the scope publish:read",
    WhyUnknown.UNREADABLE: "the posts could not be read",
    WhyUnknown.UNKNOWN_STATUS: "a post has a status that is not known",
    WhyUnknown.MISSING_TIME: "a post has no time",
    WhyUnknown.FUTURE_TIME: "a post claims to be from the future",
    WhyUnknown.NO_POST_EVER_SHOWN: "no post was ever seen in the project, so silence proves nothing",
}

ENDED: Final = {
    Ending.RELEASED: "released",
    Ending.GONE_NOT_BY_US: "leased seconds before the DELETE, which did not find it: another watcher?",
    Ending.NOT_DONE: "the release had no effect",
    Ending.NOT_SENT: "not sent",
    Ending.REFUSED: "refused by the API; not tried again without a person",
    Ending.UNKNOWN: "not known whether it was released; it will be read back",
    Ending.HALTED: "halted by a brake",
    Ending.CHANGED: "left alone: the facts changed",
    Ending.UNREADABLE: "left alone: it could not be read again",
}

FLAW: Final = {
    Flaw.UNKNOWN_STATUS: "its status is not one we know",
    Flaw.MISSING_FIELD: "a field is missing",
    Flaw.MALFORMED_FIELD: "a field is malformed",
    Flaw.UNUSABLE_ID: "its id cannot be used",
    Flaw.DUPLICATE_ID: "its id appears twice",
    Flaw.FOREIGN_PROJECT: "it belongs to another project",
    Flaw.LISTED_TWICE: "another project lists it too",
}

TROUBLE: Final = {
    Trouble.KEY_REFUSED: "the API rejects the key",
    Trouble.KEY_SUSPENDED: "the provider suspended the key",
    Trouble.KEY_LACKS_SCOPE: "the API says that the key may not release",
    Trouble.API_UNREACHABLE: "the API cannot be reached",
    Trouble.LEDGER_HELD: "another watcher holds the ledger",
}

CAUSE: Final = {
    Cause.HELD: "held",
    Cause.PROTECTED: "protected",
    Cause.NOT_ENROLLED: "not enrolled",
    Cause.POLICY: "no policy releases it",
    Cause.UNKNOWN_ACTIVITY: "use unknown",
    Cause.BRAKED: "stopped by a brake",
    Cause.NOTICE_LATE: "notice late",
    Cause.OBSERVING: "observe mode",
    Cause.REFUSED: "release refused",
    Cause.UNDONE: "its release did not last",
    Cause.UNRESOLVED: "an earlier release has an unknown end",
    Cause.LISTED_TWICE: "another project listed it too",
    Cause.API_DOWN: "API unreadable",
    Cause.WATCHER_DOWN: "watcher not running",
    Cause.UNEXPLAINED: "no reason on record",
}

VOID: Final = {
    Void.HELD: "it was held",
    Void.USED: "it was used",
    Void.NO_LONGER_DUE: "it was no longer due",
    Void.POLICY_CHANGED: "its policy changed",
    Void.RENAMED: "it was announced under another name",
    Void.NOT_LIVE: "it was announced without force (observe mode)",
    Void.INTERRUPTED: "the watcher was interrupted or ran in another mode",
    Void.RESTORED: "the ledger may be an older copy",
    Void.LISTED_TWICE: "another project listed it too",
    Void.NEW_LEASE: "it was announced for another lease of this account",
}

REASON: Final = {
    Reason.UNUSED: "unused",
    Reason.TERM: "end of the term",
    Reason.IN_USE: "in use",
    Reason.POLICY_NEVER: "policy never releases",
    Reason.NOT_ENROLLED: "not enrolled",
    Reason.HELD: "held",
    Reason.PROTECTED_ACCOUNT: "protected by its id",
    Reason.PROTECTED_HANDLE: "protected by its handle",
    Reason.PROTECTED_FOLLOWERS: "protected by its followers",
    Reason.CANNOT_MATCH: "a condition cannot be evaluated",
    Reason.NO_POLICY: "no policy matches",
    Reason.ACTIVITY_UNKNOWN: "use unknown",
    Reason.NOT_DUE: "use not asked for yet",
    Reason.RENEWAL_PENDING: "renewal pending",
    Reason.WINDOW_NOT_OPEN: "release window not open",
    Reason.NOTICE_TO_COME: "to be announced",
    Reason.NOTICE_UNANSWERED: "announcement not accepted by every channel",
    Reason.NOTICE_TOO_YOUNG: "announced too recently",
    Reason.NOTICE_LATE: "announcement too late",
    Reason.OBSERVING: "observe mode",
    Reason.TOO_LATE: "too late to release",
    Reason.UNRESOLVED: "an earlier release has an unknown end",
    Reason.REFUSED_BEFORE: "the API refused the release",
    Reason.ATTEMPTS_SPENT: "two releases had no effect",
    Reason.ALREADY_RELEASED: "already released",
    Reason.BRAKED: "stopped by a brake",
    Reason.KEY_LACKS_SCOPE: "the key may not release",
    Reason.FACTS_CHANGED: "the facts changed",
    Reason.RULES_TO_COME: "a changed configuration is read first",
    Reason.RELEASE_UNDONE: "its confirmed release did not last",
    Reason.LISTED_TWICE: "another project lists it too",
    Reason.LOCK_LOST: "another watcher holds the ledger",
}


def kept(decision: Decision, timezone: tzinfo, now: datetime) -> str:
    """Why an account is kept, with the value it turned on: `held until …`, `protected by brand.*`."""
    judgement = decision.judgement
    ruling = judgement.trace[-1]
    match judgement.reason:
        case Reason.HELD if (hold := judgement.subject.hold) is not None:
            if hold.until is None:
                return "held for ever"
            return f"held until {glued(clock_time(hold.until, timezone, now=now))}"
        case Reason.PROTECTED_HANDLE | Reason.PROTECTED_ACCOUNT if ruling.detail:
            return f"protected by {plain(ruling.detail)}"
        case Reason.PROTECTED_FOLLOWERS if ruling.detail:
            return f"protected: {ruling.detail} followers or more"
        case Reason.CANNOT_MATCH if ruling.check is Check.POLICY_FOUND:
            return f"protected: cannot tell if {plain(ruling.detail or 'its policy')} applies"
        case Reason.CANNOT_MATCH:
            return f"protected: {ruling.detail or 'a value'} unknown"
        case reason:
            return REASON[reason]


def unsaid_of(account: Account) -> str:
    """What the API does not say of an account so that a condition cannot be evaluated, with its verb."""
    if account.followers is None:
        return "followers are"
    return "handle is" if nameless(account.handle) else "platform is"


def what_happens(decision: Decision, now: datetime, timezone: tzinfo, *, live: bool) -> str:
    """The step as a few words for a column: `release window opens in 4 h`, `kept: in use; 3 d warning due`.

    `live` False: observe mode, in which nothing is released. Times hold together: see `glued`.
    """
    course = _course(decision, now, timezone, live=live)
    if isinstance(decision.step, Warn):
        return f"{course}; {glued(span(decision.step.rung))} warning due"
    return course


def _course(decision: Decision, now: datetime, timezone: tzinfo, *, live: bool) -> str:
    match decision.course:
        case Release():
            return "release due now"
        case Announce(not_before=not_before) if live:
            return f"to be announced now; release {glued(distance(not_before, now))}"
        case Announce(not_before=not_before):
            return f"would be released {glued(distance(not_before, now))}"
        case Wait(why=Reason.NOTICE_TO_COME, until=until):
            return f"will be announced {glued(distance(until, now))}"
        case Wait(why=Reason.NOTICE_UNANSWERED):
            return "announced; not every channel accepted it yet"
        case Wait(why=Reason.NOTICE_TOO_YOUNG, until=until):
            return f"announced; release {glued(distance(until, now))}"
        case Wait(until=until):
            return f"release window opens {glued(distance(until, now))}"
        case Leave(why=Reason.OBSERVING):
            return "would be released now (observe mode)"
        case Leave(why=Reason.ALREADY_RELEASED):
            return "released, still listed"
        case Leave(why=Reason.RENEWAL_PENDING):
            return "renewal pending"
        case Leave(why=why) if why is decision.judgement.reason:
            return f"kept: {kept(decision, timezone, now)}"
        case Leave(why=why):
            return f"kept: {REASON[why]}"
        case Warn():
            return "will renew"
        case _:
            assert_never(decision.course)


def project_name(report: Report, project: str) -> str:
    """The name in the configuration; the id where there is none."""
    return plain(next((name for id_, name in report.project_names.items() if id_ == project), project))


def remedy(code: str) -> str:
    """What to do about a project that cannot be read, by the API's error code or ours."""
    match code:
        case "FORBIDDEN_SCOPE" | "FORBIDDEN" | "http_403":
            return "give the key the scope leased:write (for discovery: projects:read)"
        case "NOT_FOUND" | "http_404":
            return "check the project's id: the key's organisation has no such project"
        case "UNAUTHENTICATED" | "http_401":
            return "replace the key: the API does not know it"
        case "KILL_SWITCH":
            return "ask the provider why the key is suspended"
        case "RATE_LIMITED" | "http_429":
            return "nothing: the next turn tries again; if it lasts, set api.tier or poll less often"
        case "html_body" | "empty_body" | "unreadable_body" | "truncated" | "oversized" | "too_slow":
            return "check api.base_url and any proxy: the answer is not the API's"
        case _:
            return "nothing now: the next turn tries again; if it lasts, ask the provider"
