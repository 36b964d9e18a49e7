"""`explain`: why one account is kept or released, and what would change that."""

from argparse import ArgumentParser, Namespace

from watcher.cli.accounts import did_you_mean, fits, the_one
from watcher.cli.arguments import configuration, one_account, text_or_json
from watcher.cli.commands.audit import audited
from watcher.cli.configured import watching
from watcher.cli.process import Process, Stop
from watcher.cli.render.explain import explain_json, render_explain
from watcher.cli.render.steps import project_name
from watcher.decide.exits import exit_of
from watcher.decide.report import Report
from watcher.facts.handles import folded
from watcher.messages.words import FLAW
from watcher.record.exit_codes import Exit
from watcher.texts.times import zone


def declare(command: ArgumentParser) -> None:
    configuration(command)
    one_account(command)
    text_or_json(command)


def run(options: Namespace, process: Process) -> Exit:
    """Show the trace that the judge returned in an audit; its halts are those of the whole fleet."""
    with_key = watching(options, process)
    report = audited(with_key, process)
    found = [one for one in report.decisions if fits(options.account, one.account)]
    if not found:
        raise _not_found(options.account, report)
    account = the_one(options.account, (one.account for one in found), nobody="")
    decision = next(one for one in found if one.account == account)
    now, timezone = process.clock.now(), zone(with_key.settings.timezone)
    if options.format == "json":
        process.out.write(explain_json(decision, report=report, now=now, timezone=timezone))
    else:
        process.out.write(
            render_explain(
                decision,
                report=report,
                now=now,
                timezone=timezone,
                width=process.width,
                color=process.color,
            )
        )
    return Exit.DONE


def _not_found(reference: str, report: Report) -> Stop:
    """Why the account was not found, the gravest possible cause first."""
    if report.trouble is not None:
        return Stop(exit_of(report), f"The API could not be asked: {report.trouble_detail}.")
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
        return Stop(Exit.UNREADABLE, f"{reference} is in no project that could be read; not read: {names}.")
    return Stop(
        Exit.USAGE,
        f"{reference} is not leased in any project watched."
        f"{did_you_mean(reference, (one.account for one in report.decisions))} "
        "`lease-watcher audit` lists those that are.",
    )
