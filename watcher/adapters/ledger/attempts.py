"""Intents: at most one unresolved for an account, whoever tries, and each concluded once."""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from sqlalchemy import BindParameter, Connection, and_, bindparam, insert, or_, select, update

from watcher.adapters.ledger import listings
from watcher.adapters.ledger.project_memory import notice_of
from watcher.adapters.ledger.remembering import attempts_on, done_since, said, unresolved
from watcher.adapters.ledger.rows import intent_of, intent_values, turn_values
from watcher.adapters.ledger.schema import intents, outcomes, turns
from watcher.adapters.ledger.store import batches
from watcher.adapters.ledger.upserts import keeping
from watcher.brakes.docket import HORIZON
from watcher.decide.gate import GateFacts
from watcher.facts.accounts import AccountId, LeasePeriod
from watcher.memory.fates import fate_of
from watcher.memory.remembered import TurnKind, TurnRecord
from watcher.memory.writes import Concluded
from watcher.record.fates import Fate
from watcher.record.intents import Ending, Intent
from watcher.record.outcomes import OutcomeKind
from watcher.record.reasons import Reason
from watcher.rules.plan import Mode

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


def conclude(connection: Connection, concluded: Concluded) -> bool:
    """End it if nobody has; False where it was concluded before.

    A server that took over may never have heard of it, and may have given its number to another one: it is
    known by its account, its turn and its time, and written whole where it is gone.
    """
    intent = concluded.intent
    if intent.id is None:
        raise ValueError("an intent that was never written cannot be concluded")
    end = {
        "ending": concluded.ending,
        "ended_at": concluded.at,
        "detail": concluded.detail,
        "request_id": concluded.request_id,
        "said_by": concluded.said_by,
    }
    this = and_(
        intents.c.account == intent.account.id,
        intents.c.turn == intent.turn,
        intents.c.written_at == intent.written_at,
    )
    if connection.execute(update(intents).where(this, intents.c.ending.is_(None)).values(**end)).rowcount:
        return True
    if connection.execute(select(intents.c.id).where(this)).first() is not None:
        return False
    began_again(connection, _turn_of(intent))
    connection.execute(insert(intents), {**intent_values(intent), **end})
    return True


_SOME: BindParameter[Any] = bindparam("accounts", expanding=True)
_DECISIVE = (
    select(intents)
    .where(intents.c.account.in_(_SOME), or_(intents.c.ending.is_(None), intents.c.ending == Ending.RELEASED))
    .order_by(intents.c.id)
)
_UNDONE = select(outcomes.c.account, outcomes.c.renews_at).where(
    outcomes.c.account.in_(_SOME),
    outcomes.c.kind == OutcomeKind.RELEASED,
    outcomes.c.undone_at.is_not(None),
)


def fates(connection: Connection, accounts: Collection[AccountId]) -> dict[AccountId, Fate]:
    found = {id_: known[0] for id_, known in listings.known(connection, accounts).items()}
    attempts = defaultdict[AccountId, list[Intent]](list)
    undone: set[LeasePeriod] = set()
    for part in batches(found):
        for row in connection.execute(_DECISIVE, {"accounts": part}):
            attempts[AccountId(row.account)].append(intent_of(row))
        for account, renews_at in connection.execute(_UNDONE, {"accounts": part}):
            undone.add(LeasePeriod(account=AccountId(account), renews_at=renews_at))
    return {id_: fate_of(known, attempts[id_], undone) for id_, known in found.items()}


def began_again(connection: Connection, turn: TurnRecord) -> None:
    """Write the row of a turn under way, where it is gone."""
    connection.execute(keeping(connection, turns, "id"), turn_values(turn))


def _turn_of(intent: Intent) -> TurnRecord:
    """As far as an intent knows it: only turns that release write any."""
    return TurnRecord(
        id=intent.turn,
        kind=TurnKind.FOCUSED,
        mode=Mode.ENFORCE,
        started_at=intent.written_at,
        unbroken_since=intent.written_at,
    )
