"""What stands beside the accounts in every report: brakes, unread projects, what is not understood."""

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo

from watcher.brakes import Halt
from watcher.brakes.kinds.min_history import HISTORY
from watcher.cli.render.matters import matters_told
from watcher.cli.render.sheet import BLANK, Line, heading, line
from watcher.cli.render.steps import project_name
from watcher.decide.report import Report
from watcher.facts.accounts import Quarantined
from watcher.facts.handles import name_of, with_id
from watcher.messages.matters import MatterKind, remedy
from watcher.messages.words import FLAW, TROUBLE
from watcher.rules.plan import Mode
from watcher.texts.money import dollars
from watcher.texts.plain import plain
from watcher.texts.spans import counted, span


def section(title: str, rows: Sequence[str], *, style: str = "bold", table: bool = False) -> Iterator[Line]:
    """A title and its rows; nothing where there are none. In a `table` those with columns are as wide as the
    terminal is."""
    if rows:
        yield BLANK
        yield heading(title, style)
        for row in rows:
            yield line(row, indent=2, hang=4, row=table and "  " in row)


def trouble_note(report: Report) -> Iterator[Line]:
    if report.trouble is not None:
        detail = f" ({plain(report.trouble_detail)})" if report.trouble_detail else ""
        yield line(f"The turn could not go on: {TROUBLE[report.trouble]}{detail}.", "bold red")


_TO_DECIDE = frozenset(set(MatterKind) - {MatterKind.QUARANTINE, MatterKind.UNREADABLE})
"""The others have a list of their own in a report."""


def matter_notes(report: Report, now: datetime, timezone: tzinfo) -> Iterator[Line]:
    """What a person must decide, what has been decided, and the brakes that are on beside it."""
    matters = [one for one in report.matters if one.kind in _TO_DECIDE]
    yield from matters_told(matters, report.project_names, now, timezone)
    yield from brake_notes(report)


def brake_notes(report: Report) -> Iterator[Line]:
    """The brakes that are on and that no matter tells of."""
    told = [plain(why) for one in report.matters for why in one.why]
    rest = [halt for halt in report.halts.halts if not any(_same(halt, why, report) for why in told)]
    would_stop = report.halts.stopping(report.docket.to_come) if report.mode is Mode.OBSERVE else ()
    not_due = () if would_stop else report.halts.stopping(report.docket.to_come)
    yield from section(
        "Brakes that would stop releases in enforce mode",
        [halt_in_words(halt, report) for halt in rest if halt in would_stop],
        style="bold yellow",
    )
    yield from section(
        "Brakes that are on, with no release that is due to stop",
        [halt_in_words(halt, report) for halt in rest if halt in not_due],
        style="dim",
    )
    yield from section(
        "Brakes that are on, with no release to stop",
        [halt_in_words(halt, report) for halt in rest if halt not in would_stop and halt not in not_due],
        style="dim",
    )


def _same(halt: Halt, why: str, report: Report) -> bool:
    """Whether a matter says so of this brake already, with what it counts itself."""
    if halt.brake.says_all:
        return plain(_words(halt, report)) == why
    return why.startswith(plain(f"{halt.named(report.project_names)} ("))


def _words(halt: Halt, report: Report) -> str:
    return halt.in_words(report.project_names)


def halt_in_words(halt: Halt, report: Report) -> str:
    """The brake, when it goes off by itself, and what lifts it; an approval is what a matter asks for."""
    ends = f"; over in {span(halt.lifts_at - report.started_at)}" if halt.lifts_at is not None else ""
    nothing_to_type = (bool(ends) and halt.brake is HISTORY) or halt.brake.approvable
    way = "" if nothing_to_type else f"; {plain(halt.way_out(report.docket.id).text)}"
    return f"{plain(_words(halt, report))}{way}{ends}"


def unused_by_window(accounts: int, cents: int) -> Iterator[Line]:
    """What is no state of today but will be, if nothing happens: a part of what is in use, and nothing beside
    it. Nothing where there are none."""
    if accounts:
        window = "its window" if accounts == 1 else "their window"
        yield line(
            f"Of what is in use {counted(accounts, 'account')}, {dollars(cents)}, will count as unused by "
            f"{window} unless used.",
            hang=2,
        )


def quarantine_notes(report: Report) -> Iterator[Line]:
    rows = [quarantined_in_words(one, report) for one in report.quarantined]
    yield from section("Not understood, left alone", rows, style="bold yellow")


def quarantined_in_words(one: Quarantined, report: Report) -> str:
    name = with_id(one.handle, one.id) if one.id else name_of(one.handle, "an account without an id")
    others = ", ".join(project_name(report, project) for project in one.also_in)
    why = f"listed by {others} too" if others else f"{FLAW[one.flaw]} ({plain(one.field)})"
    return f"{name} in {project_name(report, one.project)}: {why}"


def unmatched_notes(report: Report) -> Iterator[Line]:
    rows = [plain(str(one)) for one in report.unmatched]
    yield from section(
        "Configured words that match no leased account, so keep nothing", rows, style="bold yellow"
    )


def unread_notes(report: Report) -> Iterator[Line]:
    rows = [f"{plain(one.name)}: {plain(one.in_full)} → {remedy(one.code)}" for one in report.unread]
    yield from section("Projects that could not be read", rows, style="bold red")
