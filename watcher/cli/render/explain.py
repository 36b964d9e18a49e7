"""One account's decision in sentences: its facts, every answer of the judge, the evidence, all that a release
needs, what comes next and what would change it.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from typing import Any, Final, assert_never

from watcher.brakes import Halt
from watcher.cli.render.bill import last_renewal_rows
from watcher.cli.render.changes import changes
from watcher.cli.render.decided import facts, moment_told, step_in_words, trace
from watcher.cli.render.evidence_told import AccountMemory, evidence_rows, evidence_value
from watcher.cli.render.history import line_value
from watcher.cli.render.machine import decision_value, ruling_value
from watcher.cli.render.matters import goes_on, is_halted, matters_told
from watcher.cli.render.notes import halt_in_words, section
from watcher.cli.render.pauses import then_paused
from watcher.cli.render.sheet import Line, line, printed
from watcher.cli.render.steps import project_name
from watcher.decide.report import Report
from watcher.messages.explained import in_full
from watcher.messages.matters import Matter
from watcher.messages.words import CHANGE, REASON, VOID
from watcher.record.notices import NotAccepted, NotAnnounced, Received
from watcher.record.overrides import Override
from watcher.record.reasons import Reason
from watcher.rules.judge import Verdict
from watcher.rules.plan import MISSED, Announce, Decision, Leave, Mode, Release, Wait, Warn, next_moment
from watcher.rules.policy import IfNoticeLate, ReleaseRule
from watcher.rules.window import Window
from watcher.texts.money import dollars
from watcher.texts.plain import plain
from watcher.texts.spans import span
from watcher.texts.times import clock_time, distance, iso, iso_or_none, until_when, when

NOTHING: Final = AccountMemory()


def render_explain(
    decision: Decision,
    *,
    report: Report,
    now: datetime,
    timezone: tzinfo,
    remembered: AccountMemory = NOTHING,
    width: int | None = None,
    color: bool = False,
) -> str:
    """Why an account is decided as it is, and what would change that, for a person who pays for it."""
    lines = explain_lines(decision, report=report, now=now, timezone=timezone, remembered=remembered)
    return printed(lines, width=width, color=color)


def explain_lines(
    decision: Decision,
    *,
    report: Report,
    now: datetime,
    timezone: tzinfo,
    remembered: AccountMemory = NOTHING,
    with_last_renewal: bool = True,
) -> Iterator[Line]:
    """The same before it is printed. The last renewal needs the whole history that is remembered."""
    project = project_name(report, decision.account.project)
    halts = _halts(decision, report)
    live = report.mode is Mode.ENFORCE
    judgement = decision.judgement
    yield from facts(decision, project, now, timezone)
    yield from trace(decision, project, now, timezone)
    yield from section("Evidence", list(evidence_rows(judgement, remembered, now, timezone)))
    step = step_in_words(decision, now, timezone, live=live, braked=bool(halts))
    then = report.paused_then.get(decision.account.id)
    paused = then_paused(then, dollars(decision.account.price_cents), now, timezone)
    yield from section("Decision", [step, *paused, *_asked(decision, remembered.asked, now, timezone)])
    yield from section("Why it is too late", list(_late(decision, remembered, now, timezone)))
    yield from section("A release also needs", list(_needs(decision, report, now, timezone)))
    yield from _to_decide(decision, report, now, timezone)
    if with_last_renewal:
        yield from section("Last renewal", list(last_renewal_rows(remembered, now, timezone)))
    yield from section("Next", list(_next(decision, halts, now, timezone, live=live)))
    yield from section("What would change this", _changes(decision, report, now, timezone))


def explain_json(
    decision: Decision,
    *,
    report: Report,
    now: datetime,
    timezone: tzinfo,
    remembered: AccountMemory = NOTHING,
) -> str:
    """The same as one JSON document, `"schema": "explain/1"`; `changes` are the sentences for people."""
    return json.dumps(explain_value(decision, report, now, timezone, remembered), indent=2) + "\n"


def explain_value(
    decision: Decision, report: Report, now: datetime, timezone: tzinfo, remembered: AccountMemory
) -> dict[str, Any]:
    last = remembered.last_renewal
    return {
        "schema": "explain/1",
        "turn": report.turn,
        "mode": report.mode.value,
        "account": decision_value(decision, report, now),
        "rulings": [ruling_value(ruling) for ruling in decision.judgement.trace],
        "evidence": evidence_value(decision.judgement, remembered),
        "last_renewal": None if last is None else line_value(last),
        "asked": _asked_value(remembered.asked),
        "docket": report.docket.id,
        "changes": _changes(decision, report, now, timezone),
    }


def _asked_value(word: Override | None) -> dict[str, Any] | None:
    if word is None:
        return None
    return {"by": word.by, "why": word.why, "at": iso(word.at), "until": iso_or_none(word.until)}


def _changes(decision: Decision, report: Report, now: datetime, timezone: tzinfo) -> list[str]:
    halts = _halts(decision, report)
    return changes(
        decision,
        project=project_name(report, decision.account.project),
        docket=report.docket_id,
        braked=bool(halts),
        approvable=any(halt.brake.approvable for halt in halts),
        coming=decision.account.id in report.paused_then
        or is_halted(decision.account.id, _matters(decision, report)),
        observing=report.mode is Mode.OBSERVE,
        now=now,
        timezone=timezone,
    )


def _asked(decision: Decision, word: Override | None, now: datetime, timezone: tzinfo) -> Iterator[str]:
    """A person's word for its release that is still to be carried out, and until when it may be."""
    if word is None:
        return
    why = f": {plain(word.why)}" if word.why else ""
    yield f"{plain(word.by)} asked for its release {moment_told(word.at, now, timezone)}{why}."
    until = "" if word.until is None else f"; the word lasts until {moment_told(word.until, now, timezone)}"
    if isinstance(decision.course, Release) and decision.judgement.reason is Reason.PERSON:
        yield f"Nobody has carried that out yet: the next turn does{until}."
    else:
        yield f"Nobody has carried that out, and as things are the next turn refuses it, and says why{until}."


