"""What happens to an account, and what to do about a project, in the few words that a table has room for."""

from datetime import datetime, tzinfo
from typing import assert_never

from watcher.decide.report import Report
from watcher.facts.accounts import Account, ProjectId
from watcher.facts.handles import is_blank, name_of, nameless
from watcher.messages.health_words import health_in_words
from watcher.messages.words import CHANGE, REASON
from watcher.record.reasons import Reason
from watcher.rules.judge import Check, Judgement, Usage, Verdict
from watcher.rules.plan import MISSED, Announce, Decision, Leave, Release, Wait, Warn, next_moment
from watcher.texts.plain import plain
from watcher.texts.spans import counted, span
from watcher.texts.times import clock_time, distance, glued


def kept(decision: Decision, timezone: tzinfo, now: datetime) -> str:
    """Why an account is kept, with the value it turned on: `held until …`, `protected by brand.*`."""
    judgement = decision.judgement
    ruling = judgement.deciding
    match judgement.reason:
        case Reason.HELD if (hold := judgement.subject.hold) is not None:
            if hold.until is None:
                return "held for ever"
            return f"held until {glued(clock_time(hold.until, timezone, now=now))}"
        case Reason.PROTECTED_HANDLE | Reason.PROTECTED_ACCOUNT if ruling.detail:
            return f"protected by {plain(ruling.detail)}"
        case Reason.PROTECTED_FOLLOWERS if ruling.detail:
            return f"protected: {counted(int(ruling.detail), 'follower')} or more"
        case Reason.PROTECTED_HEALTH:
            return f"protected: {health_in_words(judgement.subject.health)}"
        case Reason.HEALTH_UNKNOWN if ruling.check is Check.POLICY_FOUND:
            return f"cannot tell its policy: health {health_in_words(judgement.subject.health)}"
        case Reason.NOT_DUE if ruling.check is Check.POLICY_FOUND:
            return "its policy depends on its health, asked later"
        case Reason.HEALTH_UNKNOWN:
            return f"health {health_in_words(judgement.subject.health)}"
        case Reason.CANNOT_MATCH if ruling.check is Check.POLICY_FOUND:
            return f"protected: cannot tell if {plain(ruling.detail or 'its policy')} applies"
        case Reason.CANNOT_MATCH:
            return f"protected: {ruling.detail or 'a value'} unknown"
        case Reason.IN_USE if judgement.usage is Usage.UNUSED:
            return "was in use when its window opened"
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
            then = glued(distance(not_before, now))
            return f"to be announced now; release {then}{_unless(decision.judgement)}"
        case Announce(not_before=not_before):
            return f"would be released {glued(distance(not_before, now))}{_unless(decision.judgement)}"
        case Wait(why=Reason.NOTICE_TO_COME, until=until):
            return f"will be announced {glued(distance(until, now))}{_unless(decision.judgement)}"
        case Wait(why=Reason.NOTICE_UNANSWERED):
            return "announced; not every channel accepted it yet"
        case Wait(why=Reason.NOTICE_TOO_YOUNG, until=until):
            return f"announced; release {glued(distance(until, now))}{_unless(decision.judgement)}"
        case Wait(until=until):
            return f"release window opens {glued(distance(until, now))}{_unless(decision.judgement)}"
        case Leave(why=Reason.OBSERVING):
            return "would be released now (observe mode)"
        case Leave(why=Reason.ALREADY_RELEASED):
            return "released, still listed"
        case Leave(why=Reason.RENEWAL_PENDING):
            return "renewal pending"
        case Leave(why=Reason.CHANGED_TOO_LATE) if changed := made_late_by(decision, now, timezone):
            return f"too late for this renewal: {changed}"
        case Leave(why=why) if decision.lateness is not None and decision.lateness.missed and why in MISSED:
            return f"missed: {REASON[why]}"
        case Leave(why=why) if why is decision.judgement.reason:
            verb = "kept" if decision.judgement.verdict is Verdict.KEEP else "will renew"
            return f"{verb}: {kept(decision, timezone, now)}"
        case Leave(why=why):
            return f"not released: {REASON[why]}"
        case Warn():
            return "will renew"
        case _:
            assert_never(decision.course)


def _unless(judgement: Judgement) -> str:
    """What may still keep it until then, beside what anybody says."""
    asked_then = judgement.health_to_be_asked
    kept_by = [*(["used"] if judgement.unused_by_window else []), *(["hot"] if asked_then else [])]
    return f" unless {' or '.join(kept_by)}" if kept_by else ""


def made_late_by(decision: Decision, now: datetime, timezone: tzinfo) -> str:
    """`enrolled only since Mon 18 May 10:00 UTC`; empty where no change made it late, or none is known."""
    since = decision.lateness.made_late_by if decision.lateness else None
    return "" if since is None else f"{CHANGE[since.change]} {glued(clock_time(since.at, timezone, now=now))}"


def next_at(decision: Decision, report: Report, now: datetime) -> datetime | None:
    """When something happens next to it: now, where a turn would do it now."""
    halts = report.halts.on(decision.account.period, decision.account.project)
    moments = [halt.lifts_at for halt in halts]
    lifted = None if None in moments else max(filter(None, moments), default=None)
    return next_moment(decision, now, halted=bool(halts), lifts_at=lifted)


def in_full(account: Account, project: str) -> str:
    """`@latte on tiktok, project acme (sa_1)`: whom all that follows is about. `project`: as it is shown."""
    where = f"{name_of(account.handle, account.id)} on {plain(account.platform)}, project {project}"
    return where if is_blank(account.handle) else f"{where} ({plain(account.id)})"


def project_name(report: Report, project: str) -> str:
    """What people call it; the id where nobody does."""
    return plain(report.project_names.get(ProjectId(project), project))
