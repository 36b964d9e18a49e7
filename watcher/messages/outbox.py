"""Messages on their way: one event for one notifier, queued, sent, or never to be had."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from watcher.messages.events import Event, EventKind


class Delivered(StrEnum):
    """How far a message in the outbox came."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    GIVEN_UP = "given_up"
    STALE = "stale"
    """No longer true before it could be delivered."""
    DROPPED = "dropped"
    """A person said that nobody needs it."""


class Stale(StrEnum):
    """What makes a message that waits untrue."""

    WITHDRAWN = "withdrawn"
    """What it announces will not be: the announcement is void, or a hold makes it so."""
    RELEASED = "released"
    """The release that it speaks of was carried out."""
    RENEWED = "renewed"
    """The renewal it is about has passed, moved, or no longer exists."""
    OVER = "over"
    """The problem is over."""
    NOTED = "noted"
    """It reminds of what somebody has taken note of."""
    SUPERSEDED = "superseded"
    """A later message says the same."""
    NEVER_TOLD = "never_told"
    """It ends something of which the channel never heard."""
    DECIDED = "decided"
    """A person has said something about it: what it asks for, or the contrary."""
    TOO_LATE = "too_late"
    """The moment by which it asks for something has passed."""
    MISSED = "missed"
    """The channel is told, or was, that the release comes too late."""
    ENDED = "ended"
    """It is known by now how the release ended."""
    BACK = "back"
    """The account is listed again."""
    RIPENS_LATER = "ripens_later"
    """Its release may not come from the moment on that it names, but from a later one."""
    OTHER_HALTS = "other_halts"
    """Brakes will do something else about its release than it says."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One event for one notifier. `live` False: sent as "would be", its acceptance is no receipt.

    `closing`: the notifier asked for no such event; it is told only if it was told of the event's topic.
    `for_receipt`: a receipt is wanted, so what the notifier accepted when it did not count is told again.
    """

    notifier: str
    event: Event
    live: bool
    closing: bool = False
    for_receipt: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Circumstances:
    """What the ledger knows today about what a waiting message tells of.

    `renews_at`: the account's present renewal; `gone_at`: since when no list shows it; `voided`: the notice
    that the message is, is void; `problem_over`: the problem stands no more; `accepted`: kinds of the same
    topic that its notifier accepted, or may have: of a try before they were put aside nobody knows how it
    ended.
    """

    renews_at: datetime | None = None
    gone_at: datetime | None = None
    voided: bool = False
    problem_over: bool = False
    accepted: frozenset[EventKind] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class QueuedMessage:
    """A message that waits for its notifier, as the ledger keeps it.

    `begun_at`: a delivery of it began then and its end is not known: its process may have died, and the
    channel may have accepted it; `twice`: how often that was so before, or the channel did not say what
    became of it. `together`: with so many others at most it is still sent, because more
    were refused as one. `thread`: the channel's name for the conversation about its topic.
    """

    id: int
    message: Message
    queued_at: datetime
    attempts: int = 0
    begun_at: datetime | None = None
    twice: int = 0
    together: int | None = None
    thread: str | None = None
    circumstances: Circumstances = Circumstances()
    had: frozenset[str] = frozenset()
    """Receivers of its notifier that have it already."""
    refused_by: frozenset[str] = frozenset()
    """Those that will never take it; each is a dead letter of its own."""
    receiver: str | None = None
    """It is for this one alone: a dead letter that a person retries."""
    as_queued: Event | None = None
    """Its event as it was queued, where the message says what is true by now instead."""

    @property
    def original(self) -> Message:
        """The message as it was queued: what is to be told later is worded by what is so then."""
        return replace(self.message, event=self.as_queued or self.message.event)

    @property
    def perhaps_told(self) -> bool:
        """Whether somebody has it, or may have: tried in vain is not told."""
        return self.begun_at is not None or self.twice > 0 or bool(self.had)


@dataclass(frozen=True, kw_only=True, slots=True)
class Undelivered:
    """A message that waits, or (`given_up_at`) that nobody will ever get. `why`: the last trouble, if any."""

    id: int
    notifier: str
    kind: str
    text: str
    queued_at: datetime
    attempts: int
    why: str
    given_up_at: datetime | None
    receiver: str | None = None
    """The one receiver that refused it, where others got it."""
    twice: int = 0
    """Times it may have arrived although that was not noted: its process died while sending, or its channel
    did not say.
    """
