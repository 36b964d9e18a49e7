"""What is remembered of the fleet, and of the accounts in it, in a handful of indexed queries."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    bindparam,
    func,
    or_,
    select,
    true,
)

from watcher.adapters.ledger import listings, standing
from watcher.adapters.ledger.rows import (
    ENTRY,
    KNOWN,
    docket_of,
    done_entry,
    intent_of,
    override_of,
    surest,
    turn_of,
)
from watcher.adapters.ledger.rules import AFTER_ALL, MOST_DOUBTFUL, surely_last
from watcher.adapters.ledger.schema import (
    accounts,
    dockets,
    intents,
    meta,
    observations,
    outcomes,
    overrides,
    projects,
    turns,
)
from watcher.brakes.docket import HORIZON, Entry
from watcher.facts.accounts import AccountId, LeasePeriod, ProjectId
from watcher.facts.handles import folded
from watcher.memory.remembered import (
    CLOCK_OFF,
    CLOCK_UNPROVED,
    FleetMemory,
    TurnKind,
    TurnRecord,
)
from watcher.memory.writes import DocketKept
from watcher.record.intents import Intent
from watcher.record.outcomes import OutcomeKind
from watcher.record.overrides import Overrides

_FINISHED = select(turns).where(
    turns.c.kind == TurnKind.FULL,
    turns.c.completed.is_(True),
    # A turn of the future was taken by a clock that was wrong; of others it is known.
    turns.c.started_at <= bindparam("now"),
)
_ON_TIME = _FINISHED.where(turns.c.summary[CLOCK_OFF].as_integer().is_(None))
_PROVED = _ON_TIME.where(turns.c.summary[CLOCK_UNPROVED].as_integer().is_(None))
_FIRST_TURN = _PROVED.order_by(turns.c.started_at).limit(1)
_LAST_PROVED = _PROVED.order_by(turns.c.started_at.desc()).limit(1)
_DOUBTFUL = (
    _FINISHED.where(
        turns.c.started_at >= bindparam("since"),
        or_(
            turns.c.summary[CLOCK_OFF].as_integer().is_not(None),
            turns.c.summary[CLOCK_UNPROVED].as_integer().is_not(None),
        ),
    )
    .order_by(turns.c.started_at.desc())
    .limit(MOST_DOUBTFUL)
)
_LAST_ON_TIME = _ON_TIME.order_by(turns.c.started_at.desc()).limit(1)
_LAST_TURN = _FINISHED.order_by(turns.c.started_at.desc()).limit(1)
_FAILED_SINCE = select(func.min(turns.c.started_at)).where(
    turns.c.kind == TurnKind.FULL,
    turns.c.completed.is_(False),
    turns.c.ended_at.is_not(None),
    turns.c.started_at > bindparam("last"),
)


_UNSHOWN = (
    select(accounts.c.account)
    .join(meta, true())
    .where(
        accounts.c.gone_at.is_(None),
        accounts.c.unshown_since.is_not(None),
        or_(meta.c.watermark.is_(None), accounts.c.unshown_since > meta.c.watermark),
    )
)
"""Since the watermark: of those from before it nobody is waiting for the evidence to come back."""


def fleet_memory(connection: Connection, now: datetime) -> FleetMemory:
    first = connection.execute(_FIRST_TURN, {"now": now}).one_or_none()
    last = _last_turn(connection, now)
    proved = connection.execute(_LAST_PROVED, {"now": now}).one_or_none()
    if proved is None:
        proved = connection.execute(_LAST_PROVED, {"now": AFTER_ALL}).one_or_none()
    failed = (
        None if last is None else connection.execute(_FAILED_SINCE, {"last": last.started_at}).scalar_one()
    )
    return FleetMemory(
        ledger_since=None if first is None else first.started_at,
        last_turn=last,
        last_proved=None if proved is None else turn_of(proved),
        doubtful=() if proved is None else _doubtful_since(connection, proved.started_at, now),
        failing_since=failed,
        watermark=connection.execute(select(meta.c.watermark)).scalar_one(),
        shown=frozenset(
            ProjectId(project)
            for project in connection.execute(select(projects.c.project).where(projects.c.shown)).scalars()
        ),
        unshown=frozenset(map(AccountId, connection.execute(_UNSHOWN).scalars())),
        moved=listings.moved(connection),
        overrides=said(connection),
        problems=standing.standing(connection),
        done=done_since(connection, now - HORIZON),
        unresolved=unresolved(connection),
    )


def _doubtful_since(connection: Connection, proved: datetime, now: datetime) -> tuple[TurnRecord, ...]:
    rows = connection.execute(_DOUBTFUL, {"since": proved, "now": now})
    return tuple(turn_of(row) for row in rows)


_LAST = select(turns).where(turns.c.started_at <= bindparam("now")).order_by(turns.c.started_at.desc())


def last_turns(connection: Connection, now: datetime, most: int) -> list[TurnRecord]:
    """The latest first, whatever their kind and however they ended."""
    return [turn_of(row) for row in connection.execute(_LAST.limit(most), {"now": now})]


_DOCKETS = select(dockets).where(dockets.c.at >= bindparam("since")).order_by(dockets.c.at, dockets.c.docket)
_LONGEST_AHEAD = timedelta(days=90)
"""What was judged earlier, and not since, is of renewals that are past: they come every month."""


def dockets_to_come(connection: Connection, now: datetime) -> dict[str, DocketKept]:
    kept = map(docket_of, connection.execute(_DOCKETS, {"since": now - _LONGEST_AHEAD}))
    return {one.docket: one for one in kept if any(each.renews_at > now for each in one.periods)}


def _last_turn(connection: Connection, now: datetime) -> TurnRecord | None:
    found = [turn_of(row) for row in connection.execute(_LAST_TURN, {"now": now})]
    if any(CLOCK_OFF in one.summary for one in found):
        found += [turn_of(row) for row in connection.execute(_LAST_ON_TIME, {"now": now})]
    return surely_last(found)


def said(connection: Connection) -> Overrides:
    """Everything people said, in the order it was written."""
    rows = connection.execute(select(overrides).order_by(overrides.c.id))
    return Overrides(said=tuple(override_of(row) for row in rows))


_DONE = (
    select(*ENTRY)
    .where(outcomes.c.kind == OutcomeKind.RELEASED, outcomes.c.at >= bindparam("since"))
    .order_by(outcomes.c.at, outcomes.c.id)
)


def done_since(connection: Connection, since: datetime) -> tuple[Entry, ...]:
    return tuple(done_entry(row) for row in connection.execute(_DONE, {"since": since}))


_UNRESOLVED = select(intents).where(intents.c.ending.is_(None))


def unresolved(connection: Connection) -> tuple[Intent, ...]:
    """Oldest first. Put in order here: asked to, SQLite would read every intent ever written."""
    rows = sorted(connection.execute(_UNRESOLVED), key=lambda row: row.id)
    return tuple(intent_of(row) for row in rows)


def attempts_on(connection: Connection, period: LeasePeriod) -> tuple[Intent, ...]:
    """Every attempt on one lease period, oldest first."""
    query = (
        select(intents)
        .where(intents.c.account == period.account, intents.c.renews_at == period.renews_at)
        .order_by(intents.c.id)
    )
    return tuple(intent_of(row) for row in connection.execute(query))


def accounts_called(connection: Connection, name: str) -> list[Row[Any]]:
    """Accounts by folded handle, as each project knows them."""
    query = select(*KNOWN).where(accounts.c.handle_folded == name)
    return list(connection.execute(query.order_by(accounts.c.account, *surest())))


_RENAMED = select(observations.c.account, observations.c.facts).where(
    observations.c.facts["handle"].as_string().is_not(None)
)


def accounts_once_called(connection: Connection, name: str) -> list[Row[Any]]:
    """Accounts that had this folded handle, as far back as changed facts are kept."""
    ids = set()
    for id_, facts in connection.execute(_RENAMED):
        was, _ = facts["handle"]
        if was is not None and folded(was) == name:
            ids.add(id_)
    return [row for id_ in sorted(ids) for row in accounts_with(connection, AccountId(id_))]


def accounts_with(connection: Connection, account: AccountId) -> list[Row[Any]]:
    """An account as each project knows it."""
    return list(connection.execute(select(*KNOWN).where(accounts.c.account == account).order_by(*surest())))
