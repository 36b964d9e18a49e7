"""`explain`: why one account is kept or released, and what would change that; or what became of it."""

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from datetime import datetime
from threading import Event
from typing import Any

from watcher.cli.accounts import fits, the_one
from watcher.cli.alike import account_meant
from watcher.cli.arguments import configuration, one_account, text_or_json
from watcher.cli.commands.audit import audited
from watcher.cli.configured import Keyed, loaded, watching
from watcher.cli.process import Process, Stop
from watcher.cli.progress import progress
from watcher.cli.render.evidence_told import AccountMemory
from watcher.cli.render.explain import explain_json, render_explain
from watcher.cli.render.steps import project_name
from watcher.cli.render.story import render_story, story_json
from watcher.cli.render.what_if import render_what_if, what_if_json
from watcher.decide.exits import exit_of
from watcher.decide.report import Report
from watcher.facts.accounts import Account
from watcher.facts.handles import folded
from watcher.messages.words import FLAW
from watcher.ports.ledger import LedgerReader
from watcher.record.exit_codes import Exit
from watcher.record.fates import LEASED, LeaseState
from watcher.settings.load import Good
from watcher.texts.plain import plain
from watcher.texts.times import zone
from watcher.wiring.ledger import is_same_file, is_there, open_reader


def declare(command: ArgumentParser) -> None:
    configuration(command)
    command.description = (
        f"{command.description} With --config of another file than the one that is found without it: what if "
        "that one were in force. Unless it has a ledger of its own."
    )
    one_account(command)
    text_or_json(command)


def run(options: Namespace, process: Process) -> Exit:
    """Show the trace that the judge returned in an audit; its halts are those of the whole fleet."""
    with_key, other = _chosen(options, process)
    report, then = _looked(with_key, other, process)
    found = [one for one in report.decisions if fits(options.account, one.account)]
    with open_reader(with_key.settings) as ledger:
        if not found:
            return _gone(options, with_key, process, report, ledger)
        account = the_one(options.account, (one.account for one in found), nobody="")
        memory = account_memory(ledger, account, process.clock.now())
    decision = next(one for one in found if one.account == account)
    in_json = options.format == "json"
    here: dict[str, Any] = {
        "now": process.clock.now(),
        "timezone": zone(with_key.settings.timezone),
        "remembered": memory,
    }
    look: dict[str, Any] = {} if in_json else {"width": process.width, "color": process.color}
    if other is None or then is None:
        show = explain_json if in_json else render_explain
        process.out.write(show(decision, report=report, **here, **look))
        return Exit.DONE
    judged = next((one for one in then.decisions if one.account == account), None)
    compare = what_if_json if in_json else render_what_if
    process.out.write(
        compare(
            (decision, report),
            None if judged is None else (judged, then),
            by=other.path,
            instead_of=with_key.good.path,
            **here,
            **look,
        )
    )
    return Exit.DONE


def _chosen(options: Namespace, process: Process) -> tuple[Keyed, Good | None]:
    """The configuration that is in force, and the other one that a what-if is asked about.

    In force is what would be found without `--config`. The named file is a what-if of it, if it is for the
    same API and no turn was ever taken by it on a ledger of its own: then it is another watcher's.
    """
    if options.config is not None:
        plainly = Namespace(**{**vars(options), "config": None})
        usual, named = loaded(plainly, process), loaded(options, process)
        if isinstance(usual, Good) and isinstance(named, Good) and _is_what_if(usual, named):
            return watching(plainly, process), named
    return watching(options, process), None


def _is_what_if(usual: Good, named: Good) -> bool:
    same_api = usual.settings.api.base_url.rstrip("/") == named.settings.api.base_url.rstrip("/")
    own_ledger = named.settings.store.place != usual.settings.store.place and is_there(named.settings)
    return not is_same_file(usual.path, named.path) and same_api and not own_ledger


def _looked(with_key: Keyed, other: Good | None, process: Process) -> tuple[Report, Report | None]:
    """An audit, and of a what-if another one: of the very same answers and the same memory."""
    if other is None:
        return audited(with_key, process), None
    from watcher.wiring.turn import Purpose, Wiring, open_what_if

    wiring = Wiring(
        settings=with_key.settings,
        key=with_key.key,
        clock=process.clock,
        purpose=Purpose.AUDIT,
        stop=Event(),
        shard=with_key.shard,
    )
    with progress(process) as show, open_what_if(replace(wiring, progress=show), other.settings) as looks:
        now_is, then = looks
        return now_is.run().report, then.run().report


def account_memory(ledger: LedgerReader, account: Account, now: datetime) -> AccountMemory:
    known = ledger.known([account.id]).get(account.id, ())
    words = ledger.fleet(now).overrides.asked_releases(now)
    return AccountMemory(
        known=tuple(known),
        history=tuple(ledger.history(account.id)),
        asked=next((word for word in reversed(words) if word.account == account.id), None),
    )


def _gone(
    options: Namespace, with_key: Keyed, process: Process, report: Report, ledger: LedgerReader
) -> Exit:
    """The story of an account that the ledger knows to be gone, or perhaps released, whether or not the API
    answers now.

    One of which the ledger knows no end is missing for another cause, the gravest possible one first.
    """
    known = ledger.find(options.account)
    fates = ledger.fates([one.account.id for one in known])
    over = (LeaseState.RELEASING, LeaseState.RELEASED, LeaseState.NOT_LISTED)
    ended = [one for one in known if fates.get(one.account.id, LEASED).state in over]
    if not ended:
        raise not_found(options.account, report, ledger)
    account = the_one(options.account, {one.account.id: one.account for one in ended}.values(), nobody="")
    one = next(each for each in ended if each.account == account)
    fate, remembered = fates[account.id], account_memory(ledger, account, process.clock.now())
    if options.format == "json":
        process.out.write(story_json(one, fate, remembered))
        return Exit.DONE
    settings = with_key.settings
    process.out.write(
        render_story(
            one,
            fate,
            remembered,
            project=settings.project_names.get(account.project, account.project),
            now=process.clock.now(),
            timezone=zone(settings.timezone),
            width=process.width,
            color=process.color,
        )
    )
    return Exit.DONE


def not_found(reference: str, report: Report, ledger: LedgerReader) -> Stop:
    """Why the account was not found, the gravest possible cause first; which one may have been meant."""
    near = account_meant(reference, ledger, (one.account for one in report.decisions))
    if report.trouble is not None:
        unseen = "" if ledger.find(reference) else f" The ledger never saw {plain(reference)}.{near}"
        return Stop(exit_of(report), f"The API could not be asked: {report.trouble_detail}.{unseen}")
    for one in report.quarantined:
        named = one.id == reference or (one.handle and folded(one.handle) == folded(reference))
        if named and one.also_in:
            where = " and ".join(project_name(report, each) for each in (one.project, *one.also_in))
            return Stop(
                Exit.UNREADABLE,
                f"{reference} is listed by {where}: one of them alone must list it. Until then it is left "
                "alone in both: not announced, not released.",
            )
        if named:
            return Stop(
                Exit.UNREADABLE,
                f"{reference} is leased, but not understood: {FLAW[one.flaw]} ({one.field}).",
            )
    if report.unread:
        names = ", ".join(one.name for one in report.unread)
        return Stop(
            Exit.UNREADABLE, f"{reference} is in no project that could be read; not read: {names}.{near}"
        )
    unknown = f"{reference} is not leased in any project watched.{near}"
    return Stop(Exit.USAGE, f"{unknown} `lease-watcher audit` lists those that are.")
