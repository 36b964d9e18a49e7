"""The words of the command line, collected: each command's arguments stand in its own file.

That file is imported when its command was named, and not before: `--help` is asked for often, and has this
list.
"""

import argparse
import os
import sys
from argparse import ArgumentParser, Namespace
from importlib import import_module
from shutil import get_terminal_size
from types import ModuleType
from typing import Any, Final, NoReturn

from watcher import __version__
from watcher.cli.streams import READABLE, cells_of

COMMANDS: Final = {
    "demo": "show a whole release on an embedded sandbox, in seconds",
    "audit": "show every leased account, what it costs and who uses it",
    "forecast": "show what renews in the days ahead, what it costs, and what of that is wasted",
    "simulate": "play the days ahead through: what would be told, released and paid, projected",
    "explain": "say why an account is kept or released, and what would change that",
    "report": "write one page: what to decide, what renews when, what it costs and what is wasted",
    "history": "tell what the ledger remembers, oldest first",
    "status": "say how things stand, by the ledger alone: last turn, next openings, what is to be decided",
    "calendar": "write a calendar of what is to be decided until when, and what renews when",
    "savings": "sum up what releases saved and what was paid for nothing, by the ledger alone",
    "docket": "list the releases that wait for a decision: what, why, by when",
    "holds": "list the holds in force",
    "pauses": "list the pauses in force, and those to come",
    "outbox": "list messages that wait for delivery or were given up; retry or drop them",
    "run": "take turns for ever (the daemon), or one turn with --once",
    "init": "write a short configuration to start from; never overwrites one",
    "check": "find every mistake in the configuration",
    "config": "show the configuration in force, each value with its origin",
    "policy": "test policies by cases: what is decided of an account, beside what you expect",
    "notify": "try the notifiers, or see which of them would be told what",
    "release": "release one account now, on a person's word: shown, typed, and told what came of it",
    "hold": "keep an account from being released",
    "unhold": "end the holds on an account",
    "pause": "do no releases, of the fleet or of one project",
    "resume": "end pauses; without --project all of them",
    "ack": "take note of an announced release or a problem, so that it is not repeated",
    "approve": "allow exactly the releases of a docket past count, share and money",
    "unapprove": "withdraw the approval of a docket",
    "resolve": "say how a release ended that the watcher could not find out",
    "store": "look after the ledger",
    "sandbox": "serve a Layers API of one's own on loopback",
    "schema": "print the JSON schema of the configuration, or of policy tests",
    "completion": "print a completion script",
}
"""What each does, as `--help` lists them. A new command is one line here, and one file of that name."""


def build_parser(*, whole: bool = False) -> ArgumentParser:
    """Every command; with the arguments of all if `whole`, else of the one that turns out to be named."""
    parser = _Parser(
        prog="lease-watcher",
        description="Gives back unused leased accounts just before they renew, and never one that is in use.",
        formatter_class=_WholeHelp,
    )
    parser.add_argument("--version", action="version", version=f"lease-watcher {__version__}")
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", parser_class=_CommandParser
    )
    for name, does in COMMANDS.items():
        command = commands.add_parser(name, help=does, description=f"{does[0].upper()}{does[1:]}.")
        command.file = name
        if whole:
            command.declare()
    return parser


def _exit_codes() -> str:
    from watcher.messages.words import EXIT
    from watcher.record.exit_codes import Exit

    rows = (f"  {int(code):2}  {EXIT[code]}" for code in Exit)
    return "\n".join(("exit codes, worst first:", *rows))


class _Help(argparse.HelpFormatter):
    """As wide as can be read, and with each default that its option has."""

    def __init__(self, prog: str, **settings: Any) -> None:
        room = min(cells_of(sys.stdout, os.environ) or get_terminal_size().columns, READABLE)
        super().__init__(prog, **{"width": room - 2, **settings})

    def add_argument(self, action: argparse.Action) -> None:
        """The longest command has its help beside it, too: its indent is counted, which argparse forgets."""
        super().add_argument(action)
        for each in self._iter_indented_subactions(action):
            length = len(self._format_action_invocation(each)) + self._current_indent
            self._action_max_length = max(self._action_max_length, length)

    def _get_help_string(self, action: argparse.Action) -> str | None:
        said = action.help or ""
        default = action.default
        if not action.option_strings or default is None or default is False or default == []:
            return said
        return said if default is argparse.SUPPRESS else f"{said} (default: %(default)s)"


class _WholeHelp(_Help):
    """The same, with its exit codes in rows of their own."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return text if "\n" in text else super()._fill_text(text, width, indent)


class _Complaining(ArgumentParser):
    """What it complains of is laid out for a terminal, with the nearest that there is."""

    def error(self, message: str) -> NoReturn:
        from watcher.cli.mistyped import meant
        from watcher.cli.render.sheet import laid_out

        self.print_usage(sys.stderr)
        told = f"{self.prog}: error: {meant(message, self)}"
        self.exit(2, laid_out(told, cells_of(sys.stderr, os.environ)))


class _Parser(_Complaining):
    """Of all commands. Its help ends with the exit codes, whose words are looked up when it is asked for."""

    def format_help(self) -> str:
        self.epilog = _exit_codes()
        return super().format_help()


def file_of(command: str) -> ModuleType:
    """The file that has its arguments and does it: `declare(command)`, `run(options, process) -> Exit`."""
    return import_module(f"watcher.cli.commands.{command}")


class _CommandParser(_Complaining):
    """Of one command, or of one of its actions. Asks for the arguments when it is to parse some."""

    file: str | None = None
    """None: it has all it will have."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"formatter_class": _Help, **settings})

    def declare(self) -> None:
        if self.file is not None:
            name, self.file = self.file, None
            file_of(name).declare(self)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """What is left over is a mistake here, where the options that it may have been are known.

        `typed`: the options that were, whatever their defaults are.
        """
        self.declare()
        found, left = super().parse_known_args(args, namespace)
        if left:
            self.error(f"unrecognized arguments: {' '.join(left)}")
        found.typed = self._typed(args) | getattr(found, "typed", frozenset())
        return found, left

    def _typed(self, args: Any) -> frozenset[str]:
        """Where no default takes its place, nothing stands for what was not typed."""
        blank = Namespace(**{each.dest: None for each in self._actions})
        super().parse_known_args(args, blank)
        return frozenset(
            each.option_strings[-1]
            for each in self._actions
            if each.option_strings and getattr(blank, each.dest, None) is not None
        )
