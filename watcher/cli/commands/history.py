"""`history`: what the ledger remembers, of one account or of everything."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from watcher.cli.accounts import the_one
from watcher.cli.alike import account_meant, instead
from watcher.cli.arguments import configuration
from watcher.cli.ledger_view import LedgerView, view_ledger
from watcher.cli.process import Process, Stop
from watcher.cli.render.history import history_csv, history_json, render_history
from watcher.cli.render.steps import in_full
from watcher.facts.accounts import Account, ProjectId
from watcher.ports.ledger import HISTORY_KINDS, SAME_KIND, TOLD_KINDS, HistoryLine
from watcher.record.exit_codes import Exit
from watcher.texts.plain import plain

_TOLD = frozenset(TOLD_KINDS)


def declare(command: ArgumentParser) -> None:
    configuration(command)
    command.add_argument("account", nargs="?", metavar="ACCOUNT", help="an id or @handle; else everything")
    command.add_argument(
        "--since", metavar="WHEN", help="from then on: a span before now (7d), a date or an instant"
    )
    command.add_argument("--until", metavar="WHEN", help="before then; a date through its end")
    command.add_argument(
        "--kind",
        action="append",
        metavar="KIND",
        help="only what happened of that kind, such as hold, renewal.paid or 'release.*', or what was "
        "told, such as deadline.missed; repeatable",
    )
    command.add_argument("--limit", type=int, metavar="N", help="only the last N of them; sums are of all")
    command.add_argument(
        "--format",
        choices=("text", "json", "csv"),
        default="text",
        help="for people, for programs, or for a spreadsheet",
    )


def run(options: Namespace, process: Process) -> Exit:
    kinds = _kinds(options.kind or ())
    if options.limit is not None and options.limit < 1:
        raise Stop(Exit.USAGE, f"--limit {options.limit}: must be 1 or more")
    with view_ledger(options, process) as here:
        since, until = (
            None if text is None else here.earlier(option, text)
            for option, text in (("--since", options.since), ("--until", options.until))
        )
        if since is not None and until is not None and until <= since:
            raise Stop(
                Exit.USAGE, f"--until {plain(options.until)} is not after --since {plain(options.since)}"
            )
        account = None if options.account is None else _account(options.account, here)
        found = here.ledger.history(None if account is None else account.id, since=since, until=until)
        lines: Iterator[HistoryLine] = (
            one for one in found if kinds is None or one.what in kinds or one.event in kinds & _TOLD
        )
        names = here.settings.project_names
        if options.format == "json":
            process.out.writelines(history_json(lines, names=names, limit=options.limit))
            return Exit.DONE
        if options.format == "csv":
            projects = here.settings.projects.values()
            rows = history_csv(
                lines,
                names=names,
                limit=options.limit,
                owners={ProjectId(each.id): each.owner for each in projects if each.owner},
                labels={ProjectId(each.id): each.labels for each in projects if each.labels},
            )
            process.out.writelines(rows)
            return Exit.DONE
        if account is not None:
            process.say(_title(account, names))
        narrowed = bool(kinds or since or until)
        process.out.writelines(
            render_history(
                lines,
                here.timezone,
                names=names,
                width=process.width,
                limit=options.limit,
                of_one=account is not None,
                nothing="Nothing of that kind happened then." if narrowed else "Nothing has happened yet.",
            )
        )
    return Exit.DONE


def _kinds(asked: Sequence[str]) -> frozenset[str] | None:
    """The kinds that the patterns fit, None for all. Raises `Stop` for one that fits none.

    What happened goes by its own name; what was only told, by the name that messages have for it.
    """
    known = (*HISTORY_KINDS, *TOLD_KINDS)
    found = set[str]()
    for pattern in (SAME_KIND.get(each, each) for each in asked):
        fitting = {kind for kind in known if fnmatchcase(kind, pattern)}
        if not fitting:
            near = instead(pattern, known)
            raise Stop(Exit.USAGE, f"--kind {plain(pattern)}: there is no such kind; {near}")
        found |= fitting
    return frozenset(found) if asked else None


def _title(account: Account, names: Mapping[ProjectId, str]) -> str:
    """Whom all of it is about, once instead of in every line."""
    project = plain(names.get(account.project, account.project))
    return in_full(account, project)


def _account(reference: str, here: LedgerView) -> Account:
    known = [one.account for one in here.ledger.find(reference)]
    near = "" if known else account_meant(reference, here.ledger)
    return the_one(reference, known, nobody=f"The ledger {here.place} never saw {plain(reference)}.{near}")
