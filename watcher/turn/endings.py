"""How attempts end: what their conclusions and their causes come to."""

from datetime import timedelta

from watcher.ports.leases import Done, NotThere, ReleaseAnswer
from watcher.record.attempts import Ended
from watcher.record.intents import Ending
from watcher.record.reasons import Reason
from watcher.texts.spans import span

OBJECTED = {Reason.BRAKED: Ended.HALTED, Reason.RULES_TO_COME: Ended.NOT_SENT}
"""How an attempt ends that the gate stopped for a reason other than the account's own facts."""

GONE = (Ended.RELEASED, Ended.GONE_NOT_BY_US)
"""How attempts end after which their account is no longer listed."""


def too_old(what: str, age: timedelta) -> str:
    return f"{what} came {span(age)} old, right before the release: somebody in between keeps answers"


def so_far(answer: ReleaseAnswer) -> str:
    match answer:
        case Done():
            return "was released, as the API confirmed"
        case NotThere():
            return "is not leased any more, as the API answered its DELETE"
        case _:
            return "may have been released: its DELETE was sent, and how it ended is not known"


ENDED = {
    Ending.RELEASED: Ended.RELEASED,
    Ending.GONE_NOT_BY_US: Ended.GONE_NOT_BY_US,
    Ending.NOT_DONE: Ended.NOT_DONE,
    Ending.NOT_SENT: Ended.NOT_SENT,
    Ending.REFUSED: Ended.REFUSED,
}
