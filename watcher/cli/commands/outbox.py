"""`outbox`: what people have not been told yet, and what they never will be."""

from argparse import Namespace

from watcher.cli.configured import configured
from watcher.cli.looking import looking
from watcher.cli.render.history import render_undelivered, undelivered_json
from watcher.cli.saying import saying
from watcher.cli.stop import Stop
from watcher.cli.surroundings import Surroundings
from watcher.decide.exits import Exit
from watcher.ports.ledger import LedgerReader
from watcher.texts.spans import counted
from watcher.wiring.ledger import open_words


def run(options: Namespace, surroundings: Surroundings) -> Exit:
    match options.action:
        case "retry":
            return _retry(options, surroundings)
        case "drop":
            return _drop(options, surroundings)
        case _:
            return _list(options, surroundings)


def _list(options: Namespace, surroundings: Surroundings) -> Exit:
    with looking(options, surroundings) as here:
        messages = here.ledger.undelivered()
        if options.format == "json":
            surroundings.out.write(undelivered_json(messages))
        else:
            surroundings.out.write(render_undelivered(messages, here.now))
    return Exit.UNDELIVERED if messages else Exit.DONE


def _retry(options: Namespace, surroundings: Surroundings) -> Exit:
    with open_words(configured(options, surroundings).settings) as ledger:
        meant = _meant(options, ledger)
        done = ledger.retry_messages(meant, at=surroundings.clock.now())
    surroundings.out.write(f"{counted(done, 'message')} will be delivered with the next turn.\n")
    return Exit.DONE


def _drop(options: Namespace, surroundings: Surroundings) -> Exit:
    with saying(options, surroundings) as person:
        meant = _meant(options, person.ledger)
        done = person.ledger.drop_messages(meant, by=person.by, why=person.why, at=person.now)
    surroundings.out.write(
        f"{counted(done, 'message')} dropped. A release whose announcement was among them stays undone.\n"
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
        raise Stop(Exit.USAGE, f"no message waits for {options.notifier}; nothing was changed")
    return frozenset(options.messages) | of_notifier
