"""`docket`: releases that wait for a decision, before anybody approves."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence

from watcher.cli.arguments import configuration, text_or_json
from watcher.cli.dockets import as_it_stands, the_docket
from watcher.cli.ledger_view import LedgerView, view_ledger
from watcher.cli.process import Process
from watcher.cli.render.docket import docket_lines, dockets_json, said_of
from watcher.cli.render.sheet import BLANK, Line, line, printed
from watcher.decide.dockets import WaitingDocket, still_halted
from watcher.record.exit_codes import Exit
from watcher.rules.plan import Mode
from watcher.texts.times import when


def declare(command: ArgumentParser) -> None:
    configuration(command)
    command.add_argument(
        "docket", nargs="?", metavar="ID", help="the short id that a halt told; else all that wait"
    )
    text_or_json(command)


def run(options: Namespace, process: Process) -> Exit:
    """By the ledger alone, as each was judged last: by a turn of the whole fleet, or of some accounts."""
    with view_ledger(options, process) as here:
        halted = still_halted(here.ledger.dockets(here.now), here.ledger.fleet(here.now))
        all_waiting = as_it_stands(halted, here.ledger, here.settings, here.now)
        shown = waiting = [one for one in all_waiting if one.matter is not None]
        if options.docket is not None:
            kept = {options.docket: the_docket(options.docket, here.ledger, here.place, here.now)}
            shown = as_it_stands(kept, here.ledger, here.settings, here.now)
        lines = list(_lines(shown, waiting, here, process))
    if options.format == "json":
        process.out.write(dockets_json(shown, waiting))
    else:
        process.out.write(printed(lines, width=process.width, color=process.color))
    return Exit.DONE


def _lines(
    dockets: Sequence[WaitingDocket], waiting: Sequence[WaitingDocket], here: LedgerView, process: Process
) -> Iterator[Line]:
    last = here.ledger.fleet(here.now).last_turn
    as_of = (
        "no turn yet" if last is None else f"as of the turn {when(last.started_at, here.now, here.timezone)}"
    )
    if not dockets:
        yield line(f"No release waits for a decision ({as_of}).")
        return
    names = here.settings.project_names
    for one in dockets:
        yield from docket_lines(one, names, timezone=here.timezone, width=process.width, others=waiting)
        if one.matter is None:
            yield from said_of(one, here.ledger.fleet(here.now).overrides, here.timezone)
        yield BLANK
    if here.settings.mode is Mode.OBSERVE:
        yield line("Observe mode: nothing is released, whatever is approved; this is what would be halted.")
    yield line(f"By the ledger, {as_of}.", "dim")
