"""`savings`: what releases saved, and what was paid for nothing, by the ledger alone."""

from argparse import ArgumentParser, Namespace

from watcher.cli.arguments import configuration
from watcher.cli.ledger_view import LedgerView, view_ledger
from watcher.cli.process import Process, Stop
from watcher.cli.render.savings import render_savings
from watcher.cli.render.savings_machine import savings_csv, savings_json
from watcher.memory.savings import Books, Savings, SavingsBy
from watcher.record.exit_codes import Exit
from watcher.texts.plain import plain
from watcher.turn.savings import summed_up
from watcher.wiring.orders import orders_from


def declare(command: ArgumentParser) -> None:
    configuration(command)
    command.add_argument(
        "--since",
        metavar="WHEN",
        default="90d",
        help="renewals from then on: a span before now (90d), a date or an instant",
    )
    command.add_argument(
        "--until", metavar="WHEN", help="renewals before then, or through the end of a date; else until now"
    )
    command.add_argument(
        "--by",
        choices=[each.value for each in SavingsBy],
        help="break the sums down as well: by project, by month of the renewal, or by owner of the project",
    )
    command.add_argument(
        "--format",
        choices=("table", "json", "csv"),
        default="table",
        help="for people, for programs, or for a spreadsheet",
    )


def run(options: Namespace, process: Process) -> Exit:
    by = None if options.by is None else SavingsBy(options.by)
    with view_ledger(options, process) as here:
        found = _savings(options, here, by)
        names = here.settings.project_names
        match options.format:
            case "json":
                text = savings_json(found, names, by=by, place=here.place, now=here.now)
            case "csv":
                text = savings_csv(found, names, by=by)
            case _:
                text = render_savings(
                    found,
                    names,
                    by=by,
                    timezone=here.timezone,
                    now=here.now,
                    width=process.width,
                    color=process.color,
                )
        process.out.write(text)
    return Exit.DONE


def _savings(options: Namespace, here: LedgerView, by: SavingsBy | None) -> Savings:
    since = here.earlier("--since", options.since)
    until = here.now if options.until is None else min(here.earlier("--until", options.until), here.now)
    if until <= since:
        to = "now" if options.until is None else f"--until {plain(options.until)}"
        raise Stop(Exit.USAGE, f"{to} is not after --since {plain(options.since)}")
    books = Books(
        since=since,
        until=until,
        by=by,
        owners=orders_from(here.settings).owners,
        zone=here.timezone,
        now=here.now,
    )
    return summed_up(here.ledger, here.ledger.fleet(here.now), books)
