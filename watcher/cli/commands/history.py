"""`history`: what the ledger remembers, of one account or of everything."""

from argparse import ArgumentParser, Namespace

from watcher.cli.accounts import the_one
from watcher.cli.arguments import configuration, text_or_json
from watcher.cli.ledger_view import view_ledger
from watcher.cli.process import Process
from watcher.cli.render.history import history_json, render_history
from watcher.record.exit_codes import Exit


def declare(command: ArgumentParser) -> None:
    configuration(command)
    command.add_argument("account", nargs="?", metavar="ACCOUNT", help="an id or @handle; else everything")
    text_or_json(command)


def run(options: Namespace, process: Process) -> Exit:
    with view_ledger(options, process) as here:
        account = None
        if options.account is not None:
            known = (one.account for one in here.ledger.find(options.account))
            nobody = f"The ledger {here.place} never saw {options.account}."
            account = the_one(options.account, known, nobody=nobody).id
        lines = here.ledger.history(account)
        rows = history_json(lines) if options.format == "json" else render_history(lines, here.timezone)
        process.out.writelines(rows)
    return Exit.DONE
