"""The options of `[notifiers.NAME]`, one class for each `kind`."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass
from datetime import timedelta
from typing import ClassVar, Final

from watcher.domain.options import option
from watcher.domain.secret import Secret

_EVENTS: Final = "Events it is told, as globs: `release.*`; `problem.*` stands for all that is wrong."


@dataclass(frozen=True, kw_only=True, slots=True)
class LogOptions:
    """Every event as a line of the log. Nobody is sure to read it, so it never counts as a receipt."""

    kind: ClassVar[str] = "log"
    counts: ClassVar[bool] = False

    events: tuple[str, ...] = option(("*",), _EVENTS)


@dataclass(frozen=True, kw_only=True, slots=True)
class WebhookOptions:
    """One JSON digest a turn, posted to an address; accepted by any 2xx answer."""

    kind: ClassVar[str] = "webhook"
    counts: ClassVar[bool] = True

    url: Secret = option(MISSING, "Where to post.", secret=True)
    events: tuple[str, ...] = option(("*",), _EVENTS)
    timeout: timedelta = option(
        timedelta(seconds=10),
        "How long one delivery may take.",
        minimum=timedelta(seconds=1),
        maximum=timedelta(minutes=1),
    )
    signing_key: Secret | None = option(
        None, "Key of the HMAC-SHA256 signature sent with each message.", secret=True
    )


NotifierOptions = LogOptions | WebhookOptions

KINDS: Final[Mapping[str, type[NotifierOptions]]] = {each.kind: each for each in (LogOptions, WebhookOptions)}
"""The words for `kind`; a new notifier adds its options here and to `NotifierOptions`."""
