"""Channels that carry messages to people. `kinds/` has one file for each, and none knows another.

What is named here is all that a notifier is written with, ours or one of another package (docs/extending.md):
these names stay where they are, whatever moves behind them.
"""

from watcher.adapters.channels.fitting import clipped, utf16
from watcher.adapters.channels.json_post import JsonPost
from watcher.adapters.channels.options import NetworkOptions, NotifierOptions
from watcher.adapters.channels.text import digest_text, fitted_text
from watcher.adapters.channels.told import Told
from watcher.adapters.channels.view import View, view_of
from watcher.adapters.http.addresses import require_safe_url
from watcher.messages.events import EventKind, Severity
from watcher.ports.clock import Clock
from watcher.ports.notifier import Accepted, Delivery, Digest, Notifier, Postponed, Receivers, Rejected
from watcher.rules.option import option
from watcher.texts.secret import Secret

__all__ = [
    "Accepted",
    "Clock",
    "Delivery",
    "Digest",
    "EventKind",
    "JsonPost",
    "NetworkOptions",
    "Notifier",
    "NotifierOptions",
    "Postponed",
    "Receivers",
    "Rejected",
    "Secret",
    "Severity",
    "Told",
    "View",
    "clipped",
    "digest_text",
    "fitted_text",
    "option",
    "require_safe_url",
    "utf16",
    "view_of",
]
