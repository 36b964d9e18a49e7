"""`outbox`: what people have not been told yet, and what they never will be."""

from argparse import ArgumentParser, Namespace
from typing import Final

from watcher.cli.alike import instead
from watcher.cli.arguments import actions, configuration, reason_and_name, text_or_json
from watcher.cli.configured import configured
from watcher.cli.ledger_view import view_ledger
from watcher.cli.person import speaking
from watcher.cli.process import Process, Stop
from watcher.cli.render.history import render_undelivered, undelivered_json
from watcher.cli.together import Idle, refuse_idle
from watcher.ports.ledger import LedgerReader
from watcher.record.exit_codes import Exit
from watcher.texts.plain import plain
from watcher.texts.spans import counted
from watcher.wiring.ledger import open_words


def declare(command: ArgumentParser) -> None:
    configuration(command)
    text_or_json(command)
    letters = actions(
        command,
        {
            "retry": "deliver them as if they were new",
            "drop": "never deliver them; the ledger says who and why",
        },
        required=False,
    )
    for letter in letters.values():
        letter.add_argument("messages", nargs="*", type=int, metavar="NUMBER", help="as `outbox` shows them")
        letter.add_argument("--notifier", metavar="NAME", help="all that wait for this one")
    reason_and_name(letters["drop"])


IDLE: Final = tuple(
    Idle(option="--format", beside=action, why="it is of the list, so leave it out")
    for action in ("retry", "drop")
)


def run(options: Namespace, process: Process) -> Exit:
    refuse_idle(options, IDLE)
    match options.action:
        case "retry":
            return _retry(options, process)
        case "drop":
            return _drop(options, process)
        case _:
            return _list(options, process)


def _list(options: Namespace, process: Process) -> Exit:
    with view_ledger(options, process) as here:
        messages = here.ledger.undelivered()
        if options.format == "json":
            process.out.write(undelivered_json(messages))
        else:
            process.out.write(render_undelivered(messages, here.now, process.width))
    return Exit.UNDELIVERED if messages else Exit.DONE


def _retry(options: Namespace, process: Process) -> Exit:
    with open_words(configured(options, process).settings) as ledger:
        meant = _meant(options, ledger)
        done = ledger.retry_messages(meant, at=process.clock.now())
    process.say(f"{counted(done, 'message')} will be delivered with the next turn.")
    return Exit.DONE


def _drop(options: Namespace, process: Process) -> Exit:
    with speaking(options, process) as person:
        meant = _meant(options, person.ledger)
        done = person.ledger.drop_messages(meant, by=person.by, why=person.why, at=person.now)
    process.say(
        f"{counted(done, 'message')} dropped. A release whose announcement was among them stays undone."
    )
    return Exit.DONE


def _meant(options: Namespace, ledger: LedgerReader) -> frozenset[int]:
    """The messages that were named. Raises `Stop` unless every one of them is undelivered."""
    if not options.messages and options.notifier is None:
        raise Stop(Exit.USAGE, "say which: their numbers as `outbox` shows them, or --notifier NAME")
    undelivered = ledger.undelivered()
    known = {one.id for one in undelivered}
    missing = sorted(set(options.messages) - known)
    if missing:
        numbers = ", ".join(f"#{number}" for number in missing)
        raise Stop(Exit.USAGE, f"no undelivered message has the number {numbers}; nothing was changed")
    of_notifier = {one.id for one in undelivered if one.notifier == options.notifier}
    if options.notifier is not None and not of_notifier:
        waiting = sorted({one.notifier for one in undelivered})
        near = f"; {instead(options.notifier, waiting)}" if waiting else ""
        name = plain(options.notifier)
        raise Stop(Exit.USAGE, f"no message waits for {name}; nothing was changed{near}")
    return frozenset(options.messages) | of_notifier
