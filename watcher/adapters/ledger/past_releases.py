"""Our releases as they are seen afterwards, and what was paid meanwhile: from a database."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, String, bindparam, cast, or_, select

from watcher.adapters.ledger.column_types import Instant
from watcher.adapters.ledger.rows import intent_of, outcome_of
from watcher.adapters.ledger.rules import LeaseSeen, began_in, past_release
from watcher.adapters.ledger.schema import accounts, intents, observations, outcomes
from watcher.adapters.ledger.store import batches
from watcher.facts.handles import folded
from watcher.record.intents import Intent
from watcher.record.outcomes import Outcome, OutcomeKind
from watcher.record.past_releases import PastRelease

_STREAMED: Final = {"yield_per": 500}
_RELEASED: Final = (
    select(outcomes)
    .where(outcomes.c.kind == OutcomeKind.RELEASED, outcomes.c.at < bindparam("before", type_=Instant))
    .order_by(outcomes.c.at, outcomes.c.id)
)
_PAID: Final = (
    select(outcomes)
    .where(
        outcomes.c.kind == OutcomeKind.PAID,
        outcomes.c.at >= bindparam("since", type_=Instant),
        outcomes.c.at < bindparam("until", type_=Instant),
    )
    .order_by(outcomes.c.at, outcomes.c.id)
)
_SOME: Final[Any] = bindparam("accounts", expanding=True)
_NAMES: Final[Any] = bindparam("names", expanding=True)
_ATTEMPTS: Final = select(intents).where(intents.c.account.in_(_SOME)).order_by(intents.c.id)
_KNOWN: Final = select(accounts).where(
    or_(accounts.c.account.in_(_SOME), accounts.c.handle_folded.in_(_NAMES))
)
_BEGAN: Final = select(observations.c.account, observations.c.at, observations.c.facts).where(
    observations.c.account.in_(_SOME),
    cast(observations.c.facts, String).contains('"assigned_at"', autoescape=True),
)
"""The database looks for the fact in the text, so that only few observations are read and decoded."""


def past_releases(connection: Connection, before: datetime) -> Iterator[PastRelease]:
    """Some at a time, each time with all that is known of their accounts."""
    rows = connection.execute(_RELEASED, {"before": before}, execution_options=_STREAMED)
    for some in batches(rows):
        yield from _with_leases(connection, some)


def renewals_paid(connection: Connection, since: datetime, until: datetime) -> Iterator[Outcome]:
    asked = {"since": since, "until": until}
    return map(outcome_of, connection.execute(_PAID, asked, execution_options=_STREAMED))


def _with_leases(connection: Connection, some: Sequence[Row[Any]]) -> Iterator[PastRelease]:
    asked = {"accounts": sorted({row.account for row in some})}
    names = sorted({name for row in some if (name := folded(row.handle))}) or [""]
    attempts: defaultdict[str, list[Intent]] = defaultdict(list)
    for row in connection.execute(_ATTEMPTS, asked):
        attempts[row.account].append(intent_of(row))
    of_id: defaultdict[str, list[LeaseSeen]] = defaultdict(list)
    called: defaultdict[str, list[LeaseSeen]] = defaultdict(list)
    for row in connection.execute(_KNOWN, {**asked, "names": names}):
        seen = LeaseSeen(
            account=row.account,
            handle=row.handle,
            platform=row.platform,
            assigned_at=row.assigned_at,
            seen_at=row.first_seen_at,
            used_at=None if row.used_what is None or row.used_what.is_absence else row.used_at,
        )
        of_id[row.account].append(seen)
        called[row.handle_folded].append(seen)
    for row in connection.execute(_BEGAN, asked):
        of_id[row.account].append(LeaseSeen(account=row.account, **began_in(row.facts, row.at)))
    for row in some:
        yield past_release(
            outcome_of(row),
            row.undone_at,
            attempts[row.account],
            [*of_id[row.account], *called[folded(row.handle)]],
        )
