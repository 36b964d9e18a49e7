"""`holds`: which accounts are held, by whom and until when."""

from argparse import ArgumentParser, Namespace

from watcher.cli.arguments import configuration, text_or_json
from watcher.cli.ledger_view import view_ledger
from watcher.cli.process import Process
from watcher.cli.render.history import holds_json, render_holds
from watcher.record.exit_codes import Exit
from watcher.wiring.orders import configured_holds


def declare(command: ArgumentParser) -> None:
    configuration(command)
    text_or_json(command)


def run(options: Namespace, process: Process) -> Exit:
    with view_ledger(options, process) as here:
        said = here.ledger.fleet(here.now).overrides.with_words(configured_holds(here.settings).said)
        if options.format == "json":
            process.out.write(holds_json(said, here.now))
        else:
            process.out.write(render_holds(said, here.now, here.timezone))
    return Exit.DONE
