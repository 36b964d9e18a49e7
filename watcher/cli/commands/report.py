"""`report`: one page for whoever pays: what to decide, what renews when, what it costs. Reads only."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from shlex import quote
from typing import Final, assert_never

from watcher.cli.arguments import configuration, output
from watcher.cli.commands.audit import auditing
from watcher.cli.configured import Keyed, watching
from watcher.cli.process import Process, Stop
from watcher.cli.render.evidence_told import AccountMemory
from watcher.cli.render.markdown import markdown
from watcher.cli.render.report_page import Beside, report_page, rows_of
from watcher.cli.render.since import since_block
from watcher.cli.written import output_of, write_output
from watcher.decide.exits import exit_of
from watcher.facts.accounts import AccountId
from watcher.memory.savings import Books
from watcher.ports.ledger import LedgerReader
from watcher.record.exit_codes import Exit
from watcher.settings.notation import as_typed, earlier_of
from watcher.texts.plain import plain
from watcher.texts.times import zone
from watcher.turn.savings import summed_up
from watcher.wiring.ledger import open_reader
from watcher.wiring.orders import orders_from

_TOGETHER: Final = 500
"""So many accounts are asked about at once."""


def declare(command: ArgumentParser) -> None:
    configuration(command)
    command.description = (
        f"{command.description} One read-only turn, as `audit` takes; what changed is from the ledger, and "
        "nothing is written to it."
    )
    command.add_argument(
        "--format",
        choices=("html", "markdown"),
        default="html",
        help="a file for a browser, which fetches nothing, or a short one for a pull request or wiki",
    )
    output(command)
    command.add_argument(
        "--since",
        metavar="WHEN",
        default="7d",
        help="what changed from then on: a span before now, a date or an instant",
    )


def run(options: Namespace, process: Process) -> Exit:
    with_key = watching(options, process)
    place = output_of(options, process, with_key.good)
    timezone = zone(with_key.settings.timezone)
    since = _since(options.since, with_key, process.clock.now())
    if place is None and options.format == "html" and process.out.isatty():
        raise Stop(
            Exit.USAGE, "A page is for a browser: name a file, such as `--output report.html`, or pipe it."
        )
    with auditing(with_key, process) as (report, decisions):
        now = process.clock.now()
        whole = replace(report, decisions=decisions)
        rows = rows_of(whole)
        with open_reader(with_key.settings) as ledger:
            accounts = [one.account.id for one in rows]
            memories = {} if options.format == "markdown" else _memories(accounts, ledger, now)
            owners = orders_from(with_key.settings).owners
            books = Books(since=since, until=now, owners=owners, zone=timezone, now=now)
            changed = since_block(
                ledger.history(since=since),
                summed_up(ledger, ledger.fleet(now), books),
                asked=quote(options.since),
                names=report.project_names,
                now=now,
                timezone=timezone,
            )
        beside = Beside(memories=memories, changed=changed, routes=with_key.settings.routes)
        page = report_page(whole, rows, now=now, timezone=timezone, beside=beside)
    match options.format:
        case "html":
            from watcher.wiring.pages import html_writer

            text = html_writer()(page)
        case "markdown":
            text = markdown(page)
        case other:
            assert_never(other)
    code = exit_of(report)
    if place is None:
        return process.show(text, code)
    write_output(text, place)
    return code


def _since(written: str, with_key: Keyed, now: datetime) -> datetime:
    try:
        since = earlier_of(written, now, zone(with_key.settings.timezone))
    except ValueError as error:
        raise Stop(Exit.USAGE, f"--since {plain(written)}: {as_typed(error)}") from None
    if since >= now:
        raise Stop(Exit.USAGE, f"--since {plain(written)}: is not past, so nothing has changed since")
    return since


def _memories(
    accounts: Sequence[AccountId], ledger: LedgerReader, now: datetime
) -> Mapping[AccountId, AccountMemory]:
    """As `explain` has them, but for what asks for the whole history of each."""
    asked = {word.account: word for word in ledger.fleet(now).overrides.asked_releases(now)}
    found = {}
    for place in range(0, len(accounts), _TOGETHER):
        known = ledger.known(accounts[place : place + _TOGETHER])
        found.update(
            {id_: AccountMemory(known=tuple(those), asked=asked.get(id_)) for id_, those in known.items()}
        )
    return found
