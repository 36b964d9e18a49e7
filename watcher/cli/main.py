"""From the words to the command, and from whatever happens there to an exit code."""

import os
from argparse import Namespace
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, cast

from watcher.cli.parser import build_parser

if TYPE_CHECKING:
    from watcher.cli.surroundings import Surroundings
    from watcher.domain.exits import Exit

_INTERRUPTED = 130
"""What shells use for a process ended by Ctrl-C."""


def main(argv: Sequence[str] | None = None, surroundings: "Surroundings | None" = None) -> int:
    """Run one command; answers its exit code. `--help` and usage errors leave by `SystemExit`."""
    options = build_parser().parse_args(argv)
    if surroundings is None:
        from watcher.cli.surroundings import real_surroundings

        surroundings = real_surroundings()
    return int(_guarded(options, surroundings))


def _guarded(options: Namespace, surroundings: "Surroundings") -> int:
    from watcher.cli.stop import Stop
    from watcher.domain.exits import Exit
    from watcher.ports.ledger import LedgerUnavailable, LedgerUnusable

    try:
        return _command(options.command)(options, surroundings)
    except Stop as stop:
        return _said(surroundings, stop.text, stop.code)
    except LedgerUnusable as error:
        return _said(surroundings, str(error), Exit.CONFIGURATION)
    except LedgerUnavailable as error:
        return _said(surroundings, str(error), Exit.UNREADABLE)
    except BrokenPipeError:
        # The reader of our output left, as `head` does. Nothing more may be written, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), surroundings.out.fileno())
        return Exit.DONE
    except KeyboardInterrupt:
        return _INTERRUPTED
    except Exception:
        # A defect. The log keeps every secret it knows out of the traceback.
        from watcher.adapters.logs import logger

        logger("watcher").exception("unexpected error", command=options.command)
        return Exit.UNEXPECTED


def _command(name: str) -> Callable[[Namespace, "Surroundings"], "Exit"]:
    module = import_module(f"watcher.cli.commands.{name.replace('-', '_')}")
    return cast("Callable[[Namespace, Surroundings], Exit]", module.run)


def _said(surroundings: "Surroundings", text: str, code: "Exit") -> "Exit":
    surroundings.err.write(f"{text.rstrip()}\n")
    return code
