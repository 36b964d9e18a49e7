"""`run`: one turn, or turns for ever."""

from argparse import ArgumentParser, Namespace
from contextlib import nullcontext
from pathlib import Path
from typing import Final

from watcher.cli.arguments import configuration
from watcher.cli.process import Process
from watcher.cli.signals import asking_on_hangup
from watcher.cli.together import Idle, refuse_idle
from watcher.daemon.request import Request
from watcher.record.exit_codes import Exit


def declare(command: ArgumentParser) -> None:
    configuration(command)
    command.add_argument("--once", action="store_true", help="one turn, then exit with its code")
    command.add_argument(
        "--quiet",
        action="store_true",
        help="with --once: print the turn only where something happened, or its exit code is not 0",
    )
    command.add_argument(
        "--dry-run", action="store_true", help="write, send and release nothing, say what would be"
    )
    command.add_argument(
        "--metrics-file",
        type=Path,
        metavar="FILE",
        help="with --once: write metrics there, for the node exporter's textfile collector",
    )
    command.add_argument(
        "--format", choices=("text", "json"), help="with --once: how to print the turn (default: text)"
    )
    command.add_argument(
        "--summary-file",
        type=Path,
        metavar="FILE",
        help="with --once: also write the turn there, one line of JSON",
    )


def run(options: Namespace, process: Process) -> Exit:
    refuse_idle(options, IDLE)
    request = Request()
    # On a terminal SIGHUP says that it is gone, and means what it always means there.
    served = not (options.once or process.out.isatty())
    with asking_on_hangup(request.ask) if served else nullcontext():
        # Only now, for it takes most of a second: who asks for another configuration meanwhile ends nothing.
        from watcher.cli.turns import take_turns

        return take_turns(options, process, request)


IDLE: Final = tuple(
    Idle(option=option, without="--once", why=why)
    for option, why in {
        "--metrics-file": "the daemon serves metrics ([health] listen)",
        "--summary-file": "the daemon logs each of its turns",
        "--quiet": "the daemon logs each of its turns",
        "--format": "the daemon logs each of its turns as JSON, or shows it at a terminal",
    }.items()
)
