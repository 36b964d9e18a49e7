"""The kinds of notifiers: the words for `kind`, and how each is built."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from watcher.adapters.notifiers.email import EmailOptions, open_email
from watcher.adapters.notifiers.log import LogNotifier, LogOptions
from watcher.adapters.notifiers.options import NotifierOptions
from watcher.adapters.notifiers.webhook import WebhookOptions, open_webhook
from watcher.ports.clock import Clock
from watcher.ports.notifier import Notifier

if TYPE_CHECKING:
    from watcher.adapters.http.client import Http

AnyOptions = EmailOptions | LogOptions | WebhookOptions

KINDS: Final[Mapping[str, type[NotifierOptions]]] = {
    each.kind: each for each in (EmailOptions, LogOptions, WebhookOptions)
}
"""A new kind is named here, in `AnyOptions` and in `build`."""


def build(name: str, options: NotifierOptions, http: "Http", clock: Clock) -> Notifier:
    """The notifier of `[notifiers.NAME]`.

    Raises ValueError for options that can never work, in a sentence without their secrets.
    """
    match options:
        case EmailOptions():
            return open_email(name, options, clock)
        case LogOptions():
            return LogNotifier(name=name)
        case WebhookOptions():
            return open_webhook(name, options, http, clock)
        case _:
            raise ValueError(f"notifiers.{name}: there is no kind {options.kind}")
