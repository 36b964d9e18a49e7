"""What is remembered of one project and of the fleet, in a handful of indexed queries."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Connection,
    Row,
    and_,
    bindparam,
    func,
    not_,
    or_,
    select,
    true,
    type_coerce,
)

from watcher.adapters.ledger import listings, standing
from watcher.adapters.ledger.columns import instant, microseconds, span
from watcher.adapters.ledger.rows import (
    ENTRY,
    KNOWN,
    done_entry,
    intent_of,
    known_of,
    override_of,
    surest,
    turn_of,
)
from watcher.adapters.ledger.rules import AFTER_ALL, MOST_DOUBTFUL, PAST, surely_last
from watcher.adapters.ledger.schema import (
    accounts,
    intents,
    meta,
    notices,
    observations,
    outbox,
    outcomes,
    overrides,
    projects,
    turns,
)
from watcher.adapters.ledger.store import stored
from watcher.brakes.docket import HORIZON, Entry
from watcher.facts.accounts import AccountId, LeasePeriod, ProjectId
from watcher.facts.handles import folded
from watcher.memory.remembered import (
    CLOCK_OFF,
    CLOCK_UNPROVED,
    FleetMemory,
    ProjectMemory,
    TurnKind,
    TurnRecord,
)
from watcher.messages.events import EventKind
from watcher.record.intents import Ending, GivenBack, Intent
from watcher.record.notices import Notice, Void
from watcher.record.outcomes import OutcomeKind
from watcher.record.overrides import Overrides


def _recent(period_end: Any) -> Any:
    """Whether a lease period of a known account is worth loading; the account's own renewal is the clock."""
    oldest = type_coerce(accounts.c.renews_at, BigInteger) - PAST // timedelta(microseconds=1)
    return type_coerce(period_end, BigInteger) >= oldest


_RECEIPT = and_(
    outbox.c.key == notices.c.key,
    # Not by its state: SQLite would look for that first, among every message ever accepted.
    outbox.c.accepted_at.is_not(None),
    # As the notifier was then: a line of the log is no receipt, whatever is called so today.
    outbox.c.counted.is_(True),
    # A message sent as "would be" is no receipt for a notice that counts.
    or_(outbox.c.live, not_(notices.c.live)),
)

_NOTICE = (
    notices.c.key,
    notices.c.account,
    notices.c.renews_at,
    notices.c.not_before,
    notices.c.fingerprint,
    notices.c.live,
    notices.c.created_at,
    notices.c.assigned_at,
    notices.c.handle,
    notices.c.platform,
    notices.c.voided,
    outbox.c.notifier,
    outbox.c.accepted_at,
)

_THIS: BindParameter[str] = bindparam("project")

_PROJECT = select(
    projects.c.read_at, projects.c.unreadable_since, projects.c.missing_since, projects.c.blank_since
).where(projects.c.project == _THIS)
_KNOWN = select(*KNOWN).where(accounts.c.project == _THIS)
_NOTICES = (
    select(*_NOTICE)
    .select_from(accounts)
    .join(notices, and_(notices.c.account == accounts.c.account, _recent(notices.c.renews_at)))
    .outerjoin(outbox, _RECEIPT)
    .where(accounts.c.project == _THIS)
    .order_by(notices.c.id)
)
_TOLD = (
    select(outbox.c.account, outbox.c.renews_at, outbox.c.rung)
    .select_from(accounts)
    .join(outbox, and_(outbox.c.account == accounts.c.account, _recent(outbox.c.renews_at)))
    .where(
        accounts.c.project == _THIS,
        outbox.c.rung.is_not(None),
        outbox.c.kind == EventKind.RENEWAL_WARNING.value,
    )
)
_ATTEMPTS = (
    select(intents.c.account, intents.c.renews_at, intents.c.ending, intents.c.ended_at)
    .where(intents.c.project == _THIS)
    .order_by(intents.c.id)
)
_GIVEN_BACK = (
    select(intents.c.account, intents.c.renews_at, intents.c.assigned_at, intents.c.ended_at)
    .join(accounts, and_(accounts.c.account == intents.c.account, accounts.c.project == _THIS))
    .where(intents.c.ending == Ending.RELEASED)
    .order_by(intents.c.id)
)


