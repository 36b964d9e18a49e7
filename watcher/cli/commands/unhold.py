"""`unhold`: ends every hold on an account that was said here."""

from argparse import ArgumentParser, Namespace

from watcher.cli.arguments import configuration, one_account, reason_and_name
from watcher.cli.person import speaking
from watcher.cli.process import Process, Stop
from watcher.record.exit_codes import Exit
from watcher.record.overrides import Override, OverrideKind
from watcher.texts.plain import plain
from watcher.wiring.orders import configured_holds


def declare(command: ArgumentParser) -> None:
    configuration(command)
    one_account(command)
    reason_and_name(command)


def run(options: Namespace, process: Process) -> Exit:
    """A hold of the configuration can only be ended there."""
    with speaking(options, process) as person:
        account = person.account(options.account)
        handle = f"@{plain(account.handle)}"
        written = configured_holds(person.settings).hold_on(account.id, person.now)
        by_configuration = "" if written is None else " It stays held by [[holds]] in the configuration."
        if person.ledger.fleet(person.now).overrides.hold_on(account.id, person.now) is None:
            raise Stop(Exit.USAGE, f"{handle} is not held by a `hold`.{by_configuration}")
        word = Override(
            kind=OverrideKind.UNHOLD, at=person.now, by=person.by, why=person.why, account=account.id
        )
        person.say(
            word,
            f"{handle} ({plain(account.id)}) is no longer held.{by_configuration} "
            "A release must be announced anew.",
        )
    return Exit.DONE
