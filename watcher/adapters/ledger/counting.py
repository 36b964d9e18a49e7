"""The ledger in figures, for metrics: sums that the indices answer."""

from collections.abc import Mapping

from sqlalchemy import Connection, func, select

from watcher.adapters.ledger.schema import intents, outbox, outcomes, turns
from watcher.adapters.ledger.standing import standing
from watcher.decide.measures import LedgerCounts
from watcher.memory.remembered import TurnKind
from watcher.messages.outbox import Delivered
from watcher.record.outcomes import Cause, OutcomeKind

_LAST_GOOD = (
    select(turns.c.ended_at)
    .where(turns.c.kind == TurnKind.FULL, turns.c.completed)
    .order_by(turns.c.started_at.desc())
    .limit(1)
)
_OUTCOMES = (
    select(
        outcomes.c.kind,
        outcomes.c.cause,
        func.count().label("number"),
        func.coalesce(func.sum(outcomes.c.price_cents), 0).label("cents"),
    )
    .where(outcomes.c.undone_at.is_(None))
    .group_by(outcomes.c.kind, outcomes.c.cause)
)
_UNRESOLVED = select(func.count()).select_from(intents).where(intents.c.ending.is_(None))
_OUTBOX = select(outbox.c.notifier, func.count().label("number")).group_by(outbox.c.notifier)


def counts(connection: Connection) -> LedgerCounts:
    released = released_cents = 0
    paid: dict[Cause, tuple[int, int]] = {}
    for row in connection.execute(_OUTCOMES):
        if row.kind is OutcomeKind.RELEASED:
            released, released_cents = released + row.number, released_cents + int(row.cents)
        else:
            cause = row.cause or Cause.UNEXPLAINED
            number, cents = paid.get(cause, (0, 0))
            paid[cause] = (number + row.number, cents + int(row.cents))
    stands = [problem.kind for problem in standing(connection).values()]
    return LedgerCounts(
        last_good_at=connection.execute(_LAST_GOOD).scalar_one_or_none(),
        released=released,
        released_cents=released_cents,
        paid=paid,
        unresolved=int(connection.execute(_UNRESOLVED).scalar_one()),
        waiting=_by_notifier(connection, Delivered.WAITING),
        dead=_by_notifier(connection, Delivered.GIVEN_UP),
        problems={kind: stands.count(kind) for kind in dict.fromkeys(stands)},
    )


def _by_notifier(connection: Connection, state: Delivered) -> Mapping[str, int]:
    rows = connection.execute(_OUTBOX.where(outbox.c.state == state))
    return {row.notifier: row.number for row in rows}
