"""What a ledger lets go of: what is so old that nobody asks for it, and what told of that.

A year of polls is 35,000 turns, and a message takes more room than all else that is known of its account. So
neither stays for ever (ADR 85). Of messages those go that ended, about lease periods that are over; of turns
those that nothing refers to. The beginning stays, for a ledger's age is counted from it.
"""

from datetime import datetime

from sqlalchemy import Connection, and_, delete, exists, func, or_, select

from watcher.adapters.ledger.schema import intents, notices, observations, outbox, receivers, threads, turns
from watcher.memory.remembered import CLOCK_OFF, CLOCK_UNPROVED, TurnKind
from watcher.messages.outbox import Delivered

_NOT_OVER = (Delivered.WAITING, Delivered.GIVEN_UP)
_BEGINNING = (
    select(func.min(turns.c.started_at))
    .where(
        turns.c.kind == TurnKind.FULL,
        turns.c.completed.is_(True),
        turns.c.summary[CLOCK_OFF].as_integer().is_(None),
        turns.c.summary[CLOCK_UNPROVED].as_integer().is_(None),
    )
    .scalar_subquery()
)
_LATEST = select(func.max(outbox.c.id)).scalar_subquery()
"""Kept, for what comes next is numbered after it."""


def forget(connection: Connection, before: datetime) -> None:
    """What is from before then. Looks through all messages: to be done once a day."""
    connection.execute(delete(observations).where(observations.c.at < before))
    connection.execute(
        delete(outbox).where(
            outbox.c.state.not_in(_NOT_OVER),
            outbox.c.queued_at < before,
            func.coalesce(outbox.c.accepted_at, outbox.c.ended_at, outbox.c.queued_at) < before,
            or_(outbox.c.renews_at.is_(None), outbox.c.renews_at < before),
            outbox.c.id < _LATEST,
        )
    )
    of_message = and_(outbox.c.key == receivers.c.key, outbox.c.notifier == receivers.c.notifier)
    connection.execute(delete(receivers).where(~exists().where(of_message)))
    in_thread = and_(outbox.c.topic == threads.c.topic, outbox.c.notifier == threads.c.notifier)
    connection.execute(delete(threads).where(~exists().where(in_thread)))
    connection.execute(
        delete(turns).where(
            turns.c.started_at < before,
            turns.c.ended_at < before,
            turns.c.started_at > _BEGINNING,
            *(turns.c.id.not_in(select(one.c.turn)) for one in (observations, notices, intents)),
        )
    )
