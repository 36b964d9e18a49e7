"""`ack`: somebody knows, so those who asked to be reminded are not."""

from argparse import ArgumentParser, Namespace

from watcher.cli.accounts import with_id
from watcher.cli.alike import account_meant
from watcher.cli.arguments import configuration, reason_and_name
from watcher.cli.person import speaking
from watcher.cli.process import Process, Stop
from watcher.record.exit_codes import Exit
from watcher.record.overrides import Override, OverrideKind
from watcher.settings.findings import nearest
from watcher.texts.plain import plain


def declare(command: ArgumentParser) -> None:
    configuration(command)
    command.add_argument(
        "what", metavar="WHAT", help="an account's id or @handle, or a problem such as clock.off"
    )
    reason_and_name(command, unsaid="seen")


def run(options: Namespace, process: Process) -> Exit:
    """It holds nothing and releases nothing: what was announced still happens."""
    with speaking(options, process) as person:
        standing = person.ledger.problems()
        if options.what in standing:
            word = Override(
                kind=OverrideKind.ACKNOWLEDGE,
                at=person.now,
                by=person.by,
                why=person.why,
                problem=options.what,
            )
            person.say(word, f"Noted: {plain(standing[options.what].in_full)}")
            return Exit.DONE
        if not options.what.startswith("@") and not person.ledger.find(options.what):
            known = "".join(f"\n  {plain(problem)}" for problem in sorted(standing)) or " none"
            close = nearest(options.what, standing)
            near = f" Did you mean {plain(close)}?" if close else ""
            near = near or account_meant(options.what, person.ledger)
            raise Stop(
                Exit.USAGE,
                f"{plain(options.what)} is no account of the ledger {person.place} and no standing problem."
                f"{near}\n"
                f"Standing problems:{known}",
            )
        account = person.account(options.what)
        word = Override(
            kind=OverrideKind.ACKNOWLEDGE,
            at=person.now,
            by=person.by,
            why=person.why,
            account=account.id,
            until=account.renews_at,
        )
        person.say_of(
            account,
            word,
            f"Noted for {with_id(account)}; it is no hold: what was announced still happens.",
        )
    return Exit.DONE
