"""`calendar`: what is to be decided until when, and what renews when, as a file for a calendar."""

from argparse import ArgumentParser, Namespace

from watcher.cli.arguments import configuration, output
from watcher.cli.ledger_view import view_ledger
from watcher.cli.process import Process
from watcher.cli.written import output_of, write_output
from watcher.record.exit_codes import Exit
from watcher.rules.shards import WHOLE


def declare(command: ArgumentParser) -> None:
    configuration(command)
    command.description = f"{command.description} By the ledger alone: nobody is asked."
    output(command)


def run(options: Namespace, process: Process) -> Exit:
    from watcher.wiring.calendar import calendar

    with view_ledger(options, process) as here:
        place = output_of(options, process, here.good)
        made = calendar(here.ledger, here.settings, here.now, options.shard or WHOLE).decode()
    if place is None:
        process.out.write(made)
    else:
        write_output(made, place)
    return Exit.DONE
