"""Messages on their way to people: queued with what they tell of, kept for ever as the proof."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects.sqlite import insert

from watcher.adapters.ledger.rows import message_values
from watcher.adapters.ledger.schema import Delivered, outbox
from watcher.adapters.ledger.serial import event_from
from watcher.domain.memory import Message, QueuedMessage, Undelivered

_QUEUE = insert(outbox).on_conflict_do_nothing(index_elements=["key", "notifier"])
_WAITING = (
    select(outbox)
    .where(outbox.c.state == Delivered.WAITING, outbox.c.notifier == bindparam("to"))
    .order_by(outbox.c.id)
)
_UNDELIVERED = (
    select(outbox)
    .where(outbox.c.state.in_((Delivered.WAITING, Delivered.GIVEN_UP)))
    .order_by(outbox.c.queued_at, outbox.c.id)
)
_TRY = (
    update(outbox)
    .where(outbox.c.id == bindparam("message"), outbox.c.state == Delivered.WAITING)
    .values(attempts=outbox.c.attempts + 1)
)


def queue(connection: Connection, messages: Iterable[Message], *, at: datetime | None = None) -> None:
    """Queue messages at `at`, or at their events' own time; known (key, notifier) pairs stay as they are."""
    rows = [{**message_values(message), "queued_at": at or message.event.at} for message in messages]
    if rows:
        connection.execute(_QUEUE, rows)


def waiting(connection: Connection, notifier: str) -> Sequence[QueuedMessage]:
    """Oldest first. Events of a kind that only a newer version knows keep waiting for it."""
    return [
        QueuedMessage(
            id=row.id,
            message=Message(notifier=row.notifier, event=event, live=row.live),
            queued_at=row.queued_at,
            attempts=row.attempts,
        )
        for row in connection.execute(_WAITING, {"to": notifier})
        if (event := event_from(row.event)) is not None
    ]


def undelivered(connection: Connection) -> Sequence[Undelivered]:
    return [
        Undelivered(
            notifier=row.notifier,
            kind=row.kind,
            text=row.event.get("text", ""),
            queued_at=row.queued_at,
            attempts=row.attempts,
            why=row.last_error or "",
            given_up_at=row.given_up_at,
        )
        for row in connection.execute(_UNDELIVERED)
    ]


def accepted(connection: Connection, messages: Iterable[int], *, at: datetime) -> None:
    done = _TRY.values(state=Delivered.ACCEPTED, accepted_at=at, last_error=None)
    _each(connection, done, messages)


def not_accepted(
    connection: Connection, messages: Iterable[int], *, why: str, for_good: bool, at: datetime
) -> None:
    tried = _TRY.values(last_error=why)
    if for_good:
        tried = tried.values(state=Delivered.GIVEN_UP, given_up_at=at)
    _each(connection, tried, messages)


def _each(connection: Connection, change: object, messages: Iterable[int]) -> None:
    rows = [{"message": message} for message in messages]
    if rows:
        connection.execute(change, rows)  # type: ignore[call-overload]
