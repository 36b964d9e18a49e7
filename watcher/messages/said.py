"""What a person said, in one line: messages, matters and the ends of problems say the same."""

from datetime import UTC, datetime

from watcher.messages.words import SAID
from watcher.record.overrides import Override
from watcher.texts.times import clock_time


def who_said(word: Override, now: datetime) -> str:
    """`ann approved releases past the limits, Thu 20 May 12:00 UTC: fine`."""
    return f"{word.by} {SAID[word.kind]}, {clock_time(word.at, UTC, now=now)}: {word.why}"
