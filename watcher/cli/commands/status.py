"""`status`: how things stand, by the ledger alone.

A broken configuration is told with it, and ends it with 78: no turn begins by it.
"""

from argparse import ArgumentParser, Namespace

from watcher.cli.arguments import configuration, text_or_json
from watcher.cli.ledger_view import view_ledger
from watcher.cli.process import Process
from watcher.cli.render.status import render_status, status_json
from watcher.record.exit_codes import Exit, worst
from watcher.turn.status import look
from watcher.wiring.orders import orders_from


def declare(command: ArgumentParser) -> None:
    configuration(command)
    command.add_argument(
        "--exitcode",
        action="store_true",
        help="end with the code of the last turn; with 75 where none ended, or none has begun for too long; "
        "a broken configuration is 78 without it, too",
    )
    text_or_json(command)


def run(options: Namespace, process: Process) -> Exit:
    with view_ledger(options, process, say_where=False) as here:
        found = look(here.ledger, orders_from(here.settings), here.now)
        if options.format == "json":
            process.out.write(status_json(found, place=here.place, mistakes=here.mistakes))
        else:
            process.out.write(
                render_status(
                    found,
                    here.settings.project_names,
                    place=here.place,
                    mistakes=here.mistakes,
                    timezone=here.timezone,
                    width=process.width,
                    color=process.color,
                )
            )
    broken = Exit.CONFIGURATION if here.mistakes else Exit.DONE
    return worst(broken, found.code) if options.exitcode else broken
