"""Which kinds of notifiers there are, and how one is opened: ours, and those that other packages bring."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final

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
"""Files in `kinds/`, each called like its kind, and their options, written as entry points are: a new kind is
one line here.
"""


class _Kinds(Mapping[str, type[NotifierOptions]]):
    """Imports the file of a kind when that is asked for: a configuration names one or two of them."""

    def __init__(self, entries: Iterable[str]) -> None:
        self._options = dict(entry.split(":") for entry in entries)

    def __getitem__(self, kind: str) -> type[NotifierOptions]:
        return _loaded(kind, self._options[kind])

    def __contains__(self, kind: object) -> bool:
        return kind in self._options

    def __iter__(self) -> Iterator[str]:
        return iter(self._options)

    def __len__(self) -> int:
        return len(self._options)


@cache
def _loaded(kind: str, name: str) -> type[NotifierOptions]:
    options: type[NotifierOptions] = getattr(import_module(f"watcher.adapters.channels.kinds.{kind}"), name)
    return options


KINDS: Final[Mapping[str, type[NotifierOptions]]] = _Kinds(OURS)


def build(name: str, options: NotifierOptions, http: "Http", clock: Clock) -> Notifier:
    """The notifier of `[notifiers.NAME]`.

    Raises ValueError for options that can never work, in a sentence without their secrets.
    """
    for key, why in mistakes_of(options):
        raise ValueError(f"notifiers.{name}{key and f'.{key}'}: {why}") from None
    if type(options) is KINDS.get(options.kind):
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
