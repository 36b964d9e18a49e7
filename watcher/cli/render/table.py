"""The audit as a table: what is paid for, whether it is used, when it renews, what happens to it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import groupby, zip_longest

from watcher.cli.render.fleet_size import last_read_in_words
from watcher.cli.render.in_the_way import in_the_way_notes
from watcher.cli.render.notes import (
    matter_notes,
    quarantine_notes,
    trouble_note,
    unmatched_notes,
    unread_notes,
    unused_by_window,
)
from watcher.cli.render.order import By, Order, in_order, subtotals_of
from watcher.cli.render.sheet import BLANK, Line, cells, fit, fit_name, line, printed, wrapped
from watcher.cli.render.steps import project_name, what_happens
from watcher.cli.render.subtotals import subtotal_lines
from watcher.cli.render.what_next import next_note
from watcher.decide.figures import Figures, Sum, figures
from watcher.decide.report import Report
from watcher.facts.accounts import LeasePeriod
from watcher.facts.activity import Unknown, WhyUnknown
from watcher.facts.handles import name_of
from watcher.messages.renewal_messages import evidence_in_words
from watcher.messages.routes import Routes
from watcher.messages.words import DOUBT, USAGE
from watcher.rules.judge import Usage, Verdict
from watcher.rules.plan import Decision, Mode
from watcher.texts.money import dollars
from watcher.texts.plain import plain
from watcher.texts.spans import counted
from watcher.texts.times import aligned, clock_time

_GAP = "  "
_LONGEST_HANDLE = 26
_SHORTENED_HANDLE = 18
_SHORTEST_HANDLE = 12
_LONGEST_PLATFORM = 12
_WHAT = 26
"""Room that what happens needs at least to stand in a column."""
_USAGE_STYLE = {Usage.IN_USE: "green", Usage.UNUSED: "yellow", Usage.UNKNOWN: "magenta"}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    """One account's cells, as text."""

    handle: str
    platform: str
    usage: Usage
    evidence: str
    renews: str
    price: str
    what: str
    what_style: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Columns:
    """Widths in cells. `evidence` 0: it stands on a line below; `platform` and `what` 0: they do too."""

    handle: int
    platform: int
    usage: int
    evidence: int
    renews: int
    price: int
    what: int

    @property
    def before_price(self) -> tuple[int, ...]:
        return (self.handle, self.platform, self.usage, self.evidence, self.renews)


def render_audit(
    report: Report,
    *,
    now: datetime,
    timezone: tzinfo,
    width: int | None,
    color: bool,
    order: Order | None = None,
    by: By | None = None,
    routes: Routes | None = None,
) -> str:
    """The whole audit as text. `width` in cells, None where the output is no terminal.

    `by`: sums instead of accounts. `routes`: who is told of announcements, where that is known.
    """
    lines = [*_heading(report, now, timezone)]
    if by is None:
        lines += _accounts(report, order or Order.RENEWS, now, timezone, width)
    else:
        subtotals = subtotals_of(report, by, order, now, timezone)
        lines += subtotal_lines(subtotals, by, width) if subtotals else _nothing(report)
    lines += _totals(report)
    lines += quarantine_notes(report)
    lines += unmatched_notes(report)
    lines += unread_notes(report)
    lines += matter_notes(report, now, timezone)
    lines += in_the_way_notes(report, routes)
    lines += next_note(report, now, timezone)
    return printed(lines, width=width, color=color)


def _heading(report: Report, now: datetime, timezone: tzinfo) -> Iterator[Line]:
    title = f"Leased accounts of {plain(report.organization)}" if report.organization else "Leased accounts"
    yield line(f"{title}, {clock_time(now, timezone)}, {report.mode} mode", "bold")
    yield from trouble_note(report)
    if report.read_nothing:
        yield line(last_read_in_words(report.last_read, now, timezone))


def _accounts(
    report: Report, order: Order, now: datetime, timezone: tzinfo, width: int | None
) -> Iterator[Line]:
    groups = _by_project(in_order(report.decisions, order, now))
    coming = frozenset(entry.period for entry in report.docket.to_come)
    rows = {id(one): _row(one, report, coming, now, timezone) for group in groups for one in group}
    if not rows:
        yield from _nothing(report)
        return
    columns = _columns(list(rows.values()), [figures(group).all for group in groups], width)
    yield BLANK
    yield _head(columns)
    for group in groups:
        yield _project(project_name(report, group[0].account.project), figures(group), columns)
        for one in group:
            yield from _account(rows[id(one)], columns)
        yield BLANK


