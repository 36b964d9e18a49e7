"""The words of the command line. Imports next to nothing: `--help` is asked for often."""

import argparse
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING

from watcher import __version__

if TYPE_CHECKING:
    from watcher.rules.shards import Shard

_EPILOG = """\
exit codes, worst first:
  78  the configuration has mistakes, or the ledger is newer or another organisation's
  77  the API rejected or suspended the key
   1  an unexpected error
  21  the outcome of a release is not known
  24  a planned release was missed
  22  a brake stopped a release that was due
  20  a release was refused, or two had no effect
  75  something that a decision needed could not be read, or a release is to be tried again
  23  messages are undelivered
  10  changes are pending (only with --detailed-exitcode)
   2  the command line has mistakes
   0  all done
"""

_UNSAID = "no reason given"


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="lease-watcher",
        description="Gives back unused leased accounts just before they renew, and never one that is in use.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"lease-watcher {__version__}")
    commands = _Commands(parser)
    _looking(commands)
    _running(commands)
    _saying(commands)
    _upkeep(commands)
    return parser


class _Commands:
    """Adds commands, each with what they have in common."""

    def __init__(self, parser: ArgumentParser) -> None:
        self._sub = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(self, name: str, does: str, *, config: bool = True, more: str = "") -> ArgumentParser:
        command = self._sub.add_parser(name, help=does, description=f"{does[0].upper()}{does[1:]}. {more}")
        if config:
            _config(command, default=None)
        return command


def _looking(commands: _Commands) -> None:
    demo = commands.add("demo", "show a whole release on an embedded sandbox, in seconds", config=False)
    demo.add_argument("--keep", type=Path, metavar="FOLDER", help="keep its configuration and ledger there")

    audit = commands.add(
        "audit", "show every leased account, what it costs and who uses it", more="Read-only."
    )
    audit.add_argument("--format", choices=("table", "json", "csv"), default="table")
    audit.add_argument("--output", type=Path, metavar="FILE", help="write there instead of stdout")
    audit.add_argument(
        "--project", action="append", metavar="NAME", help="show only this project, by name or id; repeatable"
    )
    audit.add_argument("--verdict", action="append", choices=("keep", "warn", "release"), help="repeatable")
    audit.add_argument("--due-within", metavar="SPAN", help="renewals within, such as 7d or 36h")
    audit.add_argument("--detailed-exitcode", action="store_true", help="10 if a run would change something")

    explain = commands.add("explain", "say why an account is kept or released, and what would change that")
    explain.add_argument("account", metavar="ACCOUNT", help="an id or @handle")
    _formats(explain)

    history = commands.add("history", "tell what the ledger remembers, oldest first")
    history.add_argument("account", nargs="?", metavar="ACCOUNT", help="an id or @handle; else everything")
    _formats(history)

    holds = commands.add("holds", "list the holds in force")
    _formats(holds)

    outbox = commands.add(
        "outbox", "list messages that wait for delivery or were given up; retry or drop them"
    )
    _formats(outbox)
    letters = _actions(
        outbox,
        {
            "retry": "deliver them as if they were new",
            "drop": "never deliver them; the ledger says who and why",
        },
        required=False,
    )
    for letter in letters.values():
        letter.add_argument("messages", nargs="*", type=int, metavar="NUMBER", help="as `outbox` shows them")
        letter.add_argument("--notifier", metavar="NAME", help="all that wait for this one")
    _words(letters["drop"])


def _running(commands: _Commands) -> None:
    run = commands.add("run", "take turns for ever (the daemon), or one turn with --once")
    run.add_argument("--once", action="store_true", help="one turn, then exit with its code")
    run.add_argument(
        "--dry-run", action="store_true", help="write, send and release nothing, say what would be"
    )
    run.add_argument(
        "--metrics-file",
        type=Path,
        metavar="FILE",
        help="with --once: write metrics there, for the node exporter's textfile collector",
    )
    run.add_argument(
        "--format", choices=("text", "json"), help="with --once: how to print the turn; else `text`"
    )
    run.add_argument(
        "--summary-file",
        type=Path,
        metavar="FILE",
        help="with --once: also write the turn there, one line of JSON",
    )

    init = commands.add("init", "write a short commented configuration; never overwrites one")
    init.add_argument("--online", action="store_true", help="ask the API for the projects; needs the key")

    check = commands.add("check", "find every mistake in the configuration")
    check.add_argument("--online", action="store_true", help="also ask the API, the notifiers and the store")
    _formats(check)

    notify = commands.add("notify", "try the notifiers, or see which of them would be told what")
    tries = _actions(
        notify,
        {"test": "send a test message", "routes": "show which notifier gets which event of an account"},
    )
    tries["test"].add_argument("name", nargs="?", metavar="NAME", help="else to every notifier")
    tries["routes"].add_argument("account", metavar="ACCOUNT", help="an id or @handle")
    tries["routes"].add_argument(
        "--expect",
        action="append",
        default=[],
        metavar="EVENT=NAMES",
        help="such as release.announced=ops,boss; 1 if it is not so; repeatable",
    )


