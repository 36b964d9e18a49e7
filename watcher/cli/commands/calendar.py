"""`calendar`: what is to be decided until when, and what renews when, as a file for a calendar."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from watcher.cli.arguments import configuration
from watcher.cli.files import file_to_write
from watcher.cli.ledger_view import view_ledger
from watcher.cli.process import Process, Stop
from watcher.record.exit_codes import Exit
from watcher.rules.shards import WHOLE


def declare(command: ArgumentParser) -> None:
    configuration(command)
    command.description = f"{command.description} By the ledger alone: nobody is asked."
    command.add_argument("--output", type=Path, metavar="FILE", help="write there; else to stdout")


def run(options: Namespace, process: Process) -> Exit:
    from watcher.wiring.calendar import calendar

    with view_ledger(options, process) as here:
        place = file_to_write("--output", options.output, process, here.good)
        made = calendar(here.ledger, here.settings, here.now, options.shard or WHOLE)
    if place is None:
        process.out.write(made.decode())
        return Exit.DONE
    try:
        place.write_bytes(made)
    except OSError as error:
        raise Stop(
            Exit.USAGE, f"--output {place}: {(error.strerror or 'cannot be written').lower()}"
        ) from None
    return Exit.DONE
