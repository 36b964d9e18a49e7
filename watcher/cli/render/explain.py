"""One account's decision in sentences: its facts, the judge's trace, the notice, brakes, what comes next."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from typing import assert_never

from watcher.brakes import Halt
from watcher.cli.render.changes import changes
from watcher.cli.render.machine import decision_value, ruling_value
from watcher.cli.render.notes import halt_in_words, matter_lines, section
from watcher.cli.render.sheet import BLANK, Line, line, printed
from watcher.cli.render.steps import kept, project_name, unsaid_of
from watcher.decide.report import Report
from watcher.messages.matters import Matter
from watcher.messages.renewal_messages import evidence_in_words, projection_in_words
from watcher.messages.words import REASON, VOID
from watcher.record.notices import NotAccepted, NotAnnounced, Received, Void
from watcher.record.reasons import Reason
from watcher.rules.judge import Check, Judgement, Ruling, Usage, Verdict
from watcher.rules.plan import Announce, Decision, Leave, Mode, Release, Wait, Warn, next_moment
from watcher.rules.policy import ReleaseRule, ReleaseWhen
from watcher.texts.money import dollars
from watcher.texts.plain import at_handle, plain
from watcher.texts.spans import span
from watcher.texts.times import clock_time, distance, iso, when


def render_explain(
    decision: Decision,
    *,
    report: Report,
    now: datetime,
    timezone: tzinfo,
    width: int | None = None,
    color: bool = False,
) -> str:
    """Why an account is decided as it is, and what would change that, for a person who pays for it."""
    project = project_name(report, decision.account.project)
    halts = _halts(decision, report)
    live = report.mode is Mode.ENFORCE
    lines = [*_facts(decision, project, now, timezone)]
    lines += section(
        "Why", [_ruling(one, decision, project, now, timezone) for one in decision.judgement.trace]
    )
    lines += section("Decision", [_step(decision, now, timezone, live=live, braked=bool(halts))])
    lines += section("Announcement", list(_notice(decision, now, timezone)))
    lines += _to_decide(decision, report, now, timezone)
    lines += section("Next", [_next(decision, now, timezone)])
    lines += section("What would change this", _changes(decision, report, now, timezone))
    return printed(lines, width=width, color=color)


def explain_json(decision: Decision, *, report: Report, now: datetime, timezone: tzinfo) -> str:
    """The same as one JSON document, `"schema": "explain/1"`; `changes` are the sentences for people."""
    document = {
        "schema": "explain/1",
        "turn": report.turn,
        "mode": report.mode.value,
        "account": decision_value(decision, report, now),
        "rulings": [ruling_value(ruling) for ruling in decision.judgement.trace],
        "docket": report.docket.id,
        "changes": _changes(decision, report, now, timezone),
    }
    return json.dumps(document, indent=2) + "\n"


def _changes(decision: Decision, report: Report, now: datetime, timezone: tzinfo) -> list[str]:
    return changes(
        decision,
        project=project_name(report, decision.account.project),
        docket=next((one.docket for one in _matters(decision, report) if one.docket), report.docket.id),
        braked=bool(_halts(decision, report)),
        now=now,
        timezone=timezone,
    )


def _facts(decision: Decision, project: str, now: datetime, timezone: tzinfo) -> Iterator[Line]:
    account = decision.account
    yield line(
        f"{at_handle(account.handle)} on {plain(account.platform)}, project {project} ({plain(account.id)})",
        "bold",
    )
    yield line(
        f"It costs {dollars(account.price_cents)} a month; the next debit is "
        f"{when(account.renews_at, now, timezone)}."
    )
    followers = "unknown" if account.followers is None else f"{account.followers:,}"
    since = account.leased_since
    leased = (
        f"Leased since {clock_time(since, timezone, now=now)}"
        if since is not None
        else f"Leased since when is not known (the API says {iso(account.assigned_at)}, which cannot be)"
    )
    yield line(f"{leased}; followers: {followers}.")


def _ruling(ruling: Ruling, decision: Decision, project: str, now: datetime, timezone: tzinfo) -> str:
    told = _passed if ruling.passed else _failed
    return f"{'✓' if ruling.passed else '✗'} {told(ruling, decision.judgement, project, now, timezone)}"


def _passed(ruling: Ruling, judgement: Judgement, project: str, now: datetime, timezone: tzinfo) -> str:
    policy = judgement.policy
    name = plain(policy.name) if policy else ""
    rule = policy.release if policy else ReleaseRule()
    match ruling.check:
        case Check.RENEWAL_AHEAD:
            return "Its renewal is still ahead."
        case Check.POLICY_FOUND:
            return f"The policy {name} governs it."
        case Check.POLICY_RELEASES:
            return f"That policy releases {_wish(rule)}."
        case Check.ENROLLED:
            return f"The project {project} is enrolled for releases."
        case Check.NOT_HELD:
            return "Nobody holds it."
        case Check.NOT_PROTECTED:
            return "Nothing protects it."
        case Check.UNUSED if rule.when is ReleaseWhen.ALWAYS:
            return f"A release cancels no post that is wanted: {evidence_in_words(judgement, now)}."
        case Check.UNUSED:
            return _unused(judgement, rule, now, timezone)
        case _:
            assert_never(ruling.check)


def _unused(judgement: Judgement, rule: ReleaseRule, now: datetime, timezone: tzinfo) -> str:
    """What is true today, and what the verdict rests on where that is true only when the window opens."""
    evidence, needed = evidence_in_words(judgement, now), span(rule.idle_after)
    projection = projection_in_words(judgement)
    if projection is None or judgement.window is None:
        return f"It is unused: {evidence}; the {needed} needed have passed."
    opens = clock_time(judgement.window.opens, timezone, now=now)
    return (
        f"It is in use today: {evidence}. Unless it is used, it {projection} ({opens}); {needed} are needed."
    )


def _wish(rule: ReleaseRule) -> str:
    match rule.when:
        case ReleaseWhen.IDLE:
            return f"accounts that were not used for {span(rule.idle_after)}"
        case ReleaseWhen.ALWAYS if rule.cancel_queued:
            return "accounts at the end of their term, even where that cancels posts"
        case ReleaseWhen.ALWAYS:
            return "accounts at the end of their term, unless posts are still to go out"
        case ReleaseWhen.NEVER:
            return "nothing"
        case _:
            assert_never(rule.when)


def _failed(ruling: Ruling, judgement: Judgement, project: str, now: datetime, timezone: tzinfo) -> str:
    policy = plain(judgement.policy.name) if judgement.policy else ""
    detail = plain(ruling.detail or "")
    match ruling.because:
        case Reason.RENEWAL_PENDING:
            return "Its renewal is past, and the API does not show the next one yet: the renewal is pending."
        case Reason.NO_POLICY:
            return f"None of the policies of project {project} matches it."
        case Reason.CANNOT_MATCH if ruling.check is Check.POLICY_FOUND:
            unsaid = unsaid_of(judgement.subject.account)
            return f"Its {unsaid} unknown, so the policy {detail} may or may not govern it: it is left."
        case Reason.CANNOT_MATCH:
            unsaid = unsaid_of(judgement.subject.account)
            return f"The policy {policy} protects by {detail}, and its {unsaid} unknown. So it is protected."
        case Reason.POLICY_NEVER:
            return f"The policy {policy} releases nothing; it only warns."
        case Reason.NOT_ENROLLED:
            return f"The project {project} is not enrolled for releases."
        case Reason.HELD:
            return _held(judgement, now, timezone)
        case Reason.PROTECTED_ACCOUNT:
            return f"The policy {policy} protects it by its id."
        case Reason.PROTECTED_HANDLE:
            return f"The policy {policy} protects handles like {detail}."
        case Reason.PROTECTED_FOLLOWERS:
            followers = judgement.subject.account.followers
            return (
                f"The policy {policy} protects accounts with {detail} followers or more; it has {followers}."
            )
        case Reason.IN_USE if judgement.usage is Usage.UNUSED:
            return (
                f"It is unused today: {evidence_in_words(judgement, now)}. But when its release window "
                "opened, it still counted as in use."
            )
        case Reason.IN_USE:
            return f"It is in use: {evidence_in_words(judgement, now)}."
        case Reason.ACTIVITY_UNKNOWN:
            return f"Its use is not known: {evidence_in_words(judgement, now)}. Unknown is never unused."
        case Reason.NOT_DUE:
            return "Its use was not asked for: the renewal is too far off."
        case None:
            return "It is kept."
        case reason:
            return f"It is kept: {REASON[reason]}."


def _held(judgement: Judgement, now: datetime, timezone: tzinfo) -> str:
    hold = judgement.subject.hold
    if hold is None:
        return "It is held."
    until = f"until {clock_time(hold.until, timezone, now=now)}" if hold.until else "for ever"
    return f"{plain(hold.by)} holds it {until}: {plain(hold.why)}"


def _step(decision: Decision, now: datetime, timezone: tzinfo, *, live: bool, braked: bool) -> str:
    course = _course(decision, now, timezone, live=live, braked=braked)
    if isinstance(decision.step, Warn):
        return f"The warning of {span(decision.step.rung)} before the renewal is due. {course}"
    return course


def _course(decision: Decision, now: datetime, timezone: tzinfo, *, live: bool, braked: bool) -> str:
    money = dollars(decision.account.price_cents)
    match decision.course:
        case Release() if braked:
            return f"Its release is due now and would save {money}, but a brake stops it."
        case Release():
            return f"Its release is due now and saves {money}."
        case Announce(not_before=not_before) if live:
            return (
                f"Its release is to be announced now, for {_at(not_before, now, timezone)} at the earliest."
            )
        case Announce(not_before=not_before):
            earliest = _at(not_before, now, timezone)
            return f"Observe mode releases nothing; it would be released {earliest} at the earliest."
        case Wait(until=until, why=why):
            moment = clock_time(until, timezone, now=now)
            return f"It is to be released; that waits until {moment}: {REASON[why]}."
        case Leave(why=Reason.OBSERVING):
            return f"It would be released now, which would save {money}; observe mode releases nothing."
        case Leave(why=why) if why is decision.judgement.reason:
            return f"It is kept: {kept(decision, timezone, now)}. It will renew for {money}."
        case Leave(why=why):
            return f"It is kept: {REASON[why]}. It will renew for {money}."
        case Warn():
            return f"It will renew for {money}."
        case _:
            assert_never(decision.course)


def _at(moment: datetime, now: datetime, timezone: tzinfo) -> str:
    return f"{clock_time(moment, timezone, now=now)} ({distance(moment, now)})"


def _notice(decision: Decision, now: datetime, timezone: tzinfo) -> Iterator[str]:
    """Nothing where nothing is to be announced and nothing was."""
    notice = decision.standing.notice
    match notice:
        case NotAnnounced(void=Void() as void):
            yield f"An earlier announcement no longer counts: {VOID[void]}."
        case NotAnnounced():
            if decision.judgement.verdict is Verdict.RELEASE:
                yield "Its release has not been announced."
        case NotAccepted(missing=()):
            yield "Announced, but no channel is configured whose acceptance counts."
        case NotAccepted(missing=missing):
            yield f"Announced; not yet accepted by {', '.join(plain(one) for one in missing)}."
        case Received(at=at, not_before=not_before):
            yield f"Announced, for {_at(not_before, now, timezone)} at the earliest."
            yield f"Accepted by every channel {_at(at, now, timezone)}{_age(decision)}."
        case _:
            assert_never(notice)


def _age(decision: Decision) -> str:
    policy = decision.judgement.policy
    needed = policy.release.notice if policy else timedelta()
    return f"; it must be {span(needed)} old" if needed else ""


def _halts(decision: Decision, report: Report) -> tuple[Halt, ...]:
    """The brakes that stop its release, now or when it comes; none where no release is on the docket."""
    account = decision.account
    if all(entry.period != account.period for entry in report.docket.to_come):
        return ()
    return report.halts.on(account.period, account.project)


def _matters(decision: Decision, report: Report) -> list[Matter]:
    """What a person must decide about it."""
    account = decision.account.id
    return [one for one in report.matters if any(account == each.account for each in one.accounts)]


def _to_decide(decision: Decision, report: Report, now: datetime, timezone: tzinfo) -> Iterator[Line]:
    matters = _matters(decision, report)
    if matters:
        yield BLANK
        yield line("To decide", "bold")
        for one in matters:
            yield from matter_lines(one, report, now, timezone, named=False)
    elif report.mode is Mode.OBSERVE:
        halts = _halts(decision, report)
        yield from section("Brakes on it", [halt_in_words(halt, report) for halt in halts])


def _next(decision: Decision, now: datetime, timezone: tzinfo) -> str:
    moment, window = next_moment(decision, now), decision.judgement.window
    if moment is None or window is None:
        return f"Nothing before the renewal, {when(decision.account.renews_at, now, timezone)}."
    if moment == window.opens and decision.judgement.verdict is Verdict.RELEASE:
        what = "Its release window opens"
    elif moment == window.announce_from and decision.judgement.verdict is Verdict.RELEASE:
        what = "Its release is announced"
    elif isinstance(decision.course, Wait) and moment == decision.course.until:
        what = "The wait ends"
    else:
        what = "A warning is due"
    return f"{what} {when(moment, now, timezone)}."
