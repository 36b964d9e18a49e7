"""`run`: one turn, or turns for ever."""

from argparse import Namespace
from contextlib import nullcontext

from watcher.cli.signals import asking_on_hangup
from watcher.cli.stop import Stop
from watcher.cli.surroundings import Surroundings
from watcher.daemon.request import Request
from watcher.decide.exits import Exit


def run(options: Namespace, surroundings: Surroundings) -> Exit:
    _require_once_for_its_options(options)
    request = Request()
    # On a terminal SIGHUP says that it is gone, and means what it always means there.
    served = not (options.once or surroundings.out.isatty())
    with asking_on_hangup(request.ask) if served else nullcontext():
        # Only now, for it takes most of a second: who asks for another configuration meanwhile ends nothing.
        from watcher.cli.turns import take_turns

        return take_turns(options, surroundings, request)


def _require_once_for_its_options(options: Namespace) -> None:
    instead = {
        "metrics_file": "the daemon serves metrics ([health] listen)",
        "summary_file": "the daemon logs each of its turns",
        "format": "the daemon logs each of its turns as JSON, or shows it at a terminal",
    }
    for name, why in instead.items():
        if getattr(options, name) is not None and not options.once:
            raise Stop(Exit.USAGE, f"--{name.replace('_', '-')} is for --once: {why}.")
