"""The notifier for whoever reads the log: one line an event."""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from watcher.adapters.channels.options import NotifierOptions
from watcher.adapters.logs import CRITICAL, INFO, WARNING, logger
from watcher.messages.events import Event, Severity
from watcher.ports.clock import Clock
from watcher.ports.notifier import Accepted, Delivery, Digest

if TYPE_CHECKING:
    from watcher.adapters.http.client import Http

_LEVELS: Final = {
    Severity.INFO: INFO,
    Severity.WARNING: WARNING,
    Severity.CRITICAL: CRITICAL,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class LogOptions(NotifierOptions):
    """Every event as a line of the log. Nobody is sure to read it, so it never counts as a receipt."""

    kind: ClassVar[str] = "log"
    counts: ClassVar[bool] = False

    def open(self, name: str, http: "Http", clock: Clock) -> "LogNotifier":  # noqa: ARG002
        return LogNotifier(name=name)


@dataclass(frozen=True, kw_only=True, slots=True)
class LogNotifier:
    """Writes the kind of each event as the line's name, its values as fields.

    It never counts: nobody is sure to read a log. What others wrote is made harmless by the log itself,
    which alone knows whether it writes JSON or to a terminal.
    """

    counts: ClassVar[bool] = False
    most: ClassVar[int] = sys.maxsize

    name: str

    def deliver(self, digest: Digest) -> Delivery:
        """Always accepted: a log that cannot be written has nowhere to say so."""
        log = logger("watcher.events")
        for event in digest.events:
            log.log(_LEVELS[event.severity], event.kind.value, **_fields(event), live=digest.live)
        return Accepted()


def _fields(event: Event) -> dict[str, str | int | bool]:
    values: dict[str, str | int | bool | None] = {
        "account": event.account,
        "handle": event.handle,
        "platform": event.platform,
        "project": event.project,
        "cents": event.cents,
        "key": event.key,
        "text": event.text,
        "in_use": True if event.renews_in_use else None,
    }
    return {name: value for name, value in values.items() if value is not None}
