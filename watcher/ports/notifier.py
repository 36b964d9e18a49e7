"""A channel that carries messages to people."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from watcher.domain.events import Event


@dataclass(frozen=True, kw_only=True, slots=True)
class Digest:
    """All that one notifier is told at once. `live` False: worded "would be"."""

    id: str
    at: datetime
    live: bool
    events: tuple[Event, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepted:
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Postponed:
    """Not accepted now; worth another try, not before `after` has passed if the channel said so."""

    why: str
    after: timedelta | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejected:
    """Refused for good: the same message will not be accepted later."""

    why: str


Delivery = Accepted | Postponed | Rejected


class Notifier(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def counts(self) -> bool:
        """Whether its acceptance is a receipt: a person will see the message. `log` never counts."""
        ...

    def deliver(self, digest: Digest) -> Delivery:
        """Deliver once. Bounded in time; raises nothing; no secret in what it answers."""
        ...
