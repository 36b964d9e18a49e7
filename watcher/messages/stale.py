"""Which of the messages that wait are still true: a channel that was away hears of those only."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from watcher.messages.events import LAST_WORDS, EventKind
from watcher.messages.outbox import QueuedMessage


class Stale(StrEnum):
    """Why a message is not worth delivering any more."""

    RENEWED = "renewed"
    """The renewal it is about has passed, moved, or no longer exists."""
    WITHDRAWN = "withdrawn"
    """What it announces will not be."""
    SUPERSEDED = "superseded"
    """A later message says the same."""
    OVER = "over"
    """The problem is over."""
    NEVER_TOLD = "never_told"
    """It ends something of which the channel never heard."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sifted:
    """`true`: to be delivered, oldest first."""

    true: tuple[QueuedMessage, ...]
    stale: tuple[tuple[QueuedMessage, Stale], ...]


def sift(waiting: Sequence[QueuedMessage], now: datetime) -> Sifted:
    """Part the messages of one notifier, oldest first, by whether they are still true.

    Every case looks at the messages of one topic: some of the topics are parted as all of them would be, if
    all that waits on each is there.

    What happened stays true: a release, a payment, a change. What is to come or lasts may not. A channel that
    was away for two days would otherwise bring people forty messages of which three are true, and they would
    act on the wrong ones. Four things make a message untrue: its renewal passed or moved, what it announces
    was withdrawn, its problem is over, or a later one says the same of the same topic. A last case needs
    more care: an end ("recovered", "withdrawn") is told only to who heard of the beginning, or is about to.
    A beginning that was tried and may have arrived counts as heard: better one "over" too many than somebody
    who goes on mending what is well.
    """
    last = {_sameness(one): one.id for one in waiting}
    stale: dict[int, Stale] = {}
    for one in waiting:
        why = _why_stale(one, now) or (Stale.SUPERSEDED if _is_superseded(one, last) else None)
        if why is not None:
            stale[one.id] = why
    for one in _unheard_ends(waiting, stale):
        stale[one.id] = Stale.NEVER_TOLD
    return Sifted(
        true=tuple(one for one in waiting if one.id not in stale),
        stale=tuple((one, stale[one.id]) for one in waiting if one.id in stale),
    )


def _why_stale(one: QueuedMessage, now: datetime) -> Stale | None:
    event, known = one.message.event, one.circumstances
    match event.kind:
        case EventKind.RENEWAL_WARNING | EventKind.RELEASE_ANNOUNCED | EventKind.RELEASE_TOO_LATE:
            if event.period is None:
                return None
            if known.voided and event.kind is not EventKind.RELEASE_TOO_LATE:
                return Stale.WITHDRAWN
            moved = known.renews_at is not None and known.renews_at != event.period.renews_at
            return Stale.RENEWED if now >= event.period.renews_at or moved or known.gone else None
        case EventKind.PROJECT_RECOVERED | EventKind.PROBLEM_RESOLVED:
            return None
        case _:
            return Stale.OVER if event.problem is not None and known.problem_over else None


def _sameness(one: QueuedMessage) -> tuple[EventKind, str, bool, bool]:
    event = one.message.event
    return event.kind, event.topic, event.reminder, one.message.live


def _is_superseded(one: QueuedMessage, last: dict[tuple[EventKind, str, bool, bool], int]) -> bool:
    event = one.message.event
    standing = event.problem is not None and not event.ends_topic
    repeats = standing or event.kind is EventKind.RENEWAL_WARNING or event.reminder
    if not repeats:
        return False
    kind, topic, reminder, live = _sameness(one)
    # Who has not heard of it yet needs no reminder of it.
    return last[kind, topic, reminder, live] != one.id or (reminder and (kind, topic, False, live) in last)


BEGINNINGS = {
    EventKind.RELEASE_WITHDRAWN: frozenset({EventKind.RELEASE_ANNOUNCED}),
    EventKind.PROJECT_RECOVERED: frozenset(EventKind),
    EventKind.PROBLEM_RESOLVED: frozenset(EventKind),
}
"""Ends that say nothing to who heard of none of these kinds before."""


def _unheard_ends(waiting: Iterable[QueuedMessage], stale: dict[int, Stale]) -> Iterator[QueuedMessage]:
    """Ends of what this channel neither was told nor is going to be told."""
    still_coming = {
        (one.message.event.kind, one.message.event.topic) for one in waiting if one.id not in stale
    }
    # Tried and not known to have arrived is not the same as never told.
    perhaps_told = {
        (one.message.event.kind, one.message.event.topic)
        for one in waiting
        if one.attempts or one.begun_at is not None
    }
    for one in waiting:
        event = one.message.event
        beginnings = frozenset(EventKind) if one.message.closing else BEGINNINGS.get(event.kind)
        if beginnings is None or one.id in stale:
            continue
        told = one.circumstances.accepted & beginnings
        heard = still_coming | perhaps_told
        if not told and not any((kind, event.topic) in heard for kind in beginnings - LAST_WORDS):
            yield one
