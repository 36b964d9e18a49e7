"""Reports for machines. Integer cents, ISO 8601 UTC times with `Z`, closed words as their values.

`audit/1` and `turn/1` only ever gain fields.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, tzinfo
from typing import Any, assert_never

from watcher.brakes import Halt
from watcher.brakes.docket import Docket, Entry
from watcher.cli.render.evidence_told import health_value
from watcher.cli.render.fleet_size import last_read_value
from watcher.cli.render.in_the_way import in_the_way
from watcher.cli.render.matters import matter_values
from watcher.cli.render.order import By, Order, Subtotal, in_order, subtotals_of
from watcher.cli.render.steps import next_at
from watcher.decide.exits import exit_of
from watcher.decide.figures import Sum, figures
from watcher.decide.report import AUDIT_SCHEMA, Report
from watcher.facts.activity import Activity, Seen, Unknown, idle_days
from watcher.messages.events import MissedFacts
from watcher.messages.renewal_messages import evidence_in_words
from watcher.messages.routes import Routes
from watcher.record.exit_codes import Exit
from watcher.record.lateness import Lateness
from watcher.record.notices import NotAccepted, NotAnnounced, NoticeState, Received
from watcher.record.outcomes import Cause, OutcomeKind
from watcher.record.overrides import Override
from watcher.rules.judge import Judgement, Ruling
from watcher.rules.plan import Announce, Decision, Leave, Release, Step, Wait, Warn
from watcher.rules.window import Window
from watcher.texts.times import iso, iso_or_none, seconds

Json = dict[str, Any]


def audit_parts(
    report: Report,
    now: datetime,
    *,
    order: Order | None = None,
    by: By | None = None,
    routes: Routes | None = None,
    timezone: tzinfo = UTC,
    code: Exit | None = None,
) -> Iterator[str]:
    """The whole report as one indented JSON document, `"schema": "audit/1"`, part by part.

    Each account is a part of its own: unless an order or sums are asked for, of a large fleet neither the
    decisions nor the text are ever held whole.

    `code`: how the command ends, where that is known. `in_the_way`: what keeps how much of what is unused
    today; an account may be kept by several.
    """
    sums = figures(report.decisions)
    decisions = report.decisions if order is None else in_order(report.decisions, order, now)
    subtotals = None
    if by is not None:
        subtotals = subtotals_of(report, by, order, now, timezone)
    document = {
        "schema": AUDIT_SCHEMA,
        "at": iso(now),
        "turn": report.turn,
        "mode": report.mode.value,
        "organization": report.organization,
        "clock_skew_seconds": None if report.skew is None else seconds(report.skew),
        "exit_code": int(exit_of(report) if code is None else code),
        "trouble": report.trouble and {"kind": report.trouble.value, "detail": report.trouble_detail},
        "totals": {
            "projects": report.totals.projects,
            "all": _sum(sums.all),
            "in_use": _sum(sums.in_use),
            "unused": _sum(sums.unused),
            "unknown": _sum(sums.unknown),
            "not_asked": _sum(sums.not_asked),
            "avoidable": _sum(sums.avoidable),
            "unused_by_window": _sum(sums.unused_by_window),
            "releasing": _sum(sums.releasing),
        },
        "last_read": last_read_value(report),
        "in_the_way": [
            {"reason": one.word, "names": list(one.names), **_sum(one.sum)}
            for one in in_the_way(report, routes)[0]
        ],
        "by": by and by.value,
        "subtotals": None if subtotals is None else [subtotal_value(one) for one in subtotals],
        "accounts": [],
        "docket": _docket(report.docket),
        "halts": [_halt(halt, report.docket_id) for halt in report.halts.halts],
        **matter_values(report.matters, now),
        "quarantined": [
            {
                "project": one.project,
                "id": one.id,
                "handle": one.handle,
                "flaw": one.flaw.value,
                "field": one.field,
                "also_in": list(one.also_in),
            }
            for one in report.quarantined
        ],
        "unmatched": [{"key": one.key, "word": one.word, "nearest": one.nearest} for one in report.unmatched],
        "unread": [
            {"project": one.project, "name": one.name, "code": one.code, "why": one.in_full}
            for one in report.unread
        ],
    }
    # No text of others has a line break of its own in JSON: this stands there once.
    before, place, after = json.dumps(document, indent=2).partition('\n  "accounts": [')
    yield f"{before}{place}"
    between = "\n    "
    for one in decisions:
        text = json.dumps(decision_value(one, report, now), indent=2)
        yield between + text.replace("\n", "\n    ")
        between = ",\n    "
    yield f"{'' if between[0] != ',' else _END_OF_ACCOUNTS}{after}\n"


_END_OF_ACCOUNTS = "\n  "


def turn_json(report: Report, now: datetime) -> str:
    """One line of counts: for a log, a termination message, a scheduler. Never grows with the fleet."""
    return json.dumps(turn_value(report, now))


def turn_value(report: Report, now: datetime) -> Json:
    """The same as a value, for a log that writes its own JSON."""
    paid = [one for one in report.outcomes if one.kind is OutcomeKind.PAID]
    return {
        "schema": "turn/1",
        "turn": report.turn,
        "kind": report.kind.value,
        "mode": report.mode.value,
        "acting": report.acting,
        "started_at": iso(report.started_at),
        "ended_at": iso(now),
        "exit_code": int(exit_of(report)),
        "trouble": report.trouble.value if report.trouble else None,
        "projects": report.totals.projects,
        "accounts": report.totals.accounts,
        "cents": report.totals.cents,
        "in_use": report.totals.in_use,
        "unused": report.totals.unused,
        "unused_cents": report.totals.unused_cents,
        "avoidable_cents": report.totals.avoidable_cents,
        "unused_by_window": report.totals.unused_by_window,
        "unused_by_window_cents": report.totals.unused_by_window_cents,
        "unknown": report.totals.unknown,
        "not_asked": report.totals.not_asked,
        "last_read": last_read_value(report),
        "attempts": _counted(one.ended.value for one in report.attempts),
        "saved_cents": report.saved_cents,
        "events": _counted(one.kind.value for one in report.events),
        "brakes": sorted({halt.brake.word for halt in report.halts.stopping(report.docket.to_come)}),
        "docket": report.docket_id if report.docket.to_come else None,
        "paid_cents": sum(one.price_cents for one in paid),
        "paid_by_cause": _by_cause((one.cause or Cause.UNEXPLAINED, one.price_cents) for one in paid),
        "missed": len(report.missed),
        "missed_by_cause": _by_cause(
            (one.facts.cause, one.cents or 0)
            for one in report.events
            if isinstance(one.facts, MissedFacts) and one.facts.cause is not None
        ),
        "too_late": len(report.too_late),
        "unresolved": report.unresolved,
        "undelivered": report.undelivered,
        "unrouted": {kind.value: count for kind, count in sorted(report.unrouted.items())},
        "quarantined": len(report.quarantined),
        "unread": len(report.unread),
        "unmatched": len(report.unmatched),
        "stopped": report.stopped,
    }


def decision_value(decision: Decision, report: Report, now: datetime) -> Json:
    """One account with everything its decision rests on."""
    account, judgement, standing = decision.account, decision.judgement, decision.standing
    return {
        "id": account.id,
        "project": account.project,
        "project_name": report.project_names.get(account.project),
        "owner": report.owners.get(account.project),
        "labels": dict(report.labels.get(account.project, ())),
        "handle": account.handle,
        "platform": account.platform,
        "followers": account.followers,
        "assigned_at": iso(account.assigned_at),
        "renews_at": iso(account.renews_at),
        "price_cents": account.price_cents,
        "use": judgement.usage.value,
        "use_at_opening": judgement.usage_at_opening.value,
        "idle_days": idle_days(judgement.subject.activity, now),
        "activity": _activity(judgement.subject.activity),
        "evidence": evidence_in_words(judgement, now),
        "health": health_value(judgement),
        "verdict": judgement.verdict.value,
        "judged": judgement.reason.value,
        "reason": decision.reason.value,
        "step": step_value(decision.step),
        "policy": judgement.policy.name if judgement.policy else None,
        "enrolled": judgement.subject.enrolled,
        "hold": _hold(judgement.subject.hold),
        "window": _window(judgement.window),
        "trace": [ruling_value(ruling) for ruling in _up_to_the_deciding(judgement)],
        "notice": _notice(standing.notice),
        "not_done": standing.not_done,
        "lateness": _lateness(decision.lateness),
        "unresolved": standing.unresolved,
        "refused": standing.refused,
        "released": standing.released,
        "halted_by": [halt.brake.word for halt in report.halts.on(account.period, account.project)],
        "next_at": iso_or_none(next_at(decision, report, now)),
    }


def subtotal_value(one: Subtotal) -> Json:
    """`waste_cents`: what is unused today. `project`: the id, of sums by project."""
    sums = one.sums
    return {
        "name": one.name,
        "project": one.project,
        "accounts": sums.all.accounts,
        "cents": sums.all.cents,
        "in_use": sums.in_use.accounts,
        "unused": sums.unused.accounts,
        "unknown": sums.unknown.accounts,
        "waste_cents": sums.unused.cents,
        "avoidable_cents": sums.avoidable.cents,
        "unused_by_window": sums.unused_by_window.accounts,
        "unused_by_window_cents": sums.unused_by_window.cents,
    }


def _sum(part: Sum) -> Json:
    return {"accounts": part.accounts, "cents": part.cents}


def _counted(words: Any) -> dict[str, int]:
    counts: dict[str, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return counts


def _by_cause(those: Iterable[tuple[Cause, int]]) -> dict[str, Json]:
    """How many, and for how much, of each closed cause: the dearest first."""
    sums: dict[Cause, Json] = {}
    for cause, cents in those:
        before = sums.setdefault(cause, {"accounts": 0, "cents": 0})
        sums[cause] = {"accounts": before["accounts"] + 1, "cents": before["cents"] + cents}
    return {cause.value: sums[cause] for cause in sorted(sums, key=lambda each: -sums[each]["cents"])}


def _docket(docket: Docket) -> Json:
    return {"id": docket.id, "entries": [_entry(entry) for entry in docket.entries]}


def _entry(entry: Entry) -> Json:
    return {
        "account": entry.period.account,
        "renews_at": iso(entry.period.renews_at),
        "project": entry.project,
        "handle": entry.handle,
        "price_cents": entry.price_cents,
        "place": entry.place.value,
    }


def _halt(halt: Halt, docket_id: str) -> Json:
    return {
        "brake": halt.brake.word,
        "project": halt.project,
        "measured": halt.measured,
        "limit": halt.limit,
        "approvable": halt.brake.approvable,
        "lifts_at": iso_or_none(halt.lifts_at),
        "way_out": halt.way_out(docket_id).text,
    }


def _activity(activity: Activity) -> Json:
    match activity:
        case Seen(at=at, what=what, planned=planned):
            there = {"at": iso(at), "what": what.value, "planned": iso_or_none(planned)}
            return {"kind": "seen", **there, "why": None}
        case Unknown(why=why):
            return {"kind": "unknown", "at": None, "what": None, "planned": None, "why": why.value}
        case _:
            assert_never(activity)


def step_value(step: Step) -> Json:
    match step:
        case Warn(rung=rung):
            return {"kind": "warn", "rung_seconds": seconds(rung)}
        case Announce(not_before=not_before):
            return {"kind": "announce", "not_before": iso(not_before)}
        case Release():
            return {"kind": "release"}
        case Wait(until=until, why=why):
            return {"kind": "wait", "until": iso(until), "why": why.value}
        case Leave(why=why):
            return {"kind": "leave", "why": why.value}
        case _:
            assert_never(step)


def _notice(notice: NoticeState) -> Json:
    match notice:
        case NotAnnounced(void=void):
            return {"kind": "not_announced", "void": void.value if void else None}
        case NotAccepted(missing=missing):
            return {"kind": "unanswered", "missing": list(missing)}
        case Received(at=at, not_before=not_before):
            return {"kind": "received", "at": iso(at), "not_before": iso(not_before)}
        case _:
            assert_never(notice)


def _lateness(lateness: Lateness | None) -> Json | None:
    """Of a release that can come no more: whether it is missed, and every change that was weighed."""
    if lateness is None:
        return None
    return {
        "missed": lateness.missed,
        "due": iso(lateness.due),
        "changes": [
            {
                "change": since.change.value,
                "at": iso(since.at),
                "earliest": iso(since.earliest),
                "in_time": since in lateness.in_time,
            }
            for since in (*lateness.late, *lateness.in_time)
        ],
    }


def _hold(hold: Override | None) -> Json | None:
    if hold is None:
        return None
    return {"by": hold.by, "why": hold.why, "at": iso(hold.at), "until": iso_or_none(hold.until)}


def _window(window: Window | None) -> Json | None:
    if window is None:
        return None
    return {
        "announce_from": iso(window.announce_from),
        "opens": iso(window.opens),
        "closes": iso(window.closes),
        "renews_at": iso(window.renews_at),
    }


def _up_to_the_deciding(judgement: Judgement) -> tuple[Ruling, ...]:
    """What this schema calls the trace: it ends with the ruling that decided."""
    return judgement.trace[: judgement.trace.index(judgement.deciding) + 1]


def ruling_value(ruling: Ruling) -> Json:
    return {
        "check": ruling.check.value,
        "passed": ruling.passed,
        "because": ruling.because.value if ruling.because else None,
        "detail": ruling.detail,
    }
