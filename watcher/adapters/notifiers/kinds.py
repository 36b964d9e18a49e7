"""The kinds of notifiers: the words for `kind`, and how each is built."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from watcher.adapters.notifiers.apprise import AppriseOptions, open_apprise
from watcher.adapters.notifiers.installed import open_installed
from watcher.adapters.notifiers.log import LogNotifier, LogOptions
from watcher.adapters.notifiers.options import NotifierOptions
from watcher.adapters.notifiers.webhook import WebhookOptions, open_webhook
from watcher.ports.clock import Clock
from watcher.ports.notifier import Notifier

if TYPE_CHECKING:
    from watcher.adapters.http.client import Http

AnyOptions = LogOptions | WebhookOptions | AppriseOptions

KINDS: Final[Mapping[str, type[NotifierOptions]]] = {
    each.kind: each for each in (LogOptions, WebhookOptions, AppriseOptions)
}
"""A new kind is named here, in `AnyOptions` and in `build`."""


def build(name: str, options: NotifierOptions, http: "Http", clock: Clock) -> Notifier:
    """The notifier of `[notifiers.NAME]`.

    Raises ValueError for options that can never work, in a sentence without their secrets.
    """
    match options:
        case LogOptions():
            return LogNotifier(name=name)
        case WebhookOptions():
            return open_webhook(name, options, http, clock)
        case AppriseOptions():
            return open_apprise(name, options)
        case _:
            return open_installed(name, options, http, clock)
