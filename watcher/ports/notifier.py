"""A channel that carries messages to people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from watcher.messages.events import Event
from watcher.messages.receivers import Receivers

__all__ = ["Accepted", "Delivery", "Digest", "Notifier", "Postponed", "Receivers", "Rejected"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Digest:
    """All that one notifier is told at once. `live` False: worded "would be".

    `id` is the same whenever the same events are sent again, so that a receiver can tell a repetition.
    `thread`: the conversation these events belong to, as the notifier itself named it; None: a new one.

    For notifiers with several receivers, by the names under which they tell of them: `had` are those who
    have an event already, `refused_by` those who refused it for good, by the event's key; neither is sent it
    again. `only`: nobody but this one is sent anything, for a person asked for it.
    """

    id: str
    at: datetime
    live: bool
    events: tuple[Event, ...]
    thread: str | None = None
    had: Mapping[str, frozenset[str]] = field(default_factory=dict)
    refused_by: Mapping[str, frozenset[str]] = field(default_factory=dict)
    only: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepted:
    """`thread`: where later events about the same lease periods belong, for channels that have such.

    `receivers`: at least one has each event, and none is to be tried again.
    """

    detail: str = ""
    thread: str | None = None
    receivers: Receivers = Receivers()


@dataclass(frozen=True, kw_only=True, slots=True)
class Postponed:
    """Not accepted now; worth another try, not before `after` has passed if the channel said so.

    `receivers`: those that took it are not sent it again. `certain`: it went nowhere, for there was no
    connection or the channel said so; otherwise it may have arrived all the same.
    """

    why: str
    after: timedelta | None = None
    receivers: Receivers = Receivers()
    certain: bool = field(default=False, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejected:
    """Refused for good: the same message will not be accepted later.

    `channel`: whatever the message, the channel takes none until a person mends the configuration.
    """

    why: str
    channel: bool = False
    receivers: Receivers = Receivers()


Delivery = Accepted | Postponed | Rejected


class Notifier(Protocol):
    """Delivers a digest once, and says what became of it; when to try again is the courier's affair.

    match notifier.deliver(digest):
        case Accepted(thread=thread): ...        # a receipt, if the channel `counts`
        case Postponed(after=after): ...         # tried again, not before that
        case Rejected(channel=channel): ...      # a dead letter; with `channel`, nothing more is tried
    """

    @property
    def name(self) -> str: ...

    @property
    def counts(self) -> bool:
        """Whether its acceptance is a receipt: a person will see the message. `log` never counts."""
        ...

    @property
    def most(self) -> int:
        """Events that one message carries whole; warnings of accounts in use, which are summed up, aside."""
        ...

    def deliver(self, digest: Digest) -> Delivery:
        """Deliver once. Bounded in time; raises nothing; no secret in what it answers."""
        ...
