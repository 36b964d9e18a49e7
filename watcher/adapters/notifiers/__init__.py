"""Channels that carry messages to people: one file each, strangers to each other."""

from typing import TYPE_CHECKING, assert_never

from watcher.adapters.notifiers.options import LogOptions, NotifierOptions, WebhookOptions
from watcher.ports.clock import Clock
from watcher.ports.notifier import Notifier

if TYPE_CHECKING:
    from watcher.adapters.http.client import Http


def build(name: str, options: NotifierOptions, http: "Http", clock: Clock) -> Notifier:
    """The notifier of `[notifiers.NAME]`.

    Raises ValueError for options that can never work, in a sentence without their secrets. Each kind is
    imported when it is used: the settings read `options` without paying for any of them.
    """
    match options:
        case LogOptions():
            from watcher.adapters.notifiers.log import LogNotifier

            return LogNotifier(name=name)
        case WebhookOptions():
            from watcher.adapters.notifiers.webhook import open_webhook

            return open_webhook(name, options, http, clock)
        case _:
            assert_never(options)
