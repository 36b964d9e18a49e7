"""Arguments that several commands have. Imports next to nothing."""

import argparse
from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from watcher.rules.shards import Shard

UNSAID: Final = "no reason given"
MOST_DAYS: Final = 3 * 366
"""What is said of the days ahead rests on how things are today: beyond three years it says nothing."""
_LONGEST: Final = 9
"""Digits; of very long numbers Python complains in words of its own."""


def configuration(command: ArgumentParser, *, default: str | None = None, shard: bool = True) -> None:
    """Which file, and which part of the projects it names: for all that read a configuration."""
    command.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        default=default,
        help="else WATCHER_CONFIG, ./lease-watcher.toml, /etc/lease-watcher/config.toml",
    )
    if not shard:
        return
    command.add_argument(
        "--shard",
        type=_shard,
        metavar="I/N",
        default=default,
        help="look after this part of the projects only, such as 0/4 to 3/4; each has a ledger of its own",
    )


def actions(
    command: ArgumentParser, does: dict[str, str], *, required: bool = True
) -> dict[str, ArgumentParser]:
    """What the command can be told to do, each with what that does; they have its configuration too."""
    found = command.add_subparsers(dest="action", required=required, metavar="ACTION")
    made = {
        name: found.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
        for name, what in does.items()
    }
    for action in made.values():
        # Said at either place; where it is not said here, what was said before stays.
        configuration(action, default=argparse.SUPPRESS)
    return made


def output(command: ArgumentParser) -> None:
    command.add_argument("--output", type=Path, metavar="FILE", help="write there; else to stdout")


def days_ahead(command: ArgumentParser, what: str) -> None:
    """`--days`: how far to look ahead, from now on."""
    command.add_argument(
        "--days",
        type=_days,
        default=30,
        metavar="N",
        help=f"{what}, up to {MOST_DAYS:,} (three years)",
    )


def one_account(command: ArgumentParser) -> None:
    command.add_argument("account", metavar="ACCOUNT", help="an id or @handle")


def several_accounts(command: ArgumentParser) -> None:
    """A pattern is an option: of an argument nobody need fear that a sign in it, or the shell, means more."""
    command.add_argument("account", nargs="*", metavar="ACCOUNT", help="ids or @handles")
    command.add_argument(
        "--handle",
        action="append",
        metavar="GLOB",
        help="instead: every leased account whose handle fits, such as 'brand.*'; repeatable",
    )
    command.add_argument(
        "--project",
        metavar="NAME",
        help="instead: every leased account of a project; with --handle those of it that fit",
    )
    command.add_argument(
        "--dry-run", action="store_true", help="show which accounts are meant, record nothing"
    )


def text_or_json(command: ArgumentParser) -> None:
    command.add_argument(
        "--format", choices=("text", "json"), default="text", help="for people, or for programs"
    )


def reason_and_name(command: ArgumentParser, *, unsaid: str | None = None) -> None:
    """`unsaid`: the reason of who gives none, for what must work at once and can do no harm."""
    command.add_argument(
        "--reason",
        required=unsaid is None,
        default=unsaid,
        metavar="TEXT",
        help="why, for those who read it later",
    )
    command.add_argument("--by", metavar="WHO", help="who says so; else your login name")


def _shard(text: str) -> "Shard":
    from watcher.rules.shards import shard_of

    try:
        return shard_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _days(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= _LONGEST and 1 <= int(text) <= MOST_DAYS:
        return int(text)
    meant = "" if (number := _whole_days(text)) is None else f"; did you mean {number}?"
    raise argparse.ArgumentTypeError(f"{text} is no number of days from 1 to {MOST_DAYS:,}{meant}")


def _whole_days(written: str) -> int | None:
    """Of a span, as other options take it: `7d`, `48h`."""
    from watcher.settings.notation import duration_of

    try:
        number, rest = divmod(duration_of(written), timedelta(days=1))
    except (ValueError, OverflowError):
        return None
    return number if not rest and 1 <= number <= MOST_DAYS else None
