"""Notifiers whose options can never work, each by its own judgement."""

from collections.abc import Iterator

from watcher.adapters.notifiers.kinds import refusal
from watcher.settings.findings import Complaint
from watcher.settings.model import Settings


def channels(settings: Settings) -> Iterator[Complaint]:
    for name, options in settings.notifiers.items():
        why = refusal(name, options)
        if why is not None:
            yield Complaint(path=("notifiers", name), message=why, rests_on=(("notifiers", name),))
