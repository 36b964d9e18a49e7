"""The kinds of notifiers: the words for `kind`, and how each is built."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, cast, get_args

from watcher.adapters.channels.installed import open_installed
from watcher.adapters.channels.kinds.alertmanager import AlertmanagerOptions, open_alertmanager
from watcher.adapters.channels.kinds.apprise import AppriseOptions, open_apprise
from watcher.adapters.channels.kinds.email import EmailOptions, open_email
from watcher.adapters.channels.kinds.log import LogNotifier, LogOptions
from watcher.adapters.channels.kinds.ntfy import NtfyOptions, open_ntfy
from watcher.adapters.channels.kinds.pagerduty import PagerDutyOptions, open_pagerduty
from watcher.adapters.channels.kinds.slack import SlackOptions, open_slack
from watcher.adapters.channels.kinds.webhook import WebhookOptions, open_webhook
from watcher.adapters.channels.options import NotifierOptions
from watcher.ports.clock import Clock
from watcher.ports.notifier import Notifier

if TYPE_CHECKING:
    from watcher.adapters.http.client import Http

AnyOptions = (
    LogOptions
    | WebhookOptions
    | EmailOptions
    | SlackOptions
    | PagerDutyOptions
    | AlertmanagerOptions
    | NtfyOptions
    | AppriseOptions
)

KINDS: Final[Mapping[str, type[NotifierOptions]]] = {each.kind: each for each in get_args(AnyOptions)}
"""A new kind is named in `AnyOptions` and in `build`."""


def build(name: str, options: NotifierOptions, http: "Http", clock: Clock) -> Notifier:
    """The notifier of `[notifiers.NAME]`.

    Raises ValueError for options that can never work, in a sentence without their secrets.
    """
    match options:
        case LogOptions():
            return LogNotifier(name=name)
        case WebhookOptions():
            return open_webhook(name, options, http, clock)
        case EmailOptions():
            return open_email(name, options, clock)
        case SlackOptions():
            return open_slack(name, options, http, clock)
        case PagerDutyOptions():
            return open_pagerduty(name, options, http, clock)
        case AlertmanagerOptions():
            return open_alertmanager(name, options, http, clock)
        case NtfyOptions():
            return open_ntfy(name, options, http, clock)
        case AppriseOptions():
            return open_apprise(name, options)
        case _:
            return open_installed(name, options, http, clock)


def refusal(name: str, options: NotifierOptions) -> str | None:
    """Why a notifier of ours with these options can never work, without their secrets; None if it may.

    Nothing is opened: none of them uses the network or the clock before it delivers.
    """
    if type(options) not in KINDS.values():
        return None
    try:
        build(name, options, cast("Http", None), cast("Clock", None))
    except ValueError as error:
        return str(error).removeprefix(f"notifiers.{name}: ")
    return None