def _by_project(ordered: Sequence[Decision]) -> list[list[Decision]]:
    """Each project's accounts in that order; the project with the first of all first."""
    first = {one.account.project: place for place, one in reversed(list(enumerate(ordered)))}
    by_project = sorted(ordered, key=lambda one: first[one.account.project])
    return [list(group) for _, group in groupby(by_project, key=lambda one: one.account.project)]


def _row(
    decision: Decision, report: Report, coming: frozenset[LeasePeriod], now: datetime, timezone: tzinfo
) -> _Row:
    account, judgement = decision.account, decision.judgement
    what = what_happens(decision, now, timezone, live=report.mode is Mode.ENFORCE)
    releasing = judgement.verdict is Verdict.RELEASE and not judgement.unused_by_window
    if account.period in coming and report.halts.on(account.period, account.project):
        what += "; brake on"
    return _Row(
        handle=name_of(account.handle, account.id),
        platform=plain(account.platform),
        usage=judgement.usage,
        evidence=evidence_in_words(judgement, now),
        renews=aligned(account.renews_at, now, timezone),
        price=dollars(account.price_cents),
        what=what,
        what_style="bold red" if releasing else "",
    )


def _columns(rows: Sequence[_Row], subtotals: Iterable[Sum], width: int | None) -> _Columns:
    """All in one line where there is room; else the evidence below; else platform and step below too."""
    handle = min(max(cells(row.handle) for row in rows), _LONGEST_HANDLE)
    platform = max(len("platform"), *(min(cells(row.platform), _LONGEST_PLATFORM) for row in rows))
    usage = max(map(len, USAGE.values()))
    evidence = max(cells(row.evidence) for row in rows)
    renews = max(cells(row.renews) for row in rows)
    price = max(len("a month"), *(len(dollars(one.cents)) for one in subtotals))
    what = max(cells(row.what) for row in rows)
    short = len(_GAP) * 4 + usage + renews + price
    medium = short + handle + len(_GAP) + platform + len(_GAP)
    if width is not None:
        if width >= medium + evidence + len(_GAP) + _WHAT:
            what = width - medium - evidence - len(_GAP)
        elif width >= medium - max(handle - _SHORTENED_HANDLE, 0) + _WHAT:
            shortened = handle - max(medium + _WHAT - width, 0)
            evidence, what = 0, width - medium + handle - shortened
            handle = shortened
        else:
            handle = min(handle, max(width - short, _SHORTEST_HANDLE))
            platform = evidence = what = 0
    return _Columns(
        handle=handle,
        platform=platform,
        usage=usage,
        evidence=evidence,
        renews=renews,
        price=price,
        what=what,
    )


def _head(columns: _Columns) -> Line:
    titles = ("account", "platform", "use", "evidence", "renews")
    text = "".join(
        _GAP + fit(title, width) for title, width in zip(titles, columns.before_price, strict=True) if width
    )
    text += _GAP + fit("a month", columns.price, right=True)
    return line(text + (_GAP + "what happens" if columns.what else ""), "dim", row=True)


def _project(name: str, sums: Figures, columns: _Columns) -> Line:
    """The project's name, how many accounts, and their price below the prices."""
    count = counted(sums.all.accounts, "account")
    room = sum(width + len(_GAP) for width in columns.before_price if width)
    name = fit_name(name, room - len(count) - len(_GAP)).rstrip()
    label = fit(f"{name}{_GAP}{count}", room)
    return Line(
        parts=((label + _GAP + fit(dollars(sums.all.cents), columns.price, right=True), "bold"),), row=True
    )


