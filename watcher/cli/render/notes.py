"""What stands beside the accounts in every report: brakes, unread projects, what is not understood."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, tzinfo

from watcher.brakes import Halt
from watcher.brakes.docket import Entry, Place
from watcher.brakes.kinds.min_history import HISTORY
from watcher.brakes.kinds.paused import PAUSED
from watcher.cli.render.sheet import BLANK, Line, line
from watcher.cli.render.steps import project_name, remedy
from watcher.decide.report import Report
from watcher.facts.accounts import Quarantined
from watcher.messages.words import FLAW, TROUBLE
from watcher.rules.plan import Decision, next_moment
from watcher.texts.commands import to_approve
from watcher.texts.money import dollars
from watcher.texts.plain import at_handle, plain
from watcher.texts.spans import counted, span
from watcher.texts.times import when


def section(title: str, rows: Sequence[str], *, style: str = "bold") -> Iterator[Line]:
    """A title and its rows; nothing where there are none."""
    if rows:
        yield BLANK
        yield line(title, style)
        for row in rows:
            yield line(row, indent=2, hang=4)


def trouble_note(report: Report) -> Iterator[Line]:
    if report.trouble is not None:
        detail = f" ({plain(report.trouble_detail)})" if report.trouble_detail else ""
        yield line(f"The turn could not go on: {TROUBLE[report.trouble]}{detail}.", "bold red")


def brake_notes(report: Report) -> Iterator[Line]:
    """The brakes that stop releases due now, and those that would stop the ones to come."""
    due = [entry for entry in report.docket.to_come if entry.place is Place.DUE]
    stopping = report.halts.stopping(due)
    coming = [halt for halt in report.halts.stopping(report.docket.to_come) if halt not in stopping]
    idle = [halt for halt in report.halts.halts if halt not in stopping and halt not in coming]
    yield from _halted("Brakes that stop releases due now", stopping, report, due)
    yield from _halted("Brakes that would stop the coming releases", coming, report, report.docket.to_come)
    yield from section(
        "Brakes that are on, with no release to stop",
        [halt_in_words(halt, report) for halt in idle],
        style="dim",
    )


def _halted(title: str, halts: Sequence[Halt], report: Report, entries: Sequence[Entry]) -> Iterator[Line]:
    rows = [halt_in_words(halt, report) for halt in halts]
    if halts and all(halt.brake.approvable for halt in halts):
        rows.append(approval(report))
    elif any(halt.brake.approvable for halt in halts):
        rows.append(f"{approval(report)}, once the other brakes are off")
    money = dollars(sum(entry.price_cents for entry in entries))
    yield from section(
        f"{title} ({counted(len(entries), 'release')}, {money} a month)", rows, style="bold red"
    )


def halt_in_words(halt: Halt, report: Report) -> str:
    where = f" in {project_name(report, halt.project)}" if halt.project else ""
    ends = f"; over in {span(halt.lifts_at - report.started_at)}" if halt.lifts_at is not None else ""
    # An approval stands in a line of its own: it names all the releases, and may lift several brakes.
    said = halt.brake.approvable or (ends and halt.brake is HISTORY)
    way = "" if said else f"; {plain(halt.way_out(report.docket.id))}"
    if halt.brake is PAUSED:
        return f"{plain(halt.measured)}{where}{way}{ends}"
    return f"{halt.brake.title}{where}: {plain(halt.measured)}, limit {plain(halt.limit)}{way}{ends}"


def approval(report: Report) -> str:
    count = len(report.docket.to_come)
    what = "exactly this release" if count == 1 else f"exactly these {count} releases"
    return f"`{to_approve(report.docket.id)}` allows {what}"


def unused_by_window(accounts: int, cents: int) -> Iterator[Line]:
    """What is no state of today but will be, if nothing happens; nothing where there are none."""
    if accounts:
        window = "its window" if accounts == 1 else "their window"
        yield line(
            f"{accounts:,} more, {dollars(cents)}, will count as unused by {window} unless used.", hang=2
        )


def quarantine_notes(report: Report) -> Iterator[Line]:
    rows = [quarantined_in_words(one, report) for one in report.quarantined]
    yield from section("Not understood, left alone", rows, style="bold yellow")


def quarantined_in_words(one: Quarantined, report: Report) -> str:
    name = at_handle(one.handle) if one.handle else plain(one.id) if one.id else "an account without an id"
    known_as = f" ({plain(one.id)})" if one.handle and one.id else ""
    others = ", ".join(project_name(report, project) for project in one.also_in)
    why = f"listed by {others} too" if others else f"{FLAW[one.flaw]} ({plain(one.field)})"
    return f"{name}{known_as} in {project_name(report, one.project)}: {why}"


def unmatched_notes(report: Report) -> Iterator[Line]:
    rows = [plain(str(one)) for one in report.unmatched]
    yield from section(
        "Configured words that match no leased account, so keep nothing", rows, style="bold yellow"
    )


def unread_notes(report: Report) -> Iterator[Line]:
    rows = [f"{plain(one.name)}: {plain(one.in_full)} → {remedy(one.code)}" for one in report.unread]
    yield from section("Projects that could not be read", rows, style="bold red")


def next_note(decisions: Iterable[Decision], now: datetime, timezone: tzinfo) -> Iterator[Line]:
    """The next moment at which something happens to any account."""
    moments = [(moment, one) for one in decisions if (moment := next_moment(one, now)) is not None]
    if moments:
        moment, one = min(moments, key=lambda pair: (pair[0], pair[1].account.id))
        yield BLANK
        yield line(f"Next: {when(moment, now, timezone)} ({at_handle(one.account.handle)})")
