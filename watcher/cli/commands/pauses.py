"""`pauses`: which pauses are in force or to come, by whom and until when, and which are planned."""

from argparse import ArgumentParser, Namespace

from watcher.cli.arguments import configuration, text_or_json
from watcher.cli.ledger_view import view_ledger
from watcher.cli.process import Process
from watcher.cli.render.pauses import pauses_json, render_pauses
from watcher.record.exit_codes import Exit


def declare(command: ArgumentParser) -> None:
    configuration(command)
    text_or_json(command)


def run(options: Namespace, process: Process) -> Exit:
    with view_ledger(options, process) as here:
        overrides = here.ledger.fleet(here.now).overrides
        pauses = (*overrides.pauses(here.now), *overrides.pauses_to_come(here.now))
        planned = here.settings.planned_pauses.pauses
        if options.format == "json":
            process.out.write(pauses_json(pauses, planned, here.now))
        else:
            process.out.write(
                render_pauses(
                    pauses,
                    planned,
                    here.settings.project_names,
                    now=here.now,
                    timezone=here.timezone,
                    width=process.width,
                )
            )
    return Exit.DONE