def _late(decision: Decision, remembered: AccountMemory, now: datetime, timezone: tzinfo) -> Iterator[str]:
    """What came too late for it; nothing where a release can still come."""
    lateness = decision.lateness
    if lateness is None or not isinstance(decision.course, Leave):
        return
    yield f"Its announcement was due {moment_told(lateness.due, now, timezone)}."
    for since in sorted(lateness.late, key=lambda one: one.at):
        words = CHANGE[since.change]
        yield f"{_MISSING} {words[0].upper()}{words[1:]} {moment_told(since.at, now, timezone)}."
    if not lateness.missed or decision.reason not in MISSED:
        return
    if told := remembered.told_late(decision.account.period):
        yield f"{_MISSING} Nothing else came later. What was told of it: {plain(in_full(told.cause, told))}."
    else:
        yield f"{_MISSING} Nothing else came later: the watcher, the API, a channel or a brake was late."


_PASSED, _MISSING = "✓", "✗"


def _needs(decision: Decision, report: Report, now: datetime, timezone: tzinfo) -> Iterator[str]:
    """All that a release needs beside what the judge asks, whether or not the judge is for it."""
    if report.mode is Mode.ENFORCE:
        yield f"{_PASSED} The mode is enforce."
    else:
        yield f"{_MISSING} The mode is observe, in which nothing is released."
    window = decision.judgement.window
    if window is None:
        yield f"{_MISSING} A policy, which says when its window is and what must be announced."
        return
    if decision.judgement.contenders:
        by = plain(decision.judgement.contenders[0].name)
        yield f"{_MISSING} That it is known which policy governs it; what follows is by {by}."
    yield _opening(window, now, timezone)
    if report.mode is Mode.ENFORCE or not isinstance(decision.standing.notice, Received):
        yield _notice(decision, window, now, timezone)
    else:
        yield f"{_MISSING} An announcement with force: in observe mode it was told what would be released."
    match decision.course:
        case Leave(why=why) if decision.judgement.verdict is Verdict.RELEASE and why not in _TOLD_ABOVE:
            yield f"{_MISSING} No earlier attempt in its way: {REASON[why]}."
        case _:
            pass
    halts = _halts(decision, report) or _whoever(decision, report)
    for halt in halts:
        # What an approval lifts stands below, with all that it names.
        told = halt.in_words(report.project_names) if halt.brake.approvable else halt_in_words(halt, report)
        yield f"{_MISSING} A brake is on: {plain(told)}."
    if not halts and decision.account.id not in report.paused_then:
        yield f"{_PASSED} No brake is on for it."


_TOLD_ABOVE = frozenset(
    {
        Reason.OBSERVING,
        Reason.TOO_LATE,
        Reason.CHANGED_TOO_LATE,
        Reason.NOTICE_LATE,
        Reason.NOTICE_UNANSWERED,
    }
)


def _opening(window: Window, now: datetime, timezone: tzinfo) -> str:
    closes = clock_time(window.closes, timezone, now=now)
    if now < window.opens:
        return f"{_MISSING} Its window: it opens {when(window.opens, now, timezone)}, and closes {closes}."
    if now < window.closes:
        return f"{_PASSED} Its window is open until {closes}, {distance(window.closes, now)}."
    return f"{_MISSING} Its window: it closed {when(window.closes, now, timezone)}."


