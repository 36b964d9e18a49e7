"""An audit as a page: what a person must decide, what renews when, what that costs, and every decision."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Final

from watcher import __version__
from watcher.cli.render.evidence_told import AccountMemory
from watcher.cli.render.explain import NOTHING, explain_lines
from watcher.cli.render.fleet_size import last_read_in_words, report_in_words
from watcher.cli.render.in_the_way import in_the_way_notes
from watcher.cli.render.notes import brake_notes, trouble_note, unmatched_notes, unused_by_window
from watcher.cli.render.order import Order, in_order
from watcher.cli.render.outline import outline, to_decide
from watcher.cli.render.steps import project_name, what_happens
from watcher.cli.render.what_next import next_note
from watcher.decide.figures import Sum, figures, is_planned, summed
from watcher.decide.paused_then import goes_at
from watcher.decide.report import Report
from watcher.decide.timeline import MOST_IN_LANE, Timeline, decided_renewal, timeline_of
from watcher.decide.weeks_ahead import WeeksAhead, weeks_ahead
from watcher.facts.accounts import AccountId
from watcher.messages.matters import Matter, halted_by, together
from watcher.messages.renewal_messages import evidence_in_words
from watcher.messages.routes import Routes
from watcher.messages.words import USAGE
from watcher.ports.pages import PageAccount, PageBlock, PageFigure, Tone, WholePage
from watcher.rules.judge import Usage
from watcher.rules.plan import Decision, Mode
from watcher.texts.money import dollars
from watcher.texts.plain import at_handle, plain
from watcher.texts.spans import counted
from watcher.texts.times import clock_time, distance, glued

MOST_ACCOUNTS: Final = 2_000
"""So many accounts have a row, and their trace: of a larger fleet those that something happens to."""

_SOON: Final = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """What a report says beside its audit: what the ledger knows, and who is told of announcements.

    `memories`: of the accounts that have a row, as `explain` has them, but for their whole history.
    """

    memories: Mapping[AccountId, AccountMemory] = field(default_factory=dict)
    changed: PageBlock | None = None
    routes: Routes | None = None


NOTHING_BESIDE: Final = Beside()


def report_page(
    report: Report,
    rows: Sequence[Decision],
    *,
    now: datetime,
    timezone: tzinfo,
    beside: Beside = NOTHING_BESIDE,
) -> WholePage:
    """The page of everything that the audit saw. `rows`: of which accounts each is told; sums are of all."""
    halted = halted_by(report.matters)
    names = {str(id_): name for id_, name in report.project_names.items()}
    whose = f" of {plain(report.organization)}" if report.organization else ""
    timeline = timeline_of(
        (decided_renewal(one, halted, report.mode) for one in report.decisions),
        report.project_names,
        now,
        timezone,
    )
    weeks = weeks_ahead(report.decisions, report.project_names, now, timezone)
    return WholePage(
        title=f"Leased accounts{whose}",
        subtitle=f"{clock_time(now, timezone)}, {report.mode} mode. {report_in_words(report, timezone)}",
        now=now,
        timezone=timezone,
        notices=tuple(_notices(report, now, timezone)),
        figures=tuple(_figures(report, halted, now, timezone)),
        decide=to_decide(report.matters, names, now, timezone),
        timeline=timeline,
        timeline_left_out=timeline_left_out(timeline),
        weeks=weeks,
        weeks_left_out=_weeks_left_out(weeks),
        accounts=tuple(
            _account(one, report, halted, beside.memories.get(one.account.id, NOTHING), now, timezone)
            for one in rows
        ),
        accounts_left_out=_accounts_left_out(report, rows),
        changed=beside.changed,
        notes=tuple(_notes(report, beside.routes, now, timezone)),
        foot=(
            "In use, unused and unknown are said of today; what is to be released is a projection, as use is "
            "today. Money is what one month costs.",
            f"Made {clock_time(now, timezone)} by lease-watcher {__version__}, of one turn that only reads: "
            "nothing was changed anywhere.",
        ),
    )


def rows_of(report: Report, now: datetime) -> list[Decision]:
    """The accounts that have a row, the next renewal first; where they are too many, those that are halted or
    to be released, then the unused, then the next renewals.
    """
    ordered = in_order(report.decisions, Order.RENEWS, now)
    if len(ordered) <= MOST_ACCOUNTS:
        return ordered
    named = halted_by(report.matters)

    def rank(one: Decision) -> int:
        if one.account.id in named or is_planned(one):
            return 0
        return 1 if one.judgement.usage is Usage.UNUSED else 2

    first = sorted(ordered, key=rank)[:MOST_ACCOUNTS]
    return in_order(first, Order.RENEWS, now)


def _notices(report: Report, now: datetime, timezone: tzinfo) -> Iterable[str]:
    yield from (one.text for one in trouble_note(report))
    if report.read_nothing:
        yield last_read_in_words(report.last_read, now, timezone)


def _figures(
    report: Report, halted: frozenset[AccountId], now: datetime, timezone: tzinfo
) -> Iterable[PageFigure]:
    sums = figures(report.decisions)
    projects = counted(len({one.account.project for one in report.decisions}), "project")
    yield PageFigure(
        label="A month",
        value=dollars(sums.all.cents),
        note=f"{counted(sums.all.accounts, 'account')} in {projects}",
    )
    yield _renewing(report, now)
    yield PageFigure(
        label="Unused today",
        value=dollars(sums.unused.cents),
        note=f"{counted(sums.unused.accounts, 'account')}, {dollars(sums.avoidable.cents)} avoidable",
        tone=Tone.WASTE if sums.unused.accounts else Tone.PLAIN,
    )
    planned = [one for one in report.decisions if is_planned(one)]
    first = min((goes_at(one, now) for one in planned), default=None)
    when = "" if first is None else f", the first {'now' if first <= now else glued(distance(first, now))}"
    stopped = sum(one.account.id in halted for one in planned)
    yield PageFigure(
        label="To be released" if report.mode is Mode.ENFORCE else "Enforce mode would release",
        value=dollars(summed(planned).cents),
        note=f"{counted(len(planned), 'account')}{when}{f'; {stopped:,} halted' if stopped else ''}",
        tone=Tone.SAVED if planned else Tone.PLAIN,
    )
    yield deciding(report.matters, now, timezone)


def deciding(matters: Iterable[Matter], now: datetime, timezone: tzinfo) -> PageFigure:
    """How much there is to decide, and the first moment at which that is too late."""
    asks = [one for one in together(matters) if one.asks]
    by = min((one.by for one in asks if one.by is not None), default=None)
    until = "no hurry" if by is None else f"by {clock_time(by, timezone, now=now)}"
    return PageFigure(
        label="To decide",
        value=f"{len(asks):,}",
        note=until if asks else "nothing waits",
        tone=Tone.URGENT if any(one.unless for one in asks) else Tone.PLAIN,
    )


def _renewing(report: Report, now: datetime) -> PageFigure:
    soon = [one for one in report.decisions if one.account.renews_at <= now + _SOON]
    sums = summed(soon)
    first = min((one.account.renews_at for one in soon), default=None)
    when = "" if first is None else f", the first {glued(distance(first, now))}"
    return PageFigure(
        label="Renews within 7 d",
        value=dollars(sums.cents),
        note=f"{counted(sums.accounts, 'account')}{when}",
    )


def timeline_left_out(timeline: Timeline) -> str:
    """What has no lane, or is not drawn one by one, and which command shows it."""
    said = []
    if timeline.more:
        said.append(
            f"{counted(timeline.more, 'project')} more ({_sum(timeline.left_out)}) without a lane: "
            "`lease-watcher audit --by project`"
        )
    if any(lane.days for lane in timeline.lanes):
        said.append(f"projects of more than {MOST_IN_LANE} renewals by day")
    if timeline.later.accounts:
        said.append(f"{_sum(timeline.later)} renewing later")
    return f"Not drawn one by one: {'; '.join(said)}." if said else ""


def _weeks_left_out(weeks: WeeksAhead) -> str:
    said = []
    if weeks.more:
        said.append(
            f"{counted(weeks.more, 'project')} more ({_sum(weeks.left_out)}): "
            "`lease-watcher audit --by project`"
        )
    if weeks.later.accounts:
        said.append(f"{_sum(weeks.later)} renewing later")
    return f"In the sums, without a row or a column: {'; '.join(said)}." if said else ""


def _accounts_left_out(report: Report, rows: Sequence[Decision]) -> str:
    if len(rows) == len(report.decisions):
        return ""
    here = {id(one) for one in rows}
    rest = summed(one for one in report.decisions if id(one) not in here)
    return (
        f"{_sum(rest)} left out: here are those to be released or halted, then the unused, then the next "
        "renewals. `lease-watcher audit --format csv --output leases.csv` has all of them."
    )


def _sum(sums: Sum) -> str:
    return f"{counted(sums.accounts, 'account')}, {dollars(sums.cents)}"


def _account(
    decision: Decision,
    report: Report,
    halted: frozenset[AccountId],
    remembered: AccountMemory,
    now: datetime,
    timezone: tzinfo,
) -> PageAccount:
    account, judgement = decision.account, decision.judgement
    trace = explain_lines(
        decision,
        report=report,
        now=now,
        timezone=timezone,
        remembered=remembered,
        with_last_renewal=False,
    )
    return PageAccount(
        handle=at_handle(account.handle),
        project=project_name(report, account.project),
        platform=plain(account.platform),
        usage=judgement.usage,
        use=USAGE[judgement.usage],
        evidence=evidence_in_words(judgement, now),
        renews_at=account.renews_at,
        renews=clock_time(account.renews_at, timezone, now=now),
        away=distance(account.renews_at, now),
        cents=account.price_cents,
        what=what_happens(decision, now, timezone, live=report.mode is Mode.ENFORCE)
        + ("; halted" if account.id in halted else ""),
        tone=_tone(decision, halted),
        trace=outline(trace),
    )


def _tone(decision: Decision, halted: frozenset[AccountId]) -> Tone:
    if decision.account.id in halted:
        return Tone.URGENT
    if is_planned(decision):
        return Tone.SAVED
    return Tone.WASTE if decision.judgement.usage is Usage.UNUSED else Tone.PLAIN


def _notes(report: Report, routes: Routes | None, now: datetime, timezone: tzinfo) -> Iterable[PageBlock]:
    sums = figures(report.decisions).unused_by_window
    yield from outline(in_the_way_notes(report, routes))
    yield from outline([*next_note(report, now, timezone), *unused_by_window(sums.accounts, sums.cents)])
    yield from outline(brake_notes(report))
    yield from outline(unmatched_notes(report))
