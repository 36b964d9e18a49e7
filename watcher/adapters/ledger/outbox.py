"""Messages on their way to people: queued with what they tell of, kept as the proof until they are old."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    String,
    Update,
    and_,
    bindparam,
    case,
    exists,
    func,
    not_,
    or_,
    select,
    type_coerce,
    update,
)

from watcher.adapters.ledger import reaching, standing
from watcher.adapters.ledger.rows import message_values, surest
from watcher.adapters.ledger.rules import asks_what_was_heard, heard_of, own_key
from watcher.adapters.ledger.schema import accounts, notices, outbox, receivers, threads
from watcher.adapters.ledger.serial import event_from, event_json
from watcher.adapters.ledger.store import batches
from watcher.adapters.ledger.upserts import keeping, write_rows
from watcher.messages.delivery import DeliveryNote
from watcher.messages.events import EventKind
from watcher.messages.outbox import Circumstances, Delivered, Message, QueuedMessage, Stale, Undelivered

_knowing = accounts.alias("knowing")
_of_surest = (
    select(_knowing.c.project)
    .where(_knowing.c.account == outbox.c.account)
    .order_by(*surest(_knowing))
    .limit(1)
    .correlate(outbox)
    .scalar_subquery()
)
"""The project that says how an account does, where several know it."""

_WAITING: Select[Any] = (
    select(
        outbox.c.id,
        outbox.c.key,
        outbox.c.kind,
        outbox.c.topic,
        outbox.c.event,
        outbox.c.live,
        outbox.c.closing,
        outbox.c.queued_at,
        outbox.c.attempts,
        outbox.c.begun_at,
        outbox.c.twice,
        outbox.c.together,
        outbox.c.receiver,
        accounts.c.renews_at.label("present_renewal"),
        accounts.c.gone_at,
        threads.c.thread,
    )
    .select_from(outbox)
    .outerjoin(accounts, and_(accounts.c.account == outbox.c.account, accounts.c.project == _of_surest))
    .outerjoin(threads, and_(threads.c.topic == outbox.c.topic, threads.c.notifier == outbox.c.notifier))
    .where(
        or_(
            and_(
                outbox.c.topic.in_(bindparam("topics", expanding=True)),
                outbox.c.notifier == bindparam("to"),
                # Not "state = …": SQLite would walk through all that waits, and not look up these topics.
                type_coerce(outbox.c.state, String).concat("") == Delivered.WAITING.value,
            ),
            outbox.c.id.in_(bindparam("topicless", expanding=True)),
        )
    )
    .order_by(outbox.c.id)
)
_NEXT = (
    select(outbox.c.id, outbox.c.topic)
    .where(
        outbox.c.state == Delivered.WAITING,
        outbox.c.notifier == bindparam("to"),
        outbox.c.kind.in_(bindparam("kinds", expanding=True)),
        outbox.c.id > bindparam("after"),
    )
    .order_by(outbox.c.id)
    .limit(bindparam("most"))
)
_HEARD = (
    select(outbox.c.topic, outbox.c.kind, func.max(outbox.c.event["at"].as_string()).label("last"))
    .where(
        outbox.c.topic.in_(bindparam("topics", expanding=True)),
        outbox.c.notifier == bindparam("to"),
        or_(
            outbox.c.accepted_at.is_not(None),
            # Put aside after a try of which nobody knows how it ended.
            and_(
                outbox.c.state == Delivered.STALE,
                or_(outbox.c.twice > 0, outbox.c.begun_at.is_not(None)),
            ),
            exists().where(
                receivers.c.key == outbox.c.key,
                receivers.c.notifier == outbox.c.notifier,
                receivers.c.accepted.is_(True),
            ),
        ),
    )
    .group_by(outbox.c.topic, outbox.c.kind)
)
_VOIDED = select(notices.c.key).where(
    notices.c.key.in_(bindparam("keys", expanding=True)), notices.c.voided.is_not(None)
)
_UNDELIVERED = (
    select(outbox)
    .where(outbox.c.state.in_((Delivered.WAITING, Delivered.GIVEN_UP)))
    .order_by(outbox.c.queued_at, outbox.c.id)
)
_THESE = outbox.c.id.in_(bindparam("messages", expanding=True))
_STILL_WAIT = update(outbox).where(_THESE, outbox.c.state == Delivered.WAITING)
_REWORDED = (
    update(outbox)
    .where(
        outbox.c.key == bindparam("own_key"),
        outbox.c.notifier == bindparam("to"),
        outbox.c.state == Delivered.ACCEPTED,
    )
    .values(event=bindparam("said"))
)
"""What was told is kept in the words in which it was."""
_TRIED = _STILL_WAIT.values(attempts=outbox.c.attempts + 1, begun_at=None)
_IF_BEGUN = case((outbox.c.begun_at.is_not(None), 1), else_=0)
"""One more delivery that may have arrived although nobody could note it."""
_FOR_A_RECEIPT = (
    update(outbox)
    .where(
        outbox.c.key == bindparam("event_key"),
        outbox.c.notifier == bindparam("to"),
        outbox.c.state == Delivered.ACCEPTED,
        outbox.c.counted.is_(False),
    )
    .values(state=Delivered.WAITING, attempts=0, accepted_at=None, counted=None, queued_at=bindparam("at"))
)
"""The notifier of that name was another one then, such as the log."""


def queue(connection: Connection, messages: Iterable[Message], *, at: datetime | None = None) -> None:
    """Queue messages at `at`, or at their events' own time; known (key, notifier) pairs stay as they are,
    but for one that waits for a receipt and that a notifier accepted which did not count.
    """
    queued = list(messages)
    rows = [{**message_values(message), "queued_at": at or message.event.at} for message in queued]
    write_rows(connection, keeping(connection, outbox, "key", "notifier"), rows)
    again = [
        {"event_key": message.event.key, "to": message.notifier, "at": at or message.event.at}
        for message in queued
        if message.for_receipt
    ]
    if again:
        connection.execute(_FOR_A_RECEIPT, again)


def waiting(
    connection: Connection, notifier: str, kinds: Collection[EventKind], after: int, most: int
) -> tuple[Sequence[QueuedMessage], int | None]:
    """The part after a message's number, and the number where it ends.

    Events of a kind that only a newer version knows keep waiting for it.
    """
    words = sorted(kind.value for kind in kinds)
    asked = {"to": notifier, "kinds": words, "after": after, "most": most}
    behind = connection.execute(_NEXT, asked).all()
    if not behind:
        return [], None
    topics = sorted({row.topic for row in behind if row.topic is not None})
    topicless = [row.id for row in behind if row.topic is None]
    rows = connection.execute(_WAITING, {"to": notifier, "topics": topics, "topicless": topicless}).all()
    # An earlier part had all of the topics of which it had one.
    had = {row.topic for row in rows if row.id <= after and row.kind in words}
    part = _queued(connection, notifier, [row for row in rows if row.topic is None or row.topic not in had])
    return part, behind[-1].id if len(behind) == most else None


def _queued(connection: Connection, notifier: str, rows: Iterable[Row[Any]]) -> Sequence[QueuedMessage]:
    found = [
        (row, Message(notifier=notifier, event=event, live=row.live, closing=row.closing))
        for row in rows
        if (event := event_from(row.event)) is not None
    ]
    topics = {message.event.topic for _, message in found if asks_what_was_heard(message)}
    heard = _heard(connection, notifier, topics)
    problems = standing.ids(connection)
    voided = _voided(connection, {message.event.notice for _, message in found})
    had, refused = reaching.reached(connection, notifier, [row.key for row, _ in found])
    return [
        QueuedMessage(
            id=row.id,
            message=message,
            queued_at=row.queued_at,
            attempts=row.attempts,
            begun_at=row.begun_at,
            twice=row.twice,
            together=row.together,
            thread=row.thread,
            circumstances=_circumstances(row, message, heard, problems, voided),
            had=frozenset(had.get(row.key, ())),
            refused_by=frozenset(refused.get(row.key, ())),
            receiver=row.receiver,
        )
        for row, message in found
    ]


def _voided(connection: Connection, keys: Iterable[str]) -> frozenset[str]:
    """Of these notices, those that count no more."""
    return frozenset(
        key for some in batches(sorted(keys)) for key in connection.scalars(_VOIDED, {"keys": some})
    )


def _heard(
    connection: Connection, notifier: str, topics: Collection[str]
) -> dict[str, dict[EventKind, datetime]]:
    """What the notifier accepted, or may have, about each topic, and when the last of it was written."""
    known = {kind.value for kind in EventKind}
    heard: dict[str, dict[EventKind, datetime]] = {}
    for some in batches(sorted(topics)):
        for topic, kind, last in connection.execute(_HEARD, {"topics": some, "to": notifier}):
            if kind in known:
                heard.setdefault(topic, {})[EventKind(kind)] = datetime.fromisoformat(last)
    return heard


def _circumstances(
    row: Row[Any],
    message: Message,
    heard: Mapping[str, Mapping[EventKind, datetime]],
    problems: Collection[str],
    voided: Collection[str],
) -> Circumstances:
    event = message.event
    asked = heard.get(event.topic, {}) if asks_what_was_heard(message) else {}
    return Circumstances(
        renews_at=row.present_renewal,
        gone_at=row.gone_at,
        voided=event.notice in voided,
        problem_over=event.problem is not None and event.problem not in problems,
        accepted=heard_of(event, asked, queued_at=row.queued_at),
    )


def begin(
    connection: Connection, messages: Iterable[int], *, at: datetime, lost_since: datetime
) -> frozenset[int]:
    """Mark those that nobody is sending. What somebody began and never ended may arrive twice."""
    free = or_(
        outbox.c.begun_at.is_(None),
        outbox.c.begun_at <= lost_since,
        # What was begun in the future was begun by a clock that was wrong.
        outbox.c.begun_at >= at + (at - lost_since),
    )
    claim = _STILL_WAIT.where(free).values(begun_at=at, twice=outbox.c.twice + _IF_BEGUN)
    return frozenset(_changed(connection, claim, messages))


def end(connection: Connection, note: DeliveryNote, *, at: datetime) -> None:
    note = reaching.as_numbered_now(connection, note)
    reaching.reach(connection, note, at=at)
    accepted = _TRIED.values(state=Delivered.ACCEPTED, accepted_at=at, last_error=None, counted=note.counts)
    _changed(connection, accepted, note.accepted)
    for one in note.reworded:
        said = event_json(one.message.event)
        connection.execute(_REWORDED, {"own_key": own_key(one), "to": note.notifier, "said": said})
    if note.thread is not None:
        _remember_thread(connection, note, note.thread)
    given_up = _TRIED.values(state=Delivered.GIVEN_UP, given_up_at=at, last_error=note.why)
    _changed(connection, given_up, note.given_up)
    again = _TRIED.values(
        last_error=note.why, together=note.together, twice=outbox.c.twice + int(note.perhaps)
    )
    _changed(connection, again, note.waiting)


def _remember_thread(connection: Connection, note: DeliveryNote, thread: str) -> None:
    """Later events about the same lease periods belong into the conversation that began with these."""
    of_periods = select(outbox.c.topic).where(
        _THESE, outbox.c.topic.is_not(None), outbox.c.renews_at.is_not(None)
    )
    for some in batches(note.accepted):
        topics = sorted(set(connection.scalars(of_periods, {"messages": some})))
        if topics:
            connection.execute(
                keeping(connection, threads, "notifier", "topic"),
                [{"notifier": note.notifier, "topic": topic, "thread": thread} for topic in topics],
            )


def put_aside(connection: Connection, stale: Sequence[tuple[int, Stale]], *, at: datetime) -> None:
    for why in Stale:
        change = _STILL_WAIT.values(state=Delivered.STALE, stale=why, ended_at=at)
        _changed(connection, change, [message for message, reason in stale if reason is why])


_WAITS = outbox.c.state == Delivered.WAITING
_LATE = or_(
    outbox.c.attempts > 0,
    outbox.c.notifier.not_in(bindparam("notifiers", expanding=True)),
    outbox.c.notifier.in_(standing.FAILING_CHANNELS),
)
_LOST = and_(outbox.c.state == Delivered.GIVEN_UP, outbox.c.kind != EventKind.DELIVERY_FAILED.value)
_OVERDUE = select(func.count()).select_from(outbox).where(or_(and_(_WAITS, _LATE), _LOST))
_BEGUN = select(outbox.c.id).where(_WAITS, not_(_LATE), outbox.c.begun_at.is_not(None))
"""Composed once: what is composed anew holds itself, and waits in memory for hundreds of turns."""


def overdue(connection: Connection, notifiers: Collection[str], sending: Collection[int]) -> int:
    """Tried in vain and still waiting, waiting for nobody there is, begun by who may be dead, or given up on
    and not dropped.
    """
    known = {"notifiers": list(notifiers)}
    # Told apart here: no statement takes as many parameters as there may be messages under way.
    dead = sum(message not in sending for message in connection.scalars(_BEGUN, known))
    return int(connection.execute(_OVERDUE, known).scalar_one()) + dead


def undelivered(connection: Connection) -> Sequence[Undelivered]:
    return [
        Undelivered(
            id=row.id,
            notifier=row.notifier,
            kind=row.kind,
            text=row.event.get("text", ""),
            queued_at=row.queued_at,
            attempts=row.attempts,
            why=row.last_error or "",
            given_up_at=row.given_up_at,
            twice=row.twice,
            receiver=row.receiver,
        )
        for row in connection.execute(_UNDELIVERED)
    ]


_NOT_DELIVERED = update(outbox).where(_THESE, outbox.c.state.in_((Delivered.WAITING, Delivered.GIVEN_UP)))


def retry(connection: Connection, messages: Iterable[int], *, at: datetime) -> int:
    """Those given up on wait again for as long as new ones would; their channels are tried at once."""
    again = _NOT_DELIVERED.values(
        state=Delivered.WAITING,
        attempts=0,
        given_up_at=None,
        together=None,
        begun_at=None,
        queued_at=at,
        twice=outbox.c.twice + _IF_BEGUN,
    )
    done = _changed(connection, again, messages)
    for some in batches(done):
        standing.try_now(connection, select(outbox.c.notifier).where(outbox.c.id.in_(some)))
    return len(done)


def drop(connection: Connection, messages: Iterable[int], *, by: str, why: str, at: datetime) -> int:
    gone = _NOT_DELIVERED.values(state=Delivered.DROPPED, dropped_by=by, last_error=why, ended_at=at)
    return len(_changed(connection, gone, messages))


def _changed(connection: Connection, change: Update, messages: Iterable[int]) -> list[int]:
    """Make the change to those of these messages that it fits; answers which."""
    made = change.returning(outbox.c.id)
    return [id_ for some in batches(messages) for id_ in connection.scalars(made, {"messages": some})]
