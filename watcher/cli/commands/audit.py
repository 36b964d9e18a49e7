"""`audit`: every leased account, what it costs, who uses it. Reads, and does nothing else."""

from argparse import ArgumentParser, Namespace
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import assert_never

from watcher.cli.alike import account_among
from watcher.cli.arguments import configuration, output
from watcher.cli.configured import Keyed, watching
from watcher.cli.process import Process, Stop
from watcher.cli.progress import progress
from watcher.cli.render.machine import audit_parts
from watcher.cli.render.order import By, Order
from watcher.cli.render.spreadsheet import audit_csv, subtotals_csv
from watcher.cli.render.table import render_audit
from watcher.cli.selection import Selection, declare_selection, one_of, selection_of
from watcher.cli.written import output_of, write_output
from watcher.decide.exits import exit_of
from watcher.decide.report import Report
from watcher.messages.matters import Matter
from watcher.ports.ledger import LedgerReader
from watcher.ports.put_aside import Decisions, NoRoom
from watcher.record.exit_codes import Exit
from watcher.rules.plan import Decision
from watcher.texts.commands import WayOut, to_approve
from watcher.texts.times import zone
from watcher.wiring.ledger import open_reader


def declare(command: ArgumentParser) -> None:
    configuration(command)
    command.description = f"{command.description} Read-only."
    command.add_argument(
        "--format",
        choices=("table", "json", "csv"),
        default="table",
        help="for people, for programs, or for a spreadsheet",
    )
    output(command)
    declare_selection(command)
    command.add_argument(
        "--sort",
        type=one_of(Order, "order"),
        choices=[each.value for each in Order],
        help="the next renewal, the dearest or the longest unused first; else the next renewal, with --by "
        "the most waste",
    )
    command.add_argument(
        "--by",
        type=one_of(By, "grouping"),
        choices=[each.value for each in By],
        help="sums instead of accounts, with what is unused today as waste; days are those of the renewal",
    )
    command.add_argument(
        "--detailed-exitcode", action="store_true", help="10 if a run would change something"
    )


def run(options: Namespace, process: Process) -> Exit:
    with_key = watching(options, process)
    place = output_of(options, process, with_key.good)
    selection = selection_of(options, with_key, process.clock.now())
    if options.format == "json":
        # The only one that shows account by account, in the order in which they were read.
        with auditing(with_key, process) as (report, decisions):
            return _shown(options, process, with_key, place, selection, report, decisions)
    report = audited(with_key, process)
    return _shown(options, process, with_key, place, selection, report, report.decisions)


def _shown(
    options: Namespace,
    process: Process,
    with_key: Keyed,
    place: Path | None,
    selection: Selection,
    report: Report,
    decisions: Collection[Decision],
) -> Exit:
    """`report`: as the turn itself needs it; `decisions`: all that it decided."""
    whole = replace(report, decisions=decisions)
    narrowed = replace(whole, decisions=selection.narrowed(whole))
    if options.handle and not (narrowed.decisions or report.trouble or report.unread):
        near = "".join(account_among(glob, (one.account for one in decisions)) for glob in options.handle)
        process.remark(f"No account shown has such a handle.{near}")
    now, timezone = process.clock.now(), zone(with_key.settings.timezone)
    order = Order(options.sort) if options.sort else None
    by = By(options.by) if options.by else None
    routes = with_key.settings.routes
    text: str | Iterator[str]
    match options.format:
        case "table":
            to_screen = place is None
            text = render_audit(
                narrowed,
                now=now,
                timezone=timezone,
                width=process.width if to_screen else None,
                color=process.color and to_screen,
                order=order,
                by=by,
                routes=routes,
            )
        case "json":
            text = audit_parts(
                narrowed,
                now,
                order=order,
                by=by,
                routes=routes,
                timezone=timezone,
                code=exit_of(report),
            )
        case "csv" if by is not None:
            text = subtotals_csv(narrowed, now, by=by, order=order, timezone=timezone)
        case "csv":
            text = audit_csv(narrowed, now, order=order)
        case other:
            assert_never(other)
    code = exit_of(report, detailed=options.detailed_exitcode)
    if place is None:
        return process.show(text, code)
    write_output(text, place, csv=options.format == "csv")
    return code


def audited(with_key: Keyed, process: Process, *, aside: Decisions | None = None) -> Report:
    """One read-only turn over everything, with every account's use asked for.

    `aside`: where to put what is decided; None: all of it is in the report.
    """
    from watcher.wiring.turn import Purpose, Wiring, open_turns

    with (
        progress(process) as show,
        open_turns(
            Wiring(
                settings=with_key.settings,
                key=with_key.key,
                clock=process.clock,
                purpose=Purpose.AUDIT,
                stop=Event(),
                shard=with_key.shard,
                progress=show,
                aside=aside,
            )
        ) as turns,
    ):
        report = turns.run().report
    with open_reader(with_key.settings) as ledger:
        return replace(report, matters=tuple(_as_kept(one, ledger) for one in report.matters))


@contextmanager
def auditing(with_key: Keyed, process: Process) -> Iterator[tuple[Report, Collection[Decision]]]:
    """The same, and all decisions to read one by one: memory does not grow with the fleet.

    The report itself has those of them that a turn goes back to. Raises `Stop` where there is no room.
    """
    from watcher.wiring.turn import open_put_aside

    try:
        with open_put_aside() as aside:
            report = audited(with_key, process, aside=aside)
            yield report, aside.of(report)
    except NoRoom as full:
        raise Stop(
            Exit.UNREADABLE,
            f"TMPDIR, or /tmp, has no room for what is decided of so many accounts: {full.strerror}",
        ) from None


def _as_kept(matter: Matter, ledger: LedgerReader) -> Matter:
    """An audit keeps no docket, and what no turn has kept cannot be approved yet."""
    if matter.docket is None or ledger.docket(matter.docket) is not None:
        return matter
    command = to_approve(matter.docket)
    later = WayOut(
        text="no turn has kept this docket yet: once one has (`lease-watcher run --once`), "
        f"`{command}` allows exactly these"
    )
    return replace(matter, ways=tuple(later if way.command == command else way for way in matter.ways))
