"""Letters in memory: queued, claimed, delivered, given up on, and what counts as overdue."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from watcher.adapters.ledger.memory.state import Letter, State
from watcher.adapters.ledger.rules import (
    about_delivery,
    asks_what_was_heard,
    dead_letter,
    heard_of,
    is_free,
    own_key,
    renumbered,
)
from watcher.messages.delivery import HOUR, Channel, DeliveryNote
from watcher.messages.events import Event, EventKind
from watcher.messages.outbox import Circumstances, Delivered, Message, QueuedMessage, Stale, Undelivered


def queue(state: State, messages: Iterable[Message], *, at: datetime | None = None) -> None:
    """At `at`, or at their events' own time; what was queued under its key stays as it is, but for one that
    waits for a receipt and that a notifier accepted which did not count.
    """
    for message in messages:
        queued_at = at or message.event.at
        if state.new_letter(message, key=message.event.key, queued_at=queued_at) or not message.for_receipt:
            continue
        known = state.letters[state.letter_of[message.event.key][message.notifier]]
        if known.state is Delivered.ACCEPTED and known.counted is False:
            again = replace(known, state=Delivered.WAITING, attempts=0, queued_at=queued_at)
            state.keep_letter(replace(again, accepted_at=None, counted=None))


def waiting(
    state: State, notifier: str, kinds: Collection[EventKind], after: int, most: int
) -> tuple[list[QueuedMessage], int | None]:
    """The part after a message's number, and the number where it ends."""
    waits = state.waiting.get(notifier, {})
    if not waits:
        return [], None
    fitting = [id_ for id_ in sorted(waits) if state.letters[id_].message.event.kind in kinds]
    behind = [id_ for id_ in fitting if id_ > after][:most]
    had = {state.letters[id_].message.event.topic for id_ in fitting if id_ <= after}
    topics = {state.letters[id_].message.event.topic for id_ in behind} - had
    part = sorted(id_ for topic in topics for id_ in state.letters_about[topic, notifier] if id_ in waits)
    last = behind[-1] if len(behind) == most else None
    return [_queued(state, state.letters[id_]) for id_ in part], last


def _queued(state: State, letter: Letter) -> QueuedMessage:
    event = letter.message.event
    reached = state.reached.get((letter.key, letter.notifier), {})
    return QueuedMessage(
        id=letter.id,
        message=replace(letter.message, for_receipt=False),
        queued_at=letter.queued_at,
        attempts=letter.attempts,
        begun_at=letter.begun_at,
        twice=letter.twice,
        together=letter.together,
        thread=state.threads.get((letter.notifier, event.topic)),
        circumstances=_circumstances(state, letter),
        had=frozenset(name for name, accepted in reached.items() if accepted),
        refused_by=frozenset(name for name, accepted in reached.items() if not accepted),
        receiver=letter.receiver,
    )


def _circumstances(state: State, letter: Letter) -> Circumstances:
    event = letter.message.event
    known = None if letter.account is None else next(iter(state.knowing(letter.account)), None)
    announced = state.notices.get(event.notice)
    asked = asks_what_was_heard(letter.message)
    heard = _heard(state, event, letter.notifier) if asked else {}
    return Circumstances(
        renews_at=None if known is None else known.account.renews_at,
        gone_at=None if known is None else known.gone_at,
        voided=announced is not None and announced.voided is not None,
        problem_over=event.problem is not None and event.problem not in state.problems,
        accepted=heard_of(event, heard, queued_at=letter.queued_at),
    )


def _heard(state: State, event: Event, notifier: str) -> Mapping[EventKind, datetime]:
    """What the notifier, or a receiver of it, accepted about a topic or may have, and when the last of it was
    written.
    """
    heard: dict[EventKind, datetime] = {}
    for id_ in state.letters_about.get((event.topic, notifier), ()):
        one = state.letters[id_]
        # Put aside after a try of which nobody knows how it ended.
        perhaps = one.state is Delivered.STALE and (one.twice > 0 or one.begun_at is not None)
        reached = any(state.reached.get((one.key, notifier), {}).values())
        if one.accepted_at is not None or perhaps or reached:
            said = one.message.event
            heard[said.kind] = max(said.at, heard.get(said.kind, said.at))
    return heard


