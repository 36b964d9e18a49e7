"""`history`: what the ledger remembers, of one account or of everything."""

from argparse import Namespace

from watcher.cli.accounts import the_one
from watcher.cli.looking import looking
from watcher.cli.render.history import history_json, render_history
from watcher.cli.surroundings import Surroundings
from watcher.decide.exits import Exit


def run(options: Namespace, surroundings: Surroundings) -> Exit:
    with looking(options, surroundings) as here:
        account = None
        if options.account is not None:
            known = (one.account for one in here.ledger.find(options.account))
            nobody = f"The ledger {here.place} never saw {options.account}."
            account = the_one(options.account, known, nobody=nobody).id
        lines = here.ledger.history(account)
        rows = history_json(lines) if options.format == "json" else render_history(lines, here.timezone)
        surroundings.out.writelines(rows)
    return Exit.DONE