def _account(row: _Row, columns: _Columns) -> Iterator[Line]:
    """One account in one to three lines, by the room there is."""
    style = _USAGE_STYLE[row.usage]
    texts = (
        (row.handle, "bold"),
        (row.platform, ""),
        (USAGE[row.usage], style),
        (row.evidence, "dim"),
        (row.renews, ""),
    )
    parts = [
        (_GAP + fit(text, width), style)
        for (text, style), width in zip(texts, columns.before_price, strict=True)
        if width
    ]
    parts.append((_GAP + fit(row.price, columns.price, right=True), ""))
    if not columns.what:
        yield Line(parts=tuple(parts), row=True)
        yield Line(parts=((f"    {row.platform}, {row.evidence}", "dim"),), hang=4)
        yield Line(parts=((f"    → {row.what}", row.what_style),), hang=6)
        return
    first, *rest = wrapped(row.what, columns.what)
    yield Line(parts=(*parts, (_GAP + first, row.what_style)), row=True)
    below = [] if columns.evidence else [row.evidence]
    indent = _GAP * 3 + " " * (columns.handle + columns.platform)
    start = sum(width + len(_GAP) for width in columns.before_price if width) + len(_GAP) + columns.price
    if any(cells(indent + evidence) > start for evidence in below):
        # Too long to stand beside something: below all of it.
        below = [*("" for _ in rest), *below]
    for evidence, what in zip_longest(below, rest, fillvalue=""):
        left = f"{indent}{evidence}" if evidence else ""
        # Only beside something does the evidence end where its columns do.
        if what:
            yield Line(parts=((fit(left, start), "dim"), (_GAP + what, row.what_style)), row=True)
        else:
            yield Line(parts=((left, "dim"),))


def _nothing(report: Report) -> Iterator[Line]:
    """Why there is no row; nothing is said of a fleet that could not be read."""
    if report.totals.accounts:
        yield BLANK
        yield line(f"None of the {counted(report.totals.accounts, 'account')} read fits what was asked for.")
    elif report.totals.projects:
        yield BLANK
        yield line("No account is leased in the projects that were read.")


def _totals(report: Report) -> Iterator[Line]:
    """Accounts and money of what is shown, and what could be avoided."""
    sums = figures(report.decisions)
    if not sums.all.accounts:
        return
    projects = len({one.account.project for one in report.decisions})
    scope = f"in {counted(projects, 'project')}"
    if report.unread:
        scope += f" ({counted(len(report.unread), 'project')} not read)"
    if sums.all.accounts < report.totals.accounts:
        scope += f", of {counted(report.totals.accounts, 'account')} read"
    yield _total("Total", sums.all, sums, f"a month, {scope}", "bold")
    yield _total("in use", sums.in_use, sums, "", "")
    yield _total(
        "unused", sums.unused, sums, _avoidable(sums, report.mode), "yellow" if sums.unused.accounts else ""
    )
    yield _total("unknown", sums.unknown, sums, _doubts(report), "")
    yield from unused_by_window(sums.unused_by_window.accounts, sums.unused_by_window.cents)


def _total(label: str, part: Sum, sums: Figures, remark: str, style: str) -> Line:
    counts = fit(f"{part.accounts:,}", len(f"{sums.all.accounts:,}"), right=True)
    money = fit(dollars(part.cents), len(dollars(sums.all.cents)), right=True)
    text = f"{label:<8}{_GAP}{counts} account{' ' if part.accounts == 1 else 's'}{_GAP}{money}"
    return Line(parts=((text, style), (f"{_GAP}{remark}" if remark else "", "")), hang=len(text) + len(_GAP))


def _avoidable(sums: Figures, mode: Mode) -> str:
    if not sums.unused.accounts:
        return ""
    all_of_it = sums.avoidable.cents == sums.unused.cents
    said = "avoidable" if all_of_it else f"{dollars(sums.avoidable.cents)} avoidable"
    if not sums.planned.accounts:
        return f"{said}; no release is planned"
    if mode is Mode.OBSERVE:
        return f"{said}; enforce mode would release {dollars(sums.planned.cents)}"
    return f"{said}; releases are planned for {dollars(sums.planned.cents)}"


def _doubts(report: Report) -> str:
    """Why use is unknown, and what would tell."""
    found = {
        activity.why
        for one in report.decisions
        if one.judgement.usage is Usage.UNKNOWN
        and isinstance(activity := one.judgement.subject.activity, Unknown)
    }
    return "; ".join(DOUBT[why] for why in WhyUnknown if why in found)