def begin(state: State, messages: Iterable[int], *, at: datetime, lost_since: datetime) -> frozenset[int]:
    """Mark those that nobody is sending. What somebody began and never ended may arrive twice."""
    ours = set()
    for id_ in messages:
        one = state.letters.get(id_)
        if one is None or one.state is not Delivered.WAITING:
            continue
        if is_free(one.begun_at, at=at, lost_since=lost_since):
            state.keep_letter(replace(one, begun_at=at, twice=one.twice + _if_begun(one)))
            ours.add(id_)
    return frozenset(ours)


def _if_begun(one: Letter) -> int:
    """One more delivery that may have arrived although nobody could note it."""
    return int(one.begun_at is not None)


def end(state: State, note: DeliveryNote, channel: Channel, *, at: datetime) -> None:
    note = _as_numbered_now(state, note)
    _reach(state, note, at=at)
    for one in _tried(state, note.accepted):
        state.keep_letter(
            replace(one, state=Delivered.ACCEPTED, accepted_at=at, last_error=None, counted=note.counts)
        )
    for said in note.reworded:
        one = state.letters[state.letter_of[own_key(said)][note.notifier]]
        if one.state is Delivered.ACCEPTED:
            event = said.message.event
            state.keep_letter(replace(one, message=replace(one.message, event=event)))
    if note.thread is not None:
        for one in (state.letters[id_] for id_ in note.accepted):
            if one.message.event.period is not None:
                state.threads.setdefault((note.notifier, one.message.event.topic), note.thread)
    for one in _tried(state, note.given_up):
        state.keep_letter(replace(one, state=Delivered.GIVEN_UP, given_up_at=at, last_error=note.why))
    for one in _tried(state, note.waiting):
        twice = one.twice + int(note.perhaps)
        state.keep_letter(replace(one, last_error=note.why, together=note.together, twice=twice))
    state.channels[note.notifier] = replace(channel, dead=0, lost=())


def _tried(state: State, messages: Iterable[int]) -> list[Letter]:
    """Those that still wait, tried once more."""
    found = (state.letters[id_] for id_ in messages if id_ in state.letters)
    return [
        replace(one, attempts=one.attempts + 1, begun_at=None)
        for one in found
        if one.state is Delivered.WAITING
    ]


def _as_numbered_now(state: State, note: DeliveryNote) -> DeliveryNote:
    """The note with the numbers that its messages have here; those that are not here are written again."""
    now = {}
    for one in note.sent:
        key = own_key(one)
        new = state.new_letter(
            one.original, key=key, queued_at=one.queued_at, attempts=one.attempts, receiver=one.receiver
        )
        now[one.id] = state.letter_of[key][note.notifier] if new is None else new.id
    return replace(
        note,
        accepted=renumbered(note.accepted, now),
        given_up=renumbered(note.given_up, now),
        waiting=renumbered(note.waiting, now),
    )


def _reach(state: State, note: DeliveryNote, *, at: datetime) -> None:
    """Note who has what, and keep what a single receiver refused as a letter of its own."""
    sent = {one.id: one.original for one in note.sent}
    for one in note.reached:
        if (message := sent.get(one.message)) is None:
            continue
        key = message.event.key
        state.reached[key, note.notifier].setdefault(one.receiver, one.why is None)
        if one.why is not None and not about_delivery(message.event):
            state.new_letter(
                message,
                key=dead_letter(key, one.receiver),
                queued_at=at,
                state=Delivered.GIVEN_UP,
                attempts=1,
                given_up_at=at,
                last_error=one.why,
                receiver=one.receiver,
            )


