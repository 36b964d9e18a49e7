"""Problems that stand, and how each channel does: small tables that change with every turn."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, Select, and_, bindparam, delete, func, select, update

from watcher.adapters.ledger.column_types import instant, microseconds
from watcher.adapters.ledger.rows import problem_of, problem_values
from watcher.adapters.ledger.schema import channels, outbox, problems
from watcher.adapters.ledger.upserts import replacing
from watcher.messages.delivery import HOUR, Channel
from watcher.messages.events import EventKind
from watcher.messages.outbox import Delivered
from watcher.messages.problems import Problem

_KNOWN_KINDS = [kind.value for kind in EventKind]


def note(connection: Connection, stands: Iterable[Problem], over: Iterable[str]) -> None:
    rows = [problem_values(problem) for problem in stands]
    if rows:
        connection.execute(replacing(connection, problems), rows)
    ended = [{"problem": id_} for id_ in over]
    if ended:
        connection.execute(delete(problems).where(problems.c.id == bindparam("problem")), ended)


def standing(connection: Connection) -> dict[str, Problem]:
    """The standing problems by id, but for kinds that only a newer version knows."""
    rows = connection.execute(select(problems).where(problems.c.kind.in_(_KNOWN_KINDS)))
    return {row.id: problem_of(row) for row in rows}


def ids(connection: Connection) -> frozenset[str]:
    return frozenset(connection.execute(select(problems.c.id)).scalars())


_GIVEN_UP = and_(
    outbox.c.state == Delivered.GIVEN_UP,
    outbox.c.notifier == bindparam("to"),
    # A dead letter about dead letters would be one more to tell of.
    outbox.c.kind != EventKind.DELIVERY_FAILED.value,
)
_DEAD = select(func.count()).select_from(outbox).where(_GIVEN_UP, outbox.c.receiver.is_(None))
_LOST = (
    select(outbox.c.receiver, func.count(), func.max(outbox.c.last_error))
    .where(_GIVEN_UP, outbox.c.receiver.is_not(None))
    .group_by(outbox.c.receiver)
    .order_by(outbox.c.receiver)
)


def channel(connection: Connection, notifier: str, now: datetime | None) -> Channel:
    row = connection.execute(select(channels).where(channels.c.notifier == notifier)).one_or_none()
    dead = int(connection.execute(_DEAD, {"to": notifier}).scalar_one())
    lost = tuple(
        (receiver, count, why) for receiver, count, why in connection.execute(_LOST, {"to": notifier})
    )
    if row is None:
        return Channel(dead=dead, lost=lost)
    return Channel(
        failures=row.failures,
        failing_since=row.failing_since,
        next_at=row.next_at,
        refusing=row.refusing,
        why=row.why,
        sent=tuple(at for at in map(instant, row.sent) if now is None or now - HOUR < at <= now),
        dead=dead,
        lost=lost,
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


def failing_channels() -> Select[tuple[str]]:
    return select(channels.c.notifier).where(channels.c.failing_since.is_not(None))


def try_now(connection: Connection, notifiers: Select[tuple[str]]) -> None:
    """However long these channels were to be left alone."""
    connection.execute(update(channels).where(channels.c.notifier.in_(notifiers)).values(next_at=None))
