"""An audit as a page: what a person must decide, what renews when, what that costs, and every decision."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from heapq import nsmallest
from typing import Final

from watcher import __version__
from watcher.cli.render.evidence_told import AccountMemory
from watcher.cli.render.explain import NOTHING, explain_lines
from watcher.cli.render.fleet_size import last_read_in_words, report_in_words
from watcher.cli.render.in_the_way import in_the_way_notes
from watcher.cli.render.notes import brake_notes, trouble_note, unmatched_notes, unused_by_window
from watcher.cli.render.outline import outline, to_decide
from watcher.cli.render.steps import project_name, what_happens
from watcher.cli.render.what_next import next_note
from watcher.decide.figures import Counting, Figures, Sum, is_planned, summed
from watcher.decide.paused_then import goes_at
from watcher.decide.report import Report
from watcher.decide.timeline import MOST_IN_LANE, Timeline, decided_renewal, timeline_of
from watcher.decide.weeks_ahead import WeeksAhead, weeks_ahead
from watcher.facts.accounts import AccountId, ProjectId
from watcher.facts.handles import name_of
from watcher.messages.matters import Matter, halted_by, together
from watcher.messages.renewal_messages import evidence_in_words
from watcher.messages.routes import Routes
from watcher.messages.words import USAGE
from watcher.ports.pages import PageAccount, PageBlock, PageFigure, Tone, WholePage
from watcher.rules.judge import Usage
from watcher.rules.plan import Decision, Mode
from watcher.texts.money import dollars
from watcher.texts.plain import plain
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
    """The page of everything that the audit saw. `rows`: of which accounts each is told; sums are of all.

    The decisions are gone through several times and may be read from elsewhere: only those with a row, or a
    place on the timeline, are kept.
    """
    halted = halted_by(report.matters)
    seen = _Seen.of(report, halted, now)
    whose = f" of {plain(report.organization)}" if report.organization else ""
    timeline = timeline_of(
        lambda: (decided_renewal(one, halted, report.mode) for one in report.decisions),
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
        figures=tuple(_figures(report, seen, now, timezone)),
        decide=to_decide(report.matters, report.project_names, now, timezone, command="lease-watcher audit"),
        timeline=timeline,
        timeline_left_out=timeline_left_out(timeline),
        weeks=weeks,
        weeks_left_out=_weeks_left_out(weeks),
        accounts=tuple(
            _account(one, report, halted, beside.memories.get(one.account.id, NOTHING), now, timezone)
            for one in rows
        ),
        accounts_left_out=_accounts_left_out(seen.figures.all, rows),
        changed=beside.changed,
        notes=tuple(_notes(report, seen, beside.routes, now, timezone)),
        foot=(
            "In use, unused and unknown are said of today; what is to be released is a projection, as use is "
            "today. Money is what one month costs.",
            f"Made {clock_time(now, timezone)} by lease-watcher {__version__}, of one turn that only reads: "
            "nothing was changed anywhere.",
        ),
    )


def rows_of(report: Report) -> list[Decision]:
    """The accounts that have a row, the next renewal first; where they are too many, those that are halted or
    to be released, then the unused, then the next renewals.
    """
    named = halted_by(report.matters)

    def rank(one: Decision) -> int:
        if one.account.id in named or is_planned(one):
            return 0
        return 1 if one.judgement.usage is Usage.UNUSED else 2

    # By their iterator: of what knows its length, that is asked, which a file only counts.
    every = iter(report.decisions)
    first = nsmallest(MOST_ACCOUNTS, every, key=lambda one: (rank(one), *_renewal(one)))
    return sorted(first, key=_renewal)


def _renewal(one: Decision) -> tuple[datetime, str]:
    return one.account.renews_at, one.account.handle


@dataclass(kw_only=True, slots=True)
class _Seen:
    """What is told of all accounts together, counted as they go by. `stopped`: planned, and halted."""

    figures: Figures
    projects: int
    soon: Sum = Sum()
    renews: datetime | None = None
    goes: datetime | None = None
    stopped: int = 0

    @classmethod
    def of(cls, report: Report, halted: Collection[AccountId], now: datetime) -> "_Seen":
        found = cls(figures=Counting().figures, projects=0)
        counting, projects = Counting(), set[ProjectId]()
        for one in report.decisions:
            counting.add(one)
            projects.add(one.account.project)
            if one.account.renews_at <= now + _SOON:
                found.soon = found.soon.plus(one.account.price_cents)
                found.renews = min(one.account.renews_at, found.renews or one.account.renews_at)
            if is_planned(one):
                goes = goes_at(one, now)
                found.goes = min(goes, found.goes or goes)
                found.stopped += one.account.id in halted
        found.figures, found.projects = counting.figures, len(projects)
        return found


def _notices(report: Report, now: datetime, timezone: tzinfo) -> Iterable[str]:
    yield from (one.text for one in trouble_note(report))
    if report.read_nothing:
        yield last_read_in_words(report.last_read, now, timezone)


def _figures(report: Report, seen: _Seen, now: datetime, timezone: tzinfo) -> Iterable[PageFigure]:
    sums = seen.figures
    yield PageFigure(
        label="A month",
        value=dollars(sums.all.cents),
        note=f"{counted(sums.all.accounts, 'account')} in {counted(seen.projects, 'project')}",
    )
    yield PageFigure(
        label="Renews within 7 d",
        value=dollars(seen.soon.cents),
        note=f"{counted(seen.soon.accounts, 'account')}{_first(seen.renews, now)}",
    )
    yield PageFigure(
        label="Unused today",
        value=dollars(sums.unused.cents),
        note=f"{counted(sums.unused.accounts, 'account')}, {dollars(sums.avoidable.cents)} avoidable",
        tone=Tone.WASTE if sums.unused.accounts else Tone.PLAIN,
    )
    releasing = sums.releasing
    yield PageFigure(
        label="To be released" if report.mode is Mode.ENFORCE else "Enforce mode would release",
        value=dollars(releasing.cents),
        note=f"{counted(releasing.accounts, 'account')}{_first(seen.goes, now, over='now')}"
        + (f"; {seen.stopped:,} halted" if seen.stopped else ""),
        tone=Tone.SAVED if releasing.accounts else Tone.PLAIN,
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


def _first(at: datetime | None, now: datetime, *, over: str = "") -> str:
    """`over`: what stands for a moment that has come."""
    if at is None:
        return ""
    return f", the first {over if over and at <= now else glued(distance(at, now))}"


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


def _accounts_left_out(every: Sum, rows: Sequence[Decision]) -> str:
    here = summed(rows)
    if here.accounts == every.accounts:
        return ""
    rest = Sum(accounts=every.accounts - here.accounts, cents=every.cents - here.cents)
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
        handle=name_of(account.handle, account.id),
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


def _notes(
    report: Report, seen: _Seen, routes: Routes | None, now: datetime, timezone: tzinfo
) -> Iterable[PageBlock]:
    sums = seen.figures.unused_by_window
    yield from outline(in_the_way_notes(report, routes))
    yield from outline([*next_note(report, now, timezone), *unused_by_window(sums.accounts, sums.cents)])
    yield from outline(brake_notes(report))
    yield from outline(unmatched_notes(report))