def put_aside(state: State, stale: Iterable[tuple[int, Stale]], *, at: datetime) -> None:
    for id_, why in stale:
        one = state.letters.get(id_)
        if one is not None and one.state is Delivered.WAITING:
            state.keep_letter(replace(one, state=Delivered.STALE, stale=why, ended_at=at))


def channel(state: State, notifier: str, now: datetime | None) -> Channel:
    known, waits = state.channels.get(notifier, Channel()), bool(state.waiting.get(notifier))
    if not (state.given_up or known.sent or known.dead or known.lost):
        return known if known.waits is waits else replace(known, waits=waits)
    lost = (state.letters[id_] for id_ in sorted(state.given_up))
    given_up = [one for one in lost if one.notifier == notifier and _is_lost(one)]
    refused: dict[str, list[str]] = {}
    for one in given_up:
        if one.receiver is not None:
            refused.setdefault(one.receiver, []).append(one.last_error or "")
    return replace(
        known,
        sent=tuple(at for at in known.sent if now is None or now - HOUR < at <= now),
        dead=sum(one.receiver is None for one in given_up),
        lost=tuple((name, len(why), max(why)) for name, why in sorted(refused.items())),
        waits=waits,
    )


def overdue(state: State, notifiers: Collection[str], sending: Collection[int]) -> int:
    failing = {name for name, one in state.channels.items() if one.failing_since is not None}
    open_ones = (id_ for some in (*state.waiting.values(), state.given_up) for id_ in some)
    return sum(
        _is_late(one, notifiers, failing, sending) or _is_lost(one)
        for one in map(state.letters.__getitem__, open_ones)
    )


def _is_late(
    one: Letter, notifiers: Collection[str], failing: Collection[str], sending: Collection[int]
) -> bool:
    """Tried in vain and still waiting, waiting for nobody there is, or begun by who may be dead."""
    if one.state is not Delivered.WAITING:
        return False
    nobody = one.notifier not in notifiers
    begun = one.begun_at is not None and one.id not in sending
    return one.attempts > 0 or nobody or one.notifier in failing or begun


def _is_lost(one: Letter) -> bool:
    """Given up on and not dropped. A dead letter about dead letters would be one more to tell of."""
    return one.state is Delivered.GIVEN_UP and one.message.event.kind is not EventKind.DELIVERY_FAILED


def _is_undelivered(one: Letter) -> bool:
    return one.state in (Delivered.WAITING, Delivered.GIVEN_UP)


def undelivered(state: State) -> Sequence[Undelivered]:
    return [
        Undelivered(
            id=one.id,
            notifier=one.notifier,
            kind=one.message.event.kind.value,
            text=one.message.event.text,
            queued_at=one.queued_at,
            attempts=one.attempts,
            why=one.last_error or "",
            given_up_at=one.given_up_at,
            twice=one.twice,
            receiver=one.receiver,
        )
        for one in sorted(state.letters.values(), key=lambda one: (one.queued_at, one.id))
        if _is_undelivered(one)
    ]


def _undelivered_among(state: State, messages: Iterable[int]) -> list[Letter]:
    found = (state.letters[id_] for id_ in messages if id_ in state.letters)
    return [one for one in found if _is_undelivered(one)]


def retry(state: State, messages: Iterable[int], *, at: datetime) -> int:
    """Those given up on wait again for as long as new ones would; their channels are tried at once."""
    found = _undelivered_among(state, messages)
    for one in found:
        again = replace(one, state=Delivered.WAITING, attempts=0, given_up_at=None, together=None)
        state.keep_letter(replace(again, begun_at=None, queued_at=at, twice=one.twice + _if_begun(one)))
        if (channel := state.channels.get(one.notifier)) is not None:
            state.channels[one.notifier] = replace(channel, next_at=None)
    return len(found)


def drop(state: State, messages: Iterable[int], *, by: str, why: str, at: datetime) -> int:
    found = _undelivered_among(state, messages)
    for one in found:
        state.keep_letter(replace(one, state=Delivered.DROPPED, dropped_by=by, last_error=why, ended_at=at))
    return len(found)
