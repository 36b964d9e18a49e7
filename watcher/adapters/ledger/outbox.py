"""Messages on their way to people: queued with what they tell of, kept for ever as the proof."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, case, exists, func, or_, select, update

from watcher.adapters.ledger import reaching, standing
from watcher.adapters.ledger.rows import message_values, surest
from watcher.adapters.ledger.rules import asks_what_was_heard, heard_of
from watcher.adapters.ledger.schema import accounts, notices, outbox, receivers, threads
from watcher.adapters.ledger.serial import event_from
from watcher.adapters.ledger.store import batches
from watcher.adapters.ledger.upserts import keeping, write_rows
from watcher.messages.delivery import DeliveryNote
from watcher.messages.events import EventKind
from watcher.messages.outbox import Circumstances, Delivered, Message, QueuedMessage, Undelivered
from watcher.messages.stale import Stale

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

_WAITING = (
    select(
        outbox,
        accounts.c.renews_at.label("present_renewal"),
        accounts.c.gone_at,
        threads.c.thread,
    )
    .select_from(outbox)
    .outerjoin(accounts, and_(accounts.c.account == outbox.c.account, accounts.c.project == _of_surest))
    .outerjoin(threads, and_(threads.c.topic == outbox.c.topic, threads.c.notifier == outbox.c.notifier))
    .where(outbox.c.state == Delivered.WAITING, outbox.c.notifier == bindparam("to"))
    .order_by(outbox.c.id)
)
_HEARD = (
    select(outbox.c.topic, outbox.c.kind, func.max(outbox.c.queued_at).label("last"))
    .where(
        outbox.c.topic.in_(bindparam("topics", expanding=True)),
        outbox.c.notifier == bindparam("to"),
        or_(
            outbox.c.accepted_at.is_not(None),
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
_THIS = and_(outbox.c.id == bindparam("message"), outbox.c.state == Delivered.WAITING)
_TRIED = update(outbox).where(_THIS).values(attempts=outbox.c.attempts + 1, begun_at=None)
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


def waiting(connection: Connection, notifier: str) -> Sequence[QueuedMessage]:
    """Oldest first. Events of a kind that only a newer version knows keep waiting for it."""
    found = [
        (row, Message(notifier=row.notifier, event=event, live=row.live, closing=row.closing))
        for row in connection.execute(_WAITING, {"to": notifier})
        if (event := event_from(row.event)) is not None
    ]
    if not found:
        return []
    topics = {message.event.topic for _, message in found if asks_what_was_heard(message)}
    heard = _heard(connection, notifier, topics)
    problems = standing.ids(connection)
    voided = _voided(connection, {message.event.notice for _, message in found})
    had, refused = reaching.reached(connection, notifier, [row.key for row, _ in found])
    return [
        replace(
            _queued(row, message, heard, problems, voided),
            had=frozenset(had.get(row.key, ())),
            refused_by=frozenset(refused.get(row.key, ())),
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
    """What the notifier accepted about each topic, and when the last of it was queued."""
    known = {kind.value for kind in EventKind}
    heard: dict[str, dict[EventKind, datetime]] = {}
    for some in batches(sorted(topics)):
        for topic, kind, last in connection.execute(_HEARD, {"topics": some, "to": notifier}):
            if kind in known:
                heard.setdefault(topic, {})[EventKind(kind)] = last
    return heard


def _queued(
    row: Row[Any],
    message: Message,
    heard: Mapping[str, Mapping[EventKind, datetime]],
    problems: Collection[str],
    voided: Collection[str],
) -> QueuedMessage:
    event = message.event
    asked = asks_what_was_heard(message)
    return QueuedMessage(
        id=row.id,
        message=message,
        queued_at=row.queued_at,
        attempts=row.attempts,
        begun_at=row.begun_at,
        together=row.together,
        thread=row.thread,
        receiver=row.receiver,
        circumstances=Circumstances(
            renews_at=row.present_renewal,
            gone=row.gone_at is not None,
            voided=event.notice in voided,
            problem_over=event.problem is not None and event.problem not in problems,
            accepted=heard_of(event, heard.get(event.topic, {})) if asked else frozenset(),
        ),
    )


def begin(
    connection: Connection, messages: Iterable[int], *, at: datetime, lost_since: datetime
) -> frozenset[int]:
    """Mark those that nobody is sending. What somebody began and never ended may arrive twice."""
    free = and_(
        outbox.c.id == bindparam("message"),
        outbox.c.state == Delivered.WAITING,
        # What was begun in the future was begun by a clock that was wrong.
        or_(
            outbox.c.begun_at.is_(None),
            outbox.c.begun_at <= lost_since,
            outbox.c.begun_at >= at + (at - lost_since),
        ),
    )
    claim = update(outbox).where(free).values(begun_at=at, twice=outbox.c.twice + _IF_BEGUN)
    return frozenset(
        message for message in messages if connection.execute(claim, {"message": message}).rowcount
    )


def end(connection: Connection, note: DeliveryNote, *, at: datetime) -> None:
    note = reaching.as_numbered_now(connection, note)
    reaching.reach(connection, note, at=at)
    accepted = _TRIED.values(state=Delivered.ACCEPTED, accepted_at=at, last_error=None, counted=note.counts)
    _each(connection, accepted, note.accepted)
    if note.thread is not None:
        _remember_thread(connection, note, note.thread)
    _each(
        connection,
        _TRIED.values(state=Delivered.GIVEN_UP, given_up_at=at, last_error=note.why),
        note.given_up,
    )
    _each(connection, _TRIED.values(last_error=note.why, together=note.together), note.waiting)


def _remember_thread(connection: Connection, note: DeliveryNote, thread: str) -> None:
    """Later events about the same lease periods belong into the conversation that began with these."""
    of_periods = select(outbox.c.topic).where(
        outbox.c.id.in_(note.accepted), outbox.c.topic.is_not(None), outbox.c.renews_at.is_not(None)
    )
    topics = sorted(set(connection.execute(of_periods).scalars()))
    if topics:
        connection.execute(
            keeping(connection, threads, "notifier", "topic"),
            [{"notifier": note.notifier, "topic": topic, "thread": thread} for topic in topics],
        )


def put_aside(connection: Connection, stale: Iterable[tuple[int, Stale]], *, at: datetime) -> None:
    change = update(outbox).where(_THIS).values(state=Delivered.STALE, stale=bindparam("why"), ended_at=at)
    rows = [{"message": message, "why": why} for message, why in stale]
    if rows:
        connection.execute(change, rows)


def overdue(connection: Connection, notifiers: Collection[str], sending: Collection[int]) -> int:
    """Tried in vain and still waiting, waiting for nobody there is, begun by who may be dead, or given up on
    and not dropped.
    """
    late = and_(
        outbox.c.state == Delivered.WAITING,
        or_(
            outbox.c.attempts > 0,
            outbox.c.notifier.not_in(list(notifiers)),
            outbox.c.notifier.in_(standing.failing_channels()),
            and_(outbox.c.begun_at.is_not(None), outbox.c.id.not_in(list(sending))),
        ),
    )
    lost = and_(outbox.c.state == Delivered.GIVEN_UP, outbox.c.kind != EventKind.DELIVERY_FAILED.value)
    query = select(func.count()).select_from(outbox).where(or_(late, lost))
    return int(connection.execute(query).scalar_one())


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


_NOT_DELIVERED = and_(
    outbox.c.id == bindparam("message"),
    outbox.c.state.in_((Delivered.WAITING, Delivered.GIVEN_UP)),
)


def retry(connection: Connection, messages: Iterable[int], *, at: datetime) -> int:
    """Those given up on wait again for as long as new ones would; their channels are tried at once."""
    again = (
        update(outbox)
        .where(_NOT_DELIVERED)
        .values(
            state=Delivered.WAITING,
            attempts=0,
            given_up_at=None,
            together=None,
            begun_at=None,
            queued_at=at,
            twice=outbox.c.twice + _IF_BEGUN,
        )
    )
    done = [message for message in messages if connection.execute(again, {"message": message}).rowcount]
    for some in batches(done):
        standing.try_now(connection, select(outbox.c.notifier).where(outbox.c.id.in_(some)))
    return len(done)


def drop(connection: Connection, messages: Iterable[int], *, by: str, why: str, at: datetime) -> int:
    gone = (
        update(outbox)
        .where(_NOT_DELIVERED)
        .values(state=Delivered.DROPPED, dropped_by=by, last_error=why, ended_at=at)
    )
    return sum(connection.execute(gone, {"message": message}).rowcount for message in messages)


def _each(connection: Connection, change: object, messages: Iterable[int]) -> None:
    rows = [{"message": message} for message in messages]
    if rows:
        connection.execute(change, rows)  # type: ignore[call-overload]
