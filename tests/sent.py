"""Which DELETEs a test's sandboxes were sent, told with its failure: a count says neither whose nor why."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from watcher.sandbox.log import Entry, RequestLog

_logs: list[RequestLog] = []


@contextmanager
def remembered() -> Iterator[None]:
    """Every sandbox that is made meanwhile is known to `deletes_sent`."""
    made = RequestLog.__init__

    def remember(log: RequestLog) -> None:
        made(log)
        _logs.append(log)

    with patch.object(RequestLog, "__init__", remember):
        yield


def forget() -> None:
    """What was before this test is no part of its story."""
    _logs.clear()


def deletes_sent() -> str:
    """One line for each, oldest first: when, whose, the reason it gave, and what became of it."""
    return "\n".join(_told(entry) for log in _logs for entry in log.select("DELETE"))


def _told(entry: Entry) -> str:
    account = entry.path.rpartition("/")[2]
    ended = "released" if entry.applied else "not released"
    answer = entry.status or "no answer"
    return f"{entry.at:%Y-%m-%d %H:%M:%S} {account} {ended} ({answer}): {entry.reason or 'no reason given'}"