def _saying(commands: _Commands) -> None:
    hold = commands.add("hold", "keep an account from being released")
    hold.add_argument("account", metavar="ACCOUNT", help="an id or @handle")
    _words(hold, unsaid=_UNSAID)
    hold.add_argument(
        "--until", metavar="WHEN", help="a date, an instant or `forever`; else the end of this lease period"
    )

    unhold = commands.add("unhold", "end the holds on an account")
    unhold.add_argument("account", metavar="ACCOUNT", help="an id or @handle")
    _words(unhold)

    pause = commands.add("pause", "do no releases, of the fleet or of one project")
    pause.add_argument("--project", metavar="NAME", help="a project's name or id; else the fleet")
    pause.add_argument("--until", metavar="WHEN", help="a date or an instant; else until `resume`")
    _words(pause, unsaid=_UNSAID)

    resume = commands.add("resume", "end pauses; without --project all of them")
    resume.add_argument("--project", metavar="NAME", help="a project's name or id")
    resume.add_argument(
        "--accept-baseline",
        action="store_true",
        help="the fleet is right as it is now; ends no pause",
    )
    _words(resume)

    ack = commands.add("ack", "take note of an announced release or a problem, so that it is not repeated")
    ack.add_argument(
        "what", metavar="WHAT", help="an account's id or @handle, or a problem such as clock.off"
    )
    _words(ack, unsaid="seen")

    approve = commands.add("approve", "allow exactly the releases of a docket past count, share and money")
    approve.add_argument("docket", metavar="DOCKET", help="the short id that a halt told")
    _words(approve)

    resolve = commands.add("resolve", "say how a release ended that the watcher could not find out")
    resolve.add_argument("account", metavar="ACCOUNT", help="an id or @handle")
    resolve.add_argument("--as", dest="ending", required=True, choices=("released", "not-released"))
    _words(resolve)


def _upkeep(commands: _Commands) -> None:
    store = commands.add("store", "look after the ledger")
    actions = _actions(
        store,
        {
            "migrate": "bring it to this version",
            "check": "see whether it is sound",
            "export": "write all of it as JSON lines",
            "import": "fill a new ledger from an export",
            "restore": "put a copy in its place; then its notices are void and releases paused",
        },
    )
    actions["export"].add_argument("--output", type=Path, metavar="FILE", help="else the standard output")
    actions["import"].add_argument("file", type=Path, metavar="FILE", help="what `store export` wrote")
    actions["import"].add_argument(
        "--moved",
        action="store_true",
        help="no turn was taken and nothing said since the export: its notices stand, and nothing is paused",
    )
    actions["restore"].add_argument(
        "file",
        type=Path,
        nargs="?",
        metavar="FILE",
        help="the copy, or an export; else what is in the ledger's place is a copy that was put there",
    )
    for action in ("import", "restore"):
        _words(actions[action], unsaid="the ledger was restored from a copy")

    sandbox = commands.add("sandbox", "serve a Layers API of one's own on loopback", config=False)
    sandbox.add_argument("--port", type=int, default=8642)
    sandbox.add_argument("--seed", type=int, default=0)
    sandbox.add_argument("--fleet", default="mixed", metavar="NAME", help="mixed, seeds, large or empty")

    commands.add("schema", "print the JSON schema of the configuration", config=False)
    completion = commands.add("completion", "print a completion script", config=False)
    completion.add_argument("shell", choices=("bash", "zsh", "tcsh"))


def _actions(
    command: ArgumentParser, does: dict[str, str], *, required: bool = True
) -> dict[str, ArgumentParser]:
    actions = command.add_subparsers(dest="action", required=required, metavar="ACTION")
    made = {
        name: actions.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
        for name, what in does.items()
    }
    for action in made.values():
        # Said at either place; where it is not said here, what was said before stays.
        _config(action, default=argparse.SUPPRESS)
    return made


def _config(command: ArgumentParser, *, default: str | None) -> None:
    command.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        default=default,
        help="else WATCHER_CONFIG, ./lease-watcher.toml, /etc/lease-watcher/config.toml",
    )
    command.add_argument(
        "--shard",
        type=_shard,
        metavar="I/N",
        default=default,
        help="look after this part of the projects only, such as 0/4 to 3/4; each has a ledger of its own",
    )


def _shard(text: str) -> "Shard":
    from watcher.rules.shards import shard_of

    try:
        return shard_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _formats(command: ArgumentParser) -> None:
    command.add_argument("--format", choices=("text", "json"), default="text")


def _words(command: ArgumentParser, *, unsaid: str | None = None) -> None:
    """`unsaid`: the reason of who gives none, for what must work at once and can do no harm."""
    why = "why, for those who read it later" + (f"; else `{unsaid}`" if unsaid else "")
    command.add_argument("--reason", required=unsaid is None, default=unsaid, metavar="TEXT", help=why)
    command.add_argument("--by", metavar="WHO", help="who says so; else your login name")
