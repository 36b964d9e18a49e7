"""`notify test`: a message to the notifiers, so that a person sees it arrive; `notify routes` beside it."""

from argparse import ArgumentParser, Namespace
from datetime import datetime
from typing import assert_never

from watcher.cli.alike import instead
from watcher.cli.arguments import actions, configuration, one_account
from watcher.cli.configured import configured
from watcher.cli.process import Process, Stop
from watcher.messages.events import Event, EventKind
from watcher.ports.notifier import Accepted, Delivery, Digest, Notifier, Postponed, Rejected
from watcher.record.exit_codes import Exit
from watcher.rules.plan import Mode
from watcher.texts.plain import plain


def declare(command: ArgumentParser) -> None:
    configuration(command)
    tries = actions(
        command,
        {"test": "send a test message", "routes": "show which notifier gets which event of an account"},
    )
    tries["test"].add_argument(
        "name", nargs="?", metavar="NAME", help="the notifier that sends it; else every one"
    )
    one_account(tries["routes"])
    tries["routes"].add_argument(
        "--expect",
        action="append",
        default=[],
        metavar="EVENT=NAMES",
        help="such as release.announced=ops,boss; 1 if it is not so; repeatable",
    )


def run(options: Namespace, process: Process) -> Exit:
    if options.action == "routes":
        from watcher.cli.commands.notify_routes import routes

        return routes(options, process)
    return _test(options, process)


def _test(options: Namespace, process: Process) -> Exit:
    """Nothing is remembered: the message is no receipt, and is not tried again. In observe it says so."""
    from watcher.wiring.web import open_notifiers

    settings = configured(options, process).settings
    if options.name is not None and options.name not in settings.notifiers:
        near = instead(options.name, settings.notifiers)
        raise Stop(Exit.USAGE, f"there is no notifier {plain(options.name)}; {near}")
    now, live = process.clock.now(), settings.mode is Mode.ENFORCE
    digest = Digest(
        id=f"test:{now.isoformat()}",
        at=now,
        live=live,
        events=(notifier_test(now),),
    )
    code = Exit.DONE
    with open_notifiers(settings, process.clock) as notifiers:
        for notifier in notifiers:
            if options.name in (None, notifier.name):
                delivery = notifier.deliver(digest)
                process.say(f"{plain(notifier.name)}: {_in_words(notifier, delivery, live=live)}")
                code = code if isinstance(delivery, Accepted) else Exit.UNDELIVERED
    return code


def notifier_test(now: datetime) -> Event:
    return Event(
        kind=EventKind.NOTIFIER_TEST,
        key=f"{EventKind.NOTIFIER_TEST}:{now.isoformat()}",
        at=now,
        what="a test message from the lease watcher: nothing happened, nothing needs to be done",
    )


def _in_words(notifier: Notifier, delivery: Delivery, *, live: bool) -> str:
    match delivery:
        case Accepted(detail=detail):
            counts = "counts as a receipt" if live else "would count as a receipt in enforce, not in observe"
            counts = counts if notifier.counts else "never counts as a receipt"
            return f"accepted{f' ({plain(detail)})' if detail else ''}; {counts}"
        case Postponed(why=why):
            return f"not accepted now, a turn would try again: {plain(why)}"
        case Rejected(why=why):
            return f"refused: {plain(why)}"
        case _:
            assert_never(delivery)
