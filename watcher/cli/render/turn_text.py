"""What one turn did, or would do, for the person or the log that ran it."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, tzinfo

from watcher.cli.render.also_told import changed, standing
from watcher.cli.render.fleet_size import report_in_words
from watcher.cli.render.notes import (
    matter_notes,
    quarantine_notes,
    section,
    trouble_note,
    unmatched_notes,
    unread_notes,
    unused_by_window,
)
from watcher.cli.render.sheet import BLANK, Line, aligned, line, printed
from watcher.decide.exits import exit_of
from watcher.decide.report import Report
from watcher.facts.accounts import LeasePeriod
from watcher.facts.handles import name_of
from watcher.messages.clauses import Role
from watcher.messages.events import (
    AnnouncementFacts,
    Event,
    EventKind,
    MissedFacts,
    RenewalFacts,
    TooLateFacts,
    WithdrawnFacts,
)
from watcher.messages.explained import in_short
from watcher.messages.renewal_messages import evidence_in_words
from watcher.messages.words import CHANGE, ENDING, EXIT, NEXT, REASON, USAGE, VOID
from watcher.record.attempts import Attempt
from watcher.record.intents import Ending
from watcher.record.outcomes import Outcome, OutcomeKind
from watcher.record.reasons import Reason
from watcher.rules.judge import Usage
from watcher.rules.plan import Decision, Leave, Mode, Release
from watcher.texts.commands import to_release, to_try_again
from watcher.texts.money import dollars
from watcher.texts.plain import plain
from watcher.texts.spans import counted, span
from watcher.texts.times import clock_time, glued, when


def render_turn(
    report: Report, *, now: datetime, timezone: tzinfo, color: bool, width: int | None = None
) -> str:
    """A summary that names what happened and leaves out what did not. Dry runs and observe say "would"."""
    live = report.acting and report.mode is Mode.ENFORCE
    lines = [*_heading(report, timezone)]
    lines += _attempts(report)
    lines += _undone(report, now, timezone)
    lines += _would_release(report)
    lines += _announced(report, now, timezone, live=live)
    lines += _withdrawn(report, now, timezone)
    lines += _warned(report, now, timezone)
    lines += _missed(report, now, timezone)
    lines += _too_late(report, now, timezone)
    lines += _paid(report.outcomes, timezone)
    lines += changed(report, now, timezone)
    lines += section(
        "The month before",
        [plain(one.text) for one in report.events if one.kind is EventKind.SAVINGS_MONTH],
    )
    lines += matter_notes(report, now, timezone)
    lines += quarantine_notes(report)
    lines += unmatched_notes(report)
    lines += unread_notes(report)
    lines += standing(report)
    lines += _loose_ends(report)
    lines += [BLANK, line(_outcome(report), "bold")]
    return printed(lines, width=width, color=color)


def _heading(report: Report, timezone: tzinfo) -> Iterator[Line]:
    how = (
        f"{report.mode} mode" if report.acting else f"dry run in {report.mode} mode, nothing is done or sent"
    )
    yield line(f"{report.kind.capitalize()} turn, {clock_time(report.started_at, timezone)}, {how}", "bold")
    yield from trouble_note(report)
    yield line(report_in_words(report, timezone))
    totals = report.totals
    yield from unused_by_window(totals.unused_by_window, totals.unused_by_window_cents)


def _attempts(report: Report) -> Iterator[Line]:
    for ended in Ending:
        found = [one for one in report.attempts if one.ended is ended]
        if not found:
            continue
        money = dollars(sum(one.price_cents for one in found))
        title = f"{ENDING[ended][0].upper()}{ENDING[ended][1:]}: {len(found)}"
        title += f", saving {money} a month" if ended is Ending.RELEASED else f", {money} a month"
        style = "bold green" if ended is Ending.RELEASED else "bold red"
        yield from section(title, aligned([_attempt(one) for one in found]), style=style, table=True)


def _attempt(attempt: Attempt) -> str:
    why = [REASON[attempt.reason]] if attempt.reason else []
    why += [plain(attempt.detail)] if attempt.detail else []
    why += [] if attempt.verified else ["the account list could not be read afterwards"]
    reasons = f"  ({'; '.join(why)})" if why else ""
    return f"{name_of(attempt.handle, attempt.period.account)}  {dollars(attempt.price_cents)}{reasons}"


def _undone(report: Report, now: datetime, timezone: tzinfo) -> Iterator[Line]:
    """Each release that the API confirmed and that did not last, for as long as that stands."""
    rows = [f"{_name_of(one, report)}  renewal {when(one.renews_at, now, timezone)}" for one in report.undone]
    title = f"Leased again, although the release was confirmed: {counted(len(rows), 'account')}"
    way = f"ask the provider; `{to_try_again('ACCOUNT')}` lets one be released again"
    yield from section(title, [*aligned(rows), way] if rows else [], style="bold red", table=True)


def _would_release(report: Report) -> Iterator[Line]:
    """Releases that only the mode or the dry run keeps from being done."""
    if report.acting and report.mode is Mode.ENFORCE:
        return
    due = [one for one in report.decisions if _due(one)]
    free = [one for one in due if not report.halts.on(one.account.period, one.account.project)]
    if free:
        money = dollars(sum(one.account.price_cents for one in free))
        title = f"Would be released: {len(free)}, saving {money} a month"
        yield from section(
            title, [f"{_who(one)}  {evidence_in_words(one.judgement, report.started_at)}" for one in free]
        )


def _due(decision: Decision) -> bool:
    match decision.course:
        case Release() | Leave(why=Reason.OBSERVING):
            return True
        case _:
            return False


def _announced(report: Report, now: datetime, timezone: tzinfo, *, live: bool) -> Iterator[Line]:
    events = [one for one in report.events if one.kind is EventKind.RELEASE_ANNOUNCED]
    if not events:
        return
    title = f"{'Announced' if report.acting else 'Would be announced'}: {counted(len(events), 'release')}"
    title += "" if live or not report.acting else ", as what would be released"
    rows = [f"{_named(one)}{_earliest(one, now, timezone)}" for one in events]
    yield from section(title, aligned(rows), table=True)


def _earliest(event: Event, now: datetime, timezone: tzinfo) -> str:
    if not isinstance(event.facts, AnnouncementFacts):
        return ""
    return f"  at the earliest {when(event.facts.not_before, now, timezone)}"


def _withdrawn(report: Report, now: datetime, timezone: tzinfo) -> Iterator[Line]:
    """Why each no longer counts, and what follows from that beside what it will cost."""
    events = [one for one in report.events if isinstance(one.facts, WithdrawnFacts)]
    rows = []
    for one in events:
        assert isinstance(one.facts, WithdrawnFacts), "only these were chosen"
        renews = f"  renewal {when(one.period.renews_at, now, timezone)}" if one.period else ""
        why = "; ".join((VOID[one.facts.void], *(plain(clause.text) for clause in one.clauses[1:])))
        rows.append(f"{_named(one)}{renews}  {why}")
    title = f"Withdrawn: {counted(len(events), 'announcement')}"
    title += f", {dollars(sum(one.cents or 0 for one in events))}"
    yield from section(title, aligned(rows), table=True)


def _warned(report: Report, now: datetime, timezone: tzinfo) -> Iterator[Line]:
    """Warnings one by one; those of accounts in use as one total."""
    announced = {one.period for one in report.events if one.kind is EventKind.RELEASE_ANNOUNCED}
    warned = [one for one in report.events if one.kind is EventKind.RENEWAL_WARNING]
    told = [one for one in warned if one.period not in announced]
    rows = aligned([_warning(one, now, timezone) for one in told])
    used = report.warned_in_use
    if used:
        rows.append(f"{counted(used, 'account')} in use will renew, {dollars(report.warned_in_use_cents)}")
    verb = "Warned" if report.acting else "Would warn"
    yield from section(f"{verb}: {counted(len(told) + used, 'renewal')}", rows, table=True)


def _warning(event: Event, now: datetime, timezone: tzinfo) -> str:
    ahead = " " + glued(f"({span(event.rung)} warning)") if isinstance(event.rung, timedelta) else ""
    renews = f"  renews {when(event.period.renews_at, now, timezone)}" if event.period else ""
    return f"{_named(event)}{renews}  {_usage(event)}{ahead}"


def _usage(event: Event) -> str:
    if not isinstance(event.facts, RenewalFacts):
        return ""
    facts = event.facts
    fades = (facts.usage, facts.usage_at_opening) == (Usage.IN_USE, Usage.UNUSED)
    ahead = ", unused by its window unless used" if fades else ""
    return f"{USAGE[facts.usage]}{ahead}"


def _missed(report: Report, now: datetime, timezone: tzinfo) -> Iterator[Line]:
    told = {one.period: one for one in report.events if one.kind is EventKind.DEADLINE_MISSED}
    rows = [
        f"{_name_of(one, report)}  renewal {when(one.renews_at, now, timezone)}{_cause(told.get(one))}"
        for one in report.missed
    ]
    money = dollars(sum(one.cents or 0 for one in told.values()))
    title = f"Missed: {counted(len(rows), 'planned release')}{f', {money}' if told else ''}"
    yield from section(title, [*aligned(rows), *_by_word(told.values())], style="bold red", table=True)


def _cause(event: Event | None) -> str:
    because = event.facts.because if event is not None and isinstance(event.facts, MissedFacts) else None
    return f"  ({because})" if because else ""


def _too_late(report: Report, now: datetime, timezone: tzinfo) -> Iterator[Line]:
    """What a change made late: nothing is wrong, and nothing to be done before the next renewal."""
    told = [one for one in report.events if isinstance(one.facts, TooLateFacts)]
    rows = [
        f"{_named(one)}  renewal {when(one.period.renews_at, now, timezone)}"
        f"  ({CHANGE[one.facts.change]} {clock_time(one.facts.since, timezone, now=now)})"
        for one in told
        if one.period is not None and isinstance(one.facts, TooLateFacts)
    ]
    money = dollars(sum(one.cents or 0 for one in told))
    title = f"Too late for this renewal: {counted(len(rows), 'release')}, {money}"
    yield from section(title, [*aligned(rows), *_by_word(told)], table=True)


def _by_word(told: Iterable[Event]) -> Iterator[str]:
    """What a person can still do about any of these."""
    if any(clause.role is Role.DO for one in told for clause in one.clauses):
        yield f"`{to_release('ACCOUNT')}` gives one back all the same, until its window closes"


def _paid(outcomes: Iterable[Outcome], timezone: tzinfo) -> Iterator[Line]:
    paid = [one for one in outcomes if one.kind is OutcomeKind.PAID]
    rows = [
        f"{name_of(one.handle, one.period.account)}  {dollars(one.price_cents)}  "
        f"{'about ' if one.estimated else ''}{clock_time(one.period.renews_at, timezone)}"
        f"{f'  ({in_short(one.cause, one.explanation)})' if one.cause else ''}"
        for one in paid
    ]
    money = dollars(sum(one.price_cents for one in paid))
    yield from section(
        f"Paid without evidence of use: {money}", aligned(rows), style="bold yellow", table=True
    )


def _loose_ends(report: Report) -> Iterator[Line]:
    rows = []
    if report.unresolved:
        rows.append(f"{counted(report.unresolved, 'release')} with an unknown outcome")
    if report.undelivered:
        rows.append(f"{counted(report.undelivered, 'message')} not delivered")
    for kind, count in sorted(report.unrouted.items()):
        what = counted(count, "warning" if kind is EventKind.RENEWAL_WARNING else "message")
        rows.append(f"{what} had no channel: no notifier wants `{kind}`")
    if report.stopped:
        rows.append("the turn was told to stop before its end")
    yield from section("Left open", rows, style="bold red")


def _outcome(report: Report) -> str:
    code = exit_of(report)
    said = EXIT[code]
    return f"{said[0].upper()}{said[1:]}. {NEXT[code]}".rstrip() + f" (exit {int(code)})"


def _who(decision: Decision) -> str:
    account = decision.account
    return f"{name_of(account.handle, account.id)}  {dollars(account.price_cents)}"


def _named(event: Event) -> str:
    price = f"  {dollars(event.cents)}" if event.cents is not None else ""
    return f"{name_of(event.handle, event.account or '')}{price}"


def _name_of(period: LeasePeriod, report: Report) -> str:
    """The handle of a lease period, from whatever the report holds of it."""
    for one in report.decisions:
        if one.account.period == period:
            return _who(one)
    for outcome in report.outcomes:
        if outcome.period == period:
            return f"{name_of(outcome.handle, period.account)}  {dollars(outcome.price_cents)}"
    for event in report.events:
        if event.account == period.account and event.handle:
            return _named(event)
    return plain(period.account)
