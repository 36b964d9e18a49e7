"""Which kinds of notifiers there are, and how one is opened: ours, and those that other packages bring."""

from collections.abc import Mapping
from functools import reduce
from importlib import import_module
from operator import or_
from typing import TYPE_CHECKING, Any, Final

from watcher.adapters.channels.installed import Guarded
from watcher.adapters.channels.options import NotifierOptions
from watcher.ports.clock import Clock
from watcher.ports.notifier import Notifier

if TYPE_CHECKING:
    from watcher.adapters.http.client import Http

OURS: Final = (
    "log:LogOptions",
    "webhook:WebhookOptions",
    "email:EmailOptions",
    "slack:SlackOptions",
    "pagerduty:PagerDutyOptions",
    "alertmanager:AlertmanagerOptions",
    "ntfy:NtfyOptions",
    "apprise:AppriseOptions",
    "command:CommandOptions",
)
"""Files in `kinds/` and their options, written as entry points are: a new kind is one line here."""


def _loaded(entry: str) -> type[NotifierOptions]:
    module, _, name = entry.partition(":")
    options: type[NotifierOptions] = getattr(import_module(f"watcher.adapters.channels.kinds.{module}"), name)
    return options


KINDS: Final[Mapping[str, type[NotifierOptions]]] = {each.kind: each for each in map(_loaded, OURS)}

if TYPE_CHECKING:
    AnyOptions = NotifierOptions
else:
    AnyOptions: Any = reduce(or_, KINDS.values())
"""Any of our kinds: the settings read from it which options each has."""


def build(name: str, options: NotifierOptions, http: "Http", clock: Clock) -> Notifier:
    """The notifier of `[notifiers.NAME]`.

    Raises ValueError for options that can never work, in a sentence without their secrets.
    """
    for key, why in mistakes_of(options):
        raise ValueError(f"notifiers.{name}{key and f'.{key}'}: {why}") from None
    if type(options) in KINDS.values():
        return options.open(name, http, clock)
    try:
        return Guarded(notifier=options.open(name, http, clock))
    except ValueError as error:
        said = str(error)
        raise ValueError(said if said.startswith("notifiers.") else f"notifiers.{name}: {said}") from None
    except Exception as error:
        why = f"kind `{options.kind}` cannot be opened ({type(error).__name__})"
        raise ValueError(f"notifiers.{name}: {why}") from None


def mistakes_of(options: NotifierOptions) -> tuple[tuple[str, str], ...]:
    """What can never work in these options, each with its key, or "" where it is no single one's."""
    try:
        return tuple((str(key), str(why)) for key, why in options.mistakes())
    except Exception as error:
        # Whoever wrote it: its words may hold anything.
        return (("", f"kind `{options.kind}` cannot be checked ({type(error).__name__})"),)
