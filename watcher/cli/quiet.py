"""What a quiet turn leaves out of its log: what its text says already, for whoever gets both as one mail."""

from collections.abc import Callable, Mapping
from typing import Final

from watcher.decide.report import Report
from watcher.messages.events import EventKind
from watcher.messages.release_messages import attempt_events

LOG: Final = "watcher.events"
"""The log of what the notifier `log` is told."""

_IN_THE_TEXT: Final = frozenset(
    {
        EventKind.RENEWAL_WARNING,
        EventKind.RENEWAL_PAID,
        EventKind.RENEWAL_MOVED,
        EventKind.RELEASE_ANNOUNCED,
        EventKind.RELEASE_WITHDRAWN,
        EventKind.RELEASE_TOO_LATE,
        EventKind.DEADLINE_MISSED,
        EventKind.BRAKE_HALTED,
        EventKind.BRAKE_AHEAD,
        EventKind.LEASE_NEW,
        EventKind.PRICE_CHANGED,
        EventKind.ACCOUNT_GONE,
        EventKind.ACCOUNT_QUARANTINED,
        EventKind.PROJECT_UNREADABLE,
        EventKind.PROJECT_RECOVERED,
        EventKind.PROTECTION_UNMATCHED,
        EventKind.CLOCK_OFF,
    }
)
"""Of these the text of a turn tells each; of others, such as that a problem is over, it does not."""


def in_the_text_of(report: Report) -> Callable[[Mapping[str, object]], bool]:
    """Whether the text of this turn says what a line of that log does, by its fields.

    What was to be told by an earlier turn and is delivered only now stands in no text.
    """
    keys = {one.key for one in report.events if one.kind in _IN_THE_TEXT}
    keys.update(event.key for attempt in report.attempts for event in attempt_events(attempt))

    def is_told(fields: Mapping[str, object]) -> bool:
        return fields.get("key") in keys or (bool(report.warned_in_use) and fields.get("in_use") is True)

    return is_told
