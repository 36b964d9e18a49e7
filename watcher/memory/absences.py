"""Why nobody looked: the key, the API, a ledger that was put back, or a watcher that did not run."""

from datetime import UTC, datetime
from typing import Final

from watcher.memory.remembered import ProjectMemory
from watcher.messages.cause_words import BARRED_SINCE, MAY_NOT_LIST
from watcher.record.outcomes import Cause, Explanation
from watcher.record.overrides import Overrides
from watcher.record.reasons import Trouble
from watcher.texts.times import clock_time


def absent(
    memory: ProjectMemory, overrides: Overrides, *details: str, by: datetime | None = None
) -> Explanation:
    """Nobody looked: the key was of no use or the API was away, as far as is known, or else the watcher.

    `by`: what began later was none of its doing.
    """
    if memory.unreadable_since is None or (by is not None and memory.unreadable_since > by):
        return not_running(memory, overrides, *details)
    if (barred := memory.barred) is not None and barred.since <= memory.unreadable_since:
        since = f"{BARRED_SINCE[barred.trouble]} since {dated(barred.since)}"
        title = MAY_NOT_LIST if barred.trouble is Trouble.KEY_LACKS_SCOPE else ""
        return Explanation(cause=BARRED[barred.trouble], title=title, details=(since, *details))
    since = f"unreadable since {dated(memory.unreadable_since)}"
    return Explanation(cause=Cause.API_DOWN, details=(since, *details))


def not_running(memory: ProjectMemory, overrides: Overrides, *details: str) -> Explanation:
    """No turn is known; where the ledger was put back since the last one, those that came are lost."""
    restored = overrides.restored_at()
    if restored is None or (memory.read_at is not None and restored <= memory.read_at):
        return Explanation(cause=Cause.WATCHER_DOWN, details=details)
    return put_back(restored, *details)


def put_back(noticed: datetime, *details: str) -> Explanation:
    """What was known of it was lost with what the ledger was before."""
    return Explanation(cause=Cause.RESTORED, details=(f"noticed {dated(noticed)}", *details))


BARRED: Final = {
    Trouble.KEY_REFUSED: Cause.KEY_REFUSED,
    Trouble.KEY_SUSPENDED: Cause.KEY_SUSPENDED,
    Trouble.KEY_LACKS_SCOPE: Cause.KEY_LACKS_SCOPE,
}
"""Troubles with the key by which nothing can be read, and the cause that each is."""


def dated(moment: datetime) -> str:
    """Without its year: it stands beside a renewal that has one."""
    return clock_time(moment, UTC, now=moment)