def _notice(decision: Decision, window: Window, now: datetime, timezone: tzinfo) -> str:
    policy = decision.judgement.policy
    age = policy.release.notice if policy else timedelta()
    old = f"; it must be {span(age)} old" if age else ""
    match decision.standing.notice:
        case NotAnnounced(at_once=False) if not age:
            return f"{_PASSED} No announcement beforehand: the policy asks for none."
        case NotAnnounced(void=void):
            because = f"; an earlier one no longer counts: {VOID[void]}" if void is not None else ""
            wanted = f"{_MISSING} An announcement that every counting channel accepts {span(age)} before"
            return f"{wanted}: {_announced(decision, window, now, timezone)}{because}."
        case NotAccepted(missing=()):
            return f"{_MISSING} A channel whose acceptance counts: it is announced, but none is configured."
        case NotAccepted(missing=missing):
            names = ", ".join(plain(one) for one in missing)
            return f"{_MISSING} It is announced, but not yet accepted by {names}{old}."
        case Received(at=at, not_before=not_before):
            ripe = _PASSED if now >= max(not_before, at + age) else _MISSING
            earliest = moment_told(not_before, now, timezone)
            return (
                f"{ripe} It is announced, for {earliest} at the earliest; every "
                f"channel accepted that {moment_told(at, now, timezone)}{old}."
            )
        case _:
            assert_never(decision.standing.notice)


def _announced(decision: Decision, window: Window, now: datetime, timezone: tzinfo) -> str:
    """When what was not announced yet is to be."""
    rule = decision.judgement.policy.release if decision.judgement.policy else ReleaseRule()
    if now + rule.notice >= window.closes and rule.if_notice_late is IfNoticeLate.KEEP:
        return "too late now for this renewal"
    if now < window.announce_from:
        return f"due {when(window.announce_from, now, timezone)}"
    return (
        "due now"
        if decision.judgement.verdict is Verdict.RELEASE
        else "due as soon as all of the above is so"
    )


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
    yield from matters_told(matters, {}, now, timezone, named=False)
    if goes_on(decision.account.id, matters):
        yield line("Of these this one goes on by itself in time, as far as is known now.", indent=2)


def _whoever(decision: Decision, report: Report) -> tuple[Halt, ...]:
    """The brakes that would stop it whatever the number of releases."""
    found = report.halts.on(decision.account.period, decision.account.project)
    return tuple(halt for halt in found if not halt.brake.approvable)


def _next(
    decision: Decision, halts: Sequence[Halt], now: datetime, timezone: tzinfo, *, live: bool
) -> Iterator[str]:
    """What the next turn does where something is due now, and what comes next by itself."""
    window, renewal = decision.judgement.window, when(decision.account.renews_at, now, timezone)
    if isinstance(decision.step, Warn):
        yield "Now: the next turn tells the warning."
    match decision.course:
        case Announce() if live:
            yield "Now: the next turn announces its release."
            return
        case Announce():
            yield "Now: the next turn says that it would be released."
            return
        case Release() if window is not None and not halts:
            closes = clock_time(window.closes, timezone, now=now)
            yield f"Now: the next turn releases it, if that is before {closes}."
            return
        case Release() if window is not None:
            lifts_at = _lifted(halts)
            latest = until_when(window.closes, now, timezone)
            latest += "; from then on it is too late for this renewal"
            if lifts_at is not None and lifts_at < window.closes:
                ends = when(lifts_at, now, timezone)
                yield f"The brakes on it end by themselves {ends}: then a turn releases it, {latest}."
            else:
                yield f"Once the brakes on it are off, a turn releases it, {latest}."
            return
        case Leave(why=why) if why in MISSED or why is Reason.CHANGED_TOO_LATE:
            yield f"It is too late for this renewal, {renewal}; the next is planned once the API shows it."
            return
        case Leave(why=Reason.RENEWAL_PENDING):
            yield "It is judged anew once the API shows its next renewal."
            return
        case _:
            pass
    later = replace(decision, step=decision.course, beside=None)
    moment = next_moment(later, now)
    if moment is None or window is None:
        yield f"Nothing before the renewal, {renewal}."
        return
    hold = decision.judgement.subject.hold
    match decision.course:
        case Wait() if moment == now:
            what = "The next turn tries again"
        case Wait() if moment == window.opens:
            what = "Its release window opens"
        case Wait() if moment == window.announce_from:
            what = "Its release is announced"
        case Wait(until=until) if moment == until:
            what = "The wait ends"
        case _ if hold is not None and moment == hold.until:
            what = "The hold ends"
        case _:
            what = "A warning is due"
    yield f"{what} {when(moment, now, timezone)}."


def _lifted(halts: Sequence[Halt]) -> datetime | None:
    """When time alone has lifted all of them."""
    moments = [halt.lifts_at for halt in halts if halt.lifts_at is not None]
    return max(moments) if len(moments) == len(halts) else None