def project_memory(connection: Connection, project: ProjectId) -> ProjectMemory:
    times = next(iter(stored(connection, _PROJECT, project=project)), (None,) * 4)
    read_at, unreadable_since, missing_since, blank_since = (
        None if one is None else instant(one) for one in times
    )
    known = {row[0]: known_of(row) for row in stored(connection, _KNOWN, project=project)}
    told: defaultdict[LeasePeriod, set[timedelta]] = defaultdict(set)
    announced: dict[LeasePeriod, Notice] = {}
    if known:
        for account, renews_at, rung in stored(connection, _TOLD, project=project):
            told[_period(account, renews_at)].add(span(rung))
        announced = _latest_notices(stored(connection, _NOTICES, project=project))
    attempts = [
        (_period(account, renews_at), ending, ended_at)
        for account, renews_at, ending, ended_at in stored(connection, _ATTEMPTS, project=project)
    ]
    return ProjectMemory(
        read_at=read_at,
        unreadable_since=unreadable_since,
        missing_since=missing_since,
        blank_since=blank_since,
        known=known,
        notices=announced,
        told={period: frozenset(rungs) for period, rungs in told.items()},
        not_done=Counter(period for period, ending, _ in attempts if ending == Ending.NOT_DONE),
        released=frozenset(period for period, ending, _ in attempts if ending == Ending.RELEASED),
        refused={period.account: instant(at) for period, ending, at in attempts if ending == Ending.REFUSED},
        unresolved=frozenset(period.account for period, ending, _ in attempts if ending is None),
        given_back={
            AccountId(account): GivenBack(
                period=_period(account, renews_at), assigned_at=instant(assigned_at), at=instant(ended_at)
            )
            for account, renews_at, assigned_at, ended_at in stored(connection, _GIVEN_BACK, project=project)
        },
    )


_NOTICES_OF_PERIOD = (
    select(*_NOTICE)
    .select_from(notices)
    .outerjoin(outbox, _RECEIPT)
    .where(notices.c.account == bindparam("account"), notices.c.renews_at == bindparam("renews_at"))
    .order_by(notices.c.id)
)


def notice_of(connection: Connection, period: LeasePeriod) -> Notice | None:
    """The latest notice of a lease period."""
    this = {"account": period.account, "renews_at": microseconds(period.renews_at)}
    return _latest_notices(stored(connection, _NOTICES_OF_PERIOD, **this)).get(period)


def _latest_notices(rows: Iterable[tuple[Any, ...]]) -> dict[LeasePeriod, Notice]:
    """One row for each receipt (or one without), oldest notice first: the last notice of a period stays."""
    latest: dict[LeasePeriod, Notice] = {}
    for *facts, notifier, accepted_at in rows:
        key, account, renews_at, not_before, fingerprint, live, created_at, assigned_at = facts[:8]
        handle, platform, voided = facts[8:]
        period = _period(account, renews_at)
        if period not in latest or latest[period].key != key:
            latest[period] = Notice(
                key=key,
                period=period,
                not_before=instant(not_before),
                fingerprint=fingerprint,
                live=bool(live),
                created_at=instant(created_at),
                assigned_at=None if assigned_at is None else instant(assigned_at),
                handle=handle,
                platform=platform,
                voided=None if voided is None else Void(voided),
            )
        if notifier is not None:
            receipts = {**latest[period].receipts, notifier: instant(accepted_at)}
            latest[period] = replace(latest[period], receipts=receipts)
    return latest


def _period(account: str, renews_at: int) -> LeasePeriod:
    return LeasePeriod(account=AccountId(account), renews_at=instant(renews_at))


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
