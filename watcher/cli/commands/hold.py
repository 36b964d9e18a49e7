"""`hold`: an account is not released, whatever its policy says."""

from argparse import ArgumentParser, Namespace

from watcher.cli.arguments import UNSAID, configuration, one_account, reason_and_name
from watcher.cli.person import speaking
from watcher.cli.process import Process, Stop
from watcher.record.exit_codes import Exit
from watcher.record.overrides import Override, OverrideKind
from watcher.texts.plain import plain


def declare(command: ArgumentParser) -> None:
    configuration(command)
    one_account(command)
    reason_and_name(command, unsaid=UNSAID)
    command.add_argument(
        "--until", metavar="WHEN", help="a date, an instant or `forever`; else the end of this lease period"
    )


def run(options: Namespace, process: Process) -> Exit:
    """Without `--until` to the end of the lease period: a hold that is forgotten costs one month, not all.

    Where the renewal is moved, the hold goes with it (`decide/project.py`).
    """
    with speaking(options, process) as person:
        account = person.account(options.account)
        until = account.renews_at if options.until is None else person.until(options.until)
        if until is not None and until <= person.now:
            raise Stop(
                Exit.USAGE,
                f"@{plain(account.handle)} is past the renewal that the ledger knows: say --until when",
            )
        hold = Override(
            kind=OverrideKind.HOLD,
            at=person.now,
            by=person.by,
            why=person.why,
            account=account.id,
            until=until,
            periods=(account.period,) if options.until is None else (),
        )
        in_force = person.ledger.fleet(person.now).overrides.with_words([hold])
        longest = in_force.hold_on(account.id, person.now) or hold
        done = f"@{plain(account.handle)} ({plain(account.id)}) is held {person.ends(longest.until)}."
        if longest != hold:
            done += f" An earlier hold by {plain(longest.by)} lasts longer than this one; `unhold` ends both."
        person.say(hold, done)
    return Exit.DONE
