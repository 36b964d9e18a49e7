"""What a person said, in one line: messages, matters and the ends of problems say the same."""

from datetime import UTC, datetime

from watcher.messages.words import SAID
from watcher.record.overrides import Override, OverrideKind
from watcher.texts.times import clock_time


def who_said(word: Override, now: datetime) -> str:
    """`ann approved releases past the limits, Thu 20 May 12:00 UTC: fine`."""
    return f"{word.by} {what_was_said(word, now)}, {clock_time(word.at, UTC, now=now)}: {word.why}"


def what_was_said(word: Override, now: datetime) -> str:
    """`paused releases from Thu 24 Dec 00:00 UTC`: follows a person's name."""
    text = SAID[word.kind]
    if word.begins is None:
        return text
    if word.kind is OverrideKind.PAUSE:
        return f"{text} from {clock_time(word.begins, UTC, now=now)}"
    return f"{text}, and took back pauses that were to come"
