"""Intents: at most one unresolved for an account, whoever tries, and each concluded once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from watcher.adapters.ledger.remembering import attempts_on, done_since, notice_of, said, unresolved
from watcher.adapters.ledger.rows import intent_values
from watcher.adapters.ledger.schema import intents
from watcher.domain.accounts import AccountId
from watcher.domain.docket import HORIZON
from watcher.domain.intents import Ending, Intent
from watcher.domain.reasons import Reason
from watcher.ports.ledger import GateFacts

Guard = Callable[[GateFacts], Reason | None]


def is_unresolved(connection: Connection, account: AccountId) -> bool:
    query = select(intents.c.id).where(intents.c.account == account, intents.c.ending.is_(None))
    return connection.execute(query).first() is not None


def write(connection: Connection, intent: Intent, guard: Guard) -> Intent | Reason:
    """Ask the guard about what this transaction reads, then write."""
    if is_unresolved(connection, intent.account.id):
        return Reason.UNRESOLVED
    period = intent.account.period
    facts = GateFacts(
        overrides=said(connection),
        notice=notice_of(connection, period),
        unresolved=unresolved(connection),
        attempts=attempts_on(connection, period),
        done=done_since(connection, intent.written_at - HORIZON),
    )
    objection = guard(facts)
    if objection is not None:
        return objection
    written = connection.execute(insert(intents).returning(intents.c.id), intent_values(intent))
    return replace(intent, id=written.scalar_one())


_CONCLUDE = update(intents).where(intents.c.id == bindparam("intent"), intents.c.ending.is_(None))


def conclude(
    connection: Connection,
    intent: Intent,
    ending: Ending,
    *,
    at: datetime,
    detail: str,
    request_id: str | None,
    said_by: str | None,
) -> bool:
    """End it if nobody has; False where it was concluded before."""
    if intent.id is None:
        raise ValueError("an intent that was never written cannot be concluded")
    change = _CONCLUDE.values(
        ending=ending, ended_at=at, detail=detail, request_id=request_id, said_by=said_by
    )
    return connection.execute(change, {"intent": intent.id}).rowcount == 1
