"""Which of the messages that wait are still true, and what becomes of the others.

A channel that was away for two days would otherwise bring people forty messages of which three are true, and
they would act on the wrong ones. What happened stays true: a release, a payment, a change. What is to come,
lasts, or asks for something may not.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from watcher.messages.events import LAST_WORDS, AnnouncementFacts, AttemptFacts, EventKind, OverFacts
from watcher.messages.meanwhile import Meanwhile, by_now, is_answered, last_moment, words_since
from watcher.messages.outbox import QueuedMessage, Stale


@dataclass(frozen=True, slots=True)
class Outdating:
    """What makes messages of a kind untrue: then they are put aside, with a note in the history, or told with
    what is true by now.
    """

    aside: tuple[Stale, ...] = ()
    told: tuple[Stale, ...] = ()


_HAPPENED: Final = Outdating()
_ENDS: Final = Outdating((Stale.NEVER_TOLD,))
_STANDS: Final = Outdating((Stale.OVER, Stale.NOTED, Stale.SUPERSEDED))
_STANDS_UNTIL: Final = Outdating(_STANDS.aside, (Stale.TOO_LATE,))

OUTDATED_BY: Final = {
    EventKind.RENEWAL_WARNING: Outdating(
        (Stale.RELEASED, Stale.RENEWED, Stale.SUPERSEDED), (Stale.DECIDED, Stale.TOO_LATE, Stale.OTHER_HALTS)
    ),
    EventKind.RENEWAL_PAID: _HAPPENED,
    EventKind.RENEWAL_MOVED: _HAPPENED,
    EventKind.RELEASE_ANNOUNCED: Outdating(
        (Stale.WITHDRAWN, Stale.RELEASED, Stale.RENEWED, Stale.MISSED, Stale.NOTED, Stale.SUPERSEDED),
        (Stale.DECIDED, Stale.TOO_LATE, Stale.RIPENS_LATER, Stale.OTHER_HALTS),
    ),
    EventKind.RELEASE_WITHDRAWN: _ENDS,
    EventKind.RELEASE_DONE: _HAPPENED,
    EventKind.RELEASE_FAILED: Outdating((), (Stale.RELEASED, Stale.RENEWED, Stale.DECIDED, Stale.TOO_LATE)),
    EventKind.RELEASE_UNKNOWN: Outdating((), (Stale.RELEASED, Stale.ENDED, Stale.DECIDED)),
    EventKind.RELEASE_UNDONE: Outdating(_STANDS.aside, (Stale.DECIDED,)),
    EventKind.RELEASE_TOO_LATE: Outdating((Stale.RELEASED, Stale.RENEWED), (Stale.TOO_LATE,)),
    EventKind.DEADLINE_MISSED: Outdating((), (Stale.RELEASED, Stale.RENEWED, Stale.TOO_LATE)),
    EventKind.BRAKE_HALTED: Outdating(_STANDS.aside, (Stale.DECIDED, Stale.TOO_LATE)),
    EventKind.BRAKE_AHEAD: Outdating(_STANDS.aside, (Stale.DECIDED, Stale.TOO_LATE)),
    EventKind.BUDGET_EXCEEDED: _STANDS,
    EventKind.LEASE_NEW: _HAPPENED,
    EventKind.PRICE_CHANGED: _HAPPENED,
    EventKind.ACCOUNT_GONE: Outdating((), (Stale.BACK,)),
    EventKind.ACCOUNT_QUARANTINED: _STANDS,
    EventKind.ACTIVITY_UNKNOWN: _STANDS,
    EventKind.PROJECT_UNREADABLE: _STANDS_UNTIL,
    EventKind.PROJECT_RECOVERED: _ENDS,
    EventKind.KEY_REFUSED: _STANDS_UNTIL,
    EventKind.CLOCK_OFF: _STANDS_UNTIL,
    EventKind.DELIVERY_FAILED: _STANDS,
    EventKind.CONFIG_REFUSED: _STANDS_UNTIL,
    EventKind.PROTECTION_UNMATCHED: _STANDS,
    EventKind.DEADLINE_NEAR: _STANDS_UNTIL,
    EventKind.PROBLEM_RESOLVED: _ENDS,
    EventKind.SAVINGS_MONTH: _HAPPENED,
    EventKind.NOTIFIER_TEST: _HAPPENED,
}
"""Of every kind of event what makes it untrue while it waits, and what becomes of it then."""


_MISSED: Final = frozenset({EventKind.DEADLINE_MISSED, EventKind.RELEASE_TOO_LATE})


@dataclass(frozen=True, kw_only=True, slots=True)
class Sifted:
    """`true`: to be delivered, oldest first, in words that are true by now."""

    true: tuple[QueuedMessage, ...]
    stale: tuple[tuple[QueuedMessage, Stale], ...]


def sift(waiting: Sequence[QueuedMessage], meanwhile: Meanwhile) -> Sifted:
    """Part the messages of one notifier, oldest first, by whether they are still true.

    Every case looks at the messages of one topic: some of the topics are parted as all of them would be, if
    all that waits on each is there.

    An end ("recovered", "withdrawn") is told only to who heard of its own beginning, or is about to. What
    may have arrived counts as heard: better one "over" too many than somebody who goes on mending what
    is well. What its channel said it did not take was not heard. And whoever was to be told of a halt,
    and was not, is told of its end where releases were lost in it.
    """
    last = {(_sameness(one), one.receiver): one for one in waiting}
    missed = _missed(waiting)
    stale: dict[int, Stale] = {}
    true: dict[int, QueuedMessage] = {}
    for one in waiting:
        by = OUTDATED_BY[one.message.event.kind]
        untrue = set(_untrue(one, meanwhile))
        if _is_superseded(one, last):
            untrue.add(Stale.SUPERSEDED)
        if Stale.MISSED in by.aside and _is_missed(one, missed):
            untrue.add(Stale.MISSED)
        if aside := next((why for why in by.aside if why in untrue), None):
            stale[one.id] = aside
        else:
            true[one.id] = _as_of_now(one, [why for why in by.told if why in untrue], meanwhile)
    for one in _unheard_ends(waiting, stale):
        stale[one.id] = Stale.NEVER_TOLD
    return Sifted(
        true=tuple(true[one.id] for one in waiting if one.id not in stale),
        stale=tuple((one, stale[one.id]) for one in waiting if one.id in stale),
    )


def _untrue(one: QueuedMessage, meanwhile: Meanwhile) -> Iterator[Stale]:
    """Why a message may be untrue, whatever its kind makes of that: by what has become so since it was
    written. A release that was done before it, and did not last, outdates nothing.
    """
    event, known, now = one.message.event, one.circumstances, meanwhile.now
    if known.voided or (event.account and meanwhile.said.held_since(event.account, event.at)):
        yield Stale.WITHDRAWN
    if event.period is not None:
        moved = known.renews_at is not None and known.renews_at != event.period.renews_at
        gone = known.gone_at is not None and known.gone_at >= event.at
        if event.at < event.period.renews_at and (now >= event.period.renews_at or moved or gone):
            yield Stale.RENEWED
        released, began = meanwhile.released.get(event.period), meanwhile.releasing.get(event.period)
        if released is not None and released >= event.at:
            yield Stale.RELEASED
        elif began is None or began > event.at:
            # What is under way since is another attempt.
            yield Stale.ENDED
    if event.problem is not None and known.problem_over:
        yield Stale.OVER
    if event.reminder and any(
        meanwhile.said.acknowledged(what, event.at) for what in (event.account, event.topic) if what
    ):
        yield Stale.NOTED
    if words_since(event, meanwhile):
        yield Stale.DECIDED
    halts = meanwhile.halts
    if halts is not None and one.message.live and halts.are_others(event):
        yield Stale.OTHER_HALTS
    if meanwhile.ripening.earliest(one.message, now) is not None:
        yield Stale.RIPENS_LATER
    by = last_moment(event)
    if by is not None and event.at < by <= now and not is_answered(event, meanwhile):
        yield Stale.TOO_LATE
    # What was not there for its DELETE is missed by the next list: until then that says nothing.
    missed = event.kind is EventKind.ACCOUNT_GONE and not isinstance(event.facts, AttemptFacts)
    if missed and known.renews_at is not None and known.gone_at is None:
        yield Stale.BACK


def _as_of_now(one: QueuedMessage, untrue: Sequence[Stale], meanwhile: Meanwhile) -> QueuedMessage:
    if not untrue:
        return one
    message = one.message
    said, earliest = message.event, meanwhile.ripening.earliest(message, meanwhile.now)
    if earliest is not None and isinstance(said.facts, AnnouncementFacts):
        said = replace(said, facts=replace(said.facts, not_before=earliest))
    event = by_now(said, one.circumstances, frozenset(untrue), meanwhile, live=message.live)
    return replace(one, message=replace(message, event=event), as_queued=message.event)


_Sameness = tuple[EventKind, str, bool, bool]


def _missed(waiting: Iterable[QueuedMessage]) -> Mapping[str, Sequence[QueuedMessage]]:
    """What says that releases come too late, by topic."""
    found: dict[str, list[QueuedMessage]] = {}
    for one in waiting:
        if one.message.event.kind in _MISSED:
            found.setdefault(one.message.event.topic, []).append(one)
    return found


def _is_missed(one: QueuedMessage, missed: Mapping[str, Sequence[QueuedMessage]]) -> bool:
    """Whether its receivers are told, or were, that it comes too late, and that was said after it."""
    return bool(one.circumstances.accepted & _MISSED) or any(
        late.message.event.at > one.queued_at and late.receiver in (None, one.receiver)
        for late in missed.get(one.message.event.topic, ())
    )


def _sameness(one: QueuedMessage) -> _Sameness:
    event = one.message.event
    return event.kind, event.topic, event.reminder, one.message.live


def _is_superseded(one: QueuedMessage, last: Mapping[tuple[_Sameness, str | None], QueuedMessage]) -> bool:
    event = one.message.event
    standing = event.problem is not None and not event.ends_topic
    repeats = standing or event.kind is EventKind.RENEWAL_WARNING or event.reminder
    if not repeats:
        return False
    kind, topic, reminder, live = same = _sameness(one)
    if last[same, one.receiver] is not one:
        return True
    # A dead letter of one receiver is numbered when it was refused, and says what was so before.
    to_all = last.get((same, None))
    if to_all is not None and to_all.message.event.at > event.at:
        return True
    # Who has not heard of it yet needs no reminder of it.
    return reminder and any(((kind, topic, False, live), who) in last for who in (None, one.receiver))


BEGINNINGS = {
    EventKind.RELEASE_WITHDRAWN: frozenset({EventKind.RELEASE_ANNOUNCED}),
    EventKind.PROJECT_RECOVERED: frozenset(EventKind),
    EventKind.PROBLEM_RESOLVED: frozenset(EventKind),
}
"""Ends that say nothing to who heard of none of these kinds before."""


def _unheard_ends(waiting: Iterable[QueuedMessage], stale: dict[int, Stale]) -> Iterator[QueuedMessage]:
    """Ends of what this channel neither was told nor is going to be told: what began again later is no
    beginning of it.
    """
    first: dict[tuple[EventKind, str], tuple[datetime, int]] = {}
    for one in waiting:
        # Not known to have arrived is not the same as never told.
        if one.id not in stale or one.perhaps_told:
            what = one.message.event.kind, one.message.event.topic
            first[what] = min(first.get(what, _moment(one)), _moment(one))
    for one in waiting:
        event = one.message.event
        beginnings = frozenset(EventKind) if one.message.closing else BEGINNINGS.get(event.kind)
        if beginnings is None or one.id in stale or _says_what_was_lost(one):
            continue
        told = one.circumstances.accepted & beginnings
        began = (first.get((kind, event.topic)) for kind in beginnings - LAST_WORDS)
        if not told and not any(at is not None and at < _moment(one) for at in began):
            yield one


def _moment(one: QueuedMessage) -> tuple[datetime, int]:
    """When it was written, and after what else of that moment. Queued anew it says nothing new."""
    return min(one.message.event.at, one.queued_at), one.id


def _says_what_was_lost(one: QueuedMessage) -> bool:
    """Whether it is news also to who never heard that anything was to be decided, and wanted to."""
    event = one.message.event
    lost = isinstance(event.facts, OverFacts) and event.facts.lost > 0
    return lost and not one.message.closing
