"""Exit codes, worst first (design §6): how a command, or a turn, ended for whoever scheduled it."""

from enum import IntEnum


class Exit(IntEnum):
    """What each means to people stands in `watcher/messages/words.py`."""

    CONFIGURATION = 78
    """Also a newer or a foreign ledger."""
    KEY = 77
    UNEXPECTED = 1
    OUTCOME_UNKNOWN = 21
    MISSED = 24
    BRAKED = 22
    REFUSED = 20
    UNREADABLE = 75
    UNDELIVERED = 23
    CHANGES_PENDING = 10
    USAGE = 2
    DONE = 0


def worst(*codes: Exit) -> Exit:
    """The one that is told of several; with none, all is done."""
    order = list(Exit)
    return min(codes, key=order.index, default=Exit.DONE)
