"""`holds`: which accounts are held, by whom and until when."""

from argparse import Namespace

from watcher.cli.looking import looking
from watcher.cli.render.history import holds_json, render_holds
from watcher.cli.surroundings import Surroundings
from watcher.decide.exits import Exit
from watcher.wiring.orders import configured_holds


def run(options: Namespace, surroundings: Surroundings) -> Exit:
    with looking(options, surroundings) as here:
        said = here.ledger.fleet(here.now).overrides.with_words(configured_holds(here.settings).said)
        if options.format == "json":
            surroundings.out.write(holds_json(said, here.now))
        else:
            surroundings.out.write(render_holds(said, here.now, here.timezone))
    return Exit.DONE
