"""Notifiers whose options can never work, each by its own judgement."""

from collections.abc import Iterator

from watcher.adapters.channels.catalog import refusal
from watcher.adapters.channels.kinds.email import EmailOptions, email_mistakes
from watcher.settings.findings import Complaint
from watcher.settings.model import Settings


def channels(settings: Settings) -> Iterator[Complaint]:
    for name, options in settings.notifiers.items():
        if isinstance(options, EmailOptions):
            for key, problem in email_mistakes(options):
                yield Complaint(path=("notifiers", name, key), message=problem)
        elif (why := refusal(name, options)) is not None:
            yield Complaint(path=("notifiers", name), message=why, rests_on=(("notifiers", name),))
