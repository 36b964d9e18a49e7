"""Problems that stand, and how each channel does: small tables that change with every turn."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, Select, bindparam, delete, func, select, update

from watcher.adapters.ledger.column_types import instant, microseconds
from watcher.adapters.ledger.rows import problem_of, problem_values
from watcher.adapters.ledger.schema import channels, outbox, problems
from watcher.adapters.ledger.upserts import replacing
from watcher.messages.delivery import HOUR, Channel
from watcher.messages.events import EventKind
from watcher.messages.outbox import Delivered
from watcher.messages.problems import Problem

_KNOWN_KINDS = frozenset(kind.value for kind in EventKind)
_STANDING = select(problems)
_STANDING_IDS = select(problems.c.id)


def note(connection: Connection, stands: Iterable[Problem], over: Iterable[str]) -> None:
    rows = [problem_values(problem) for problem in stands]
    if rows:
        connection.execute(replacing(connection, problems), rows)
    ended = [{"problem": id_} for id_ in over]
    if ended:
        connection.execute(delete(problems).where(problems.c.id == bindparam("problem")), ended)


def standing(connection: Connection) -> dict[str, Problem]:
    """The standing problems by id, but for kinds that only a newer version knows."""
    return {row.id: problem_of(row) for row in connection.execute(_STANDING) if row.kind in _KNOWN_KINDS}


def ids(connection: Connection) -> frozenset[str]:
    return frozenset(connection.scalars(_STANDING_IDS))


_OF_THESE: BindParameter[str] = bindparam("notifiers", expanding=True)
_CHANNELS = select(channels).where(channels.c.notifier.in_(_OF_THESE))
_ONE_THAT_WAITS = (
    select(outbox.c.id)
    .where(outbox.c.state == Delivered.WAITING, outbox.c.notifier == bindparam("to"))
    .limit(1)
)
"""Asked of each alone: of all at once it would read all that waits, which may be a fleet's warnings."""
_LOST = (
    select(
        outbox.c.notifier,
        outbox.c.receiver,
        func.count().label("messages"),
        func.max(outbox.c.last_error).label("why"),
    )
    .where(
        outbox.c.state == Delivered.GIVEN_UP,
        outbox.c.notifier.in_(_OF_THESE),
        # A dead letter about dead letters would be one more to tell of.
        outbox.c.kind != EventKind.DELIVERY_FAILED.value,
    )
    .group_by(outbox.c.notifier, outbox.c.receiver)
    .order_by(outbox.c.receiver)
)
"""What was given up on, by who did not get it: nobody, where the receiver is null."""


def channels_of(
    connection: Connection, notifiers: Collection[str], now: datetime | None
) -> dict[str, Channel]:
    these = {"notifiers": list(notifiers)}
    rows = {row.notifier: row for row in connection.execute(_CHANNELS, these)}
    lost: dict[str, list[Row[Any]]] = {}
    for row in connection.execute(_LOST, these):
        lost.setdefault(row.notifier, []).append(row)
    found = {}
    for name in notifiers:
        given_up = lost.get(name, ())
        found[name] = replace(
            _channel(rows[name], now) if name in rows else Channel(),
            dead=sum(one.messages for one in given_up if one.receiver is None),
            lost=tuple((one.receiver, one.messages, one.why) for one in given_up if one.receiver is not None),
            waits=connection.scalar(_ONE_THAT_WAITS, {"to": name}) is not None,
        )
    return found


def _channel(row: Row[Any], now: datetime | None) -> Channel:
    return Channel(
        failures=row.failures,
        failing_since=row.failing_since,
        next_at=row.next_at,
        refusing=row.refusing,
        why=row.why,
        sent=tuple(at for at in map(instant, row.sent) if now is None or now - HOUR < at <= now),
    )


def keep_channel(connection: Connection, notifier: str, one: Channel) -> None:
    values = {
        "notifier": notifier,
        "failures": one.failures,
        "failing_since": one.failing_since,
        "next_at": one.next_at,
        "refusing": one.refusing,
        "why": one.why,
        "sent": [microseconds(at) for at in one.sent],
    }
    connection.execute(replacing(connection, channels), values)


FAILING_CHANNELS = select(channels.c.notifier).where(channels.c.failing_since.is_not(None))


def try_now(connection: Connection, notifiers: Select[tuple[str]]) -> None:
    """However long these channels were to be left alone."""
    connection.execute(update(channels).where(channels.c.notifier.in_(notifiers)).values(next_at=None))
