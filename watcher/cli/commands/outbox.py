"""`outbox`: what people have not been told yet, and what they never will be."""

from argparse import Namespace

from watcher.adapters.render.history import render_undelivered, undelivered_json
from watcher.cli.looking import looking
from watcher.cli.surroundings import Surroundings
from watcher.domain.exits import Exit


def run(options: Namespace, surroundings: Surroundings) -> Exit:
    with looking(options, surroundings) as here:
        messages = here.ledger.undelivered()
        if options.format == "json":
            surroundings.out.write(undelivered_json(messages))
        else:
            surroundings.out.write(render_undelivered(messages, here.now))
    return Exit.UNDELIVERED if messages else Exit.DONE
