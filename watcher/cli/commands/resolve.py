"""`resolve`: a person says how a release ended, or that one that failed may be tried again."""

from argparse import ArgumentParser, Namespace

from watcher.cli.accounts import with_id
from watcher.cli.arguments import configuration, one_account, reason_and_name
from watcher.cli.person import speaking
from watcher.cli.process import Process, Stop
from watcher.facts.handles import name_of
from watcher.record.exit_codes import Exit
from watcher.record.overrides import Override, OverrideKind
from watcher.rules.plan import ATTEMPTS

_KINDS = {
    "released": OverrideKind.RESOLVE_RELEASED,
    "not-released": OverrideKind.RESOLVE_NOT_RELEASED,
}


def declare(command: ArgumentParser) -> None:
    configuration(command)
    one_account(command)
    command.add_argument(
        "--as",
        dest="ending",
        required=True,
        choices=("released", "not-released"),
        help="how it ended; what is not released may be tried again",
    )
    reason_and_name(command)


def run(options: Namespace, process: Process) -> Exit:
    with speaking(options, process) as person:
        account = person.account(options.account)
        person.became(account, person.ledger.fates([account.id]))
        memory = person.ledger.project(account.project)
        kind = _KINDS[options.ending]
        spent = memory.not_done.get(account.period, 0) >= ATTEMPTS
        certain = account.id in memory.refused or account.id in memory.given_back or spent
        again = certain and kind is OverrideKind.RESOLVE_NOT_RELEASED
        if account.id not in memory.unresolved and not again:
            raise Stop(
                Exit.USAGE,
                f"No release of {name_of(account.handle, account.id)} is unresolved or refused, "
                "or had no effect twice.",
            )
        word = Override(kind=kind, at=person.now, by=person.by, why=person.why, account=account.id)
        handle = with_id(account)
        if kind is OverrideKind.RESOLVE_RELEASED:
            done = f"{handle} counts as released, from the next turn on."
        else:
            done = f"{handle} counts as not released; it may be tried again inside its window."
        person.became(account, person.append((word,)))
        person.tell(done)
    return Exit.DONE
