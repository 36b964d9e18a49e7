"""What a quiet turn leaves out of its log: what its text says already, for whoever gets both as one mail."""

from collections.abc import Callable, Mapping
from typing import Final

from watcher.cli.render.also_told import CHANGED, STANDING
from watcher.decide.report import Report
from watcher.messages.events import EventKind
from watcher.messages.release_messages import attempt_events

LOG: Final = "watcher.events"
"""The log of what the notifier `log` is told."""

_IN_A_PART_OF_ITS_OWN: Final = frozenset(
    {
        EventKind.RENEWAL_WARNING,
        EventKind.RENEWAL_PAID,
        EventKind.RELEASE_ANNOUNCED,
        EventKind.RELEASE_WITHDRAWN,
        EventKind.RELEASE_TOO_LATE,
        EventKind.DEADLINE_MISSED,
        EventKind.BRAKE_HALTED,
        EventKind.BRAKE_AHEAD,
        EventKind.ACCOUNT_QUARANTINED,
        EventKind.PROJECT_UNREADABLE,
        EventKind.PROTECTION_UNMATCHED,
        EventKind.SAVINGS_MONTH,
    }
)
_IN_THE_TEXT: Final = _IN_A_PART_OF_ITS_OWN | CHANGED | STANDING
"""Of these the text of a turn tells each; of releases it does by their attempts."""


def in_the_text_of(report: Report) -> Callable[[Mapping[str, object]], bool]:
    """Whether the text of this turn says what a line of that log does, by its fields.

    What was to be told by an earlier turn and is delivered only now stands in no text.
    """
    keys = {one.key for one in report.events if one.kind in _IN_THE_TEXT}
    keys.update(event.key for attempt in report.attempts for event in attempt_events(attempt))

    def is_told(fields: Mapping[str, object]) -> bool:
        return fields.get("key") in keys or (bool(report.warned_in_use) and fields.get("in_use") is True)

    return is_told
