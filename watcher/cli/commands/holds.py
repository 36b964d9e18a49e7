"""`holds`: which accounts are held, by whom, until when, and what that costs."""

from argparse import ArgumentParser, Namespace

from watcher.cli.arguments import configuration, text_or_json
from watcher.cli.ledger_view import view_ledger
from watcher.cli.process import Process
from watcher.cli.render.holds import held_now, holds_json, render_holds
from watcher.record.exit_codes import Exit
from watcher.wiring.orders import configured_holds


def declare(command: ArgumentParser) -> None:
    configuration(command)
    text_or_json(command)


def run(options: Namespace, process: Process) -> Exit:
    with view_ledger(options, process) as here:
        said = here.ledger.fleet(here.now).overrides.with_words(configured_holds(here.settings).said)
        ids = {word.account for word in said.said if word.account is not None}
        known = {id_: found[0].account for id_, found in here.ledger.known(ids).items()}
        held = held_now(said, here.now, known, here.ledger.fates(ids), here.settings.project_names)
        if options.format == "json":
            process.out.write(holds_json(held))
        else:
            process.out.write(render_holds(held, here.now, here.timezone, process.width))
    return Exit.DONE
