"""What is remembered of projects and their lease periods: of several at once, in a handful of queries."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from itertools import islice
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Select,
    and_,
    bindparam,
    not_,
    or_,
    select,
    type_coerce,
)

from watcher.adapters.ledger.column_types import instant, microseconds, span
from watcher.adapters.ledger.rows import (
    KNOWN,
    known_of,
)
from watcher.adapters.ledger.rules import PAST
from watcher.adapters.ledger.schema import (
    accounts,
    intents,
    notices,
    outbox,
    projects,
)
from watcher.adapters.ledger.serial import rules_from
from watcher.adapters.ledger.store import asked_about, several, stored
from watcher.facts.accounts import AccountId, LeasePeriod, ProjectId
from watcher.memory.remembered import (
    Known,
    ProjectMemory,
)
from watcher.messages.events import EventKind
from watcher.record.intents import Ending, GivenBack
from watcher.record.notices import Notice, Void


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

_AT_ONCE = 32
"""Projects in one query: more would only hold their memories longer."""


class _Queries:
    """What is asked of several projects, for so many of them; each row begins with its project."""

    def __init__(self, count: int) -> None:
        these = several(count)
        here = accounts.c.project.in_(these)
        self.projects = select(
            projects.c.project,
            projects.c.read_at,
            projects.c.unreadable_since,
            projects.c.missing_since,
            projects.c.blank_since,
            projects.c.rules,
        ).where(projects.c.project.in_(these))
        self.known = select(*KNOWN).where(here)
        self.notices = (
            select(accounts.c.project, *_NOTICE)
            .select_from(accounts)
            .join(notices, and_(notices.c.account == accounts.c.account, _recent(notices.c.renews_at)))
            .outerjoin(outbox, _RECEIPT)
            .where(here)
            .order_by(notices.c.id)
        )
        self.told = (
            select(accounts.c.project, outbox.c.account, outbox.c.renews_at, outbox.c.rung)
            .select_from(accounts)
            .join(outbox, and_(outbox.c.account == accounts.c.account, _recent(outbox.c.renews_at)))
            .where(here, outbox.c.rung.is_not(None), outbox.c.kind == EventKind.RENEWAL_WARNING.value)
        )
        self.attempts = (
            select(
                intents.c.project,
                intents.c.account,
                intents.c.renews_at,
                intents.c.ending,
                intents.c.ended_at,
                intents.c.written_at,
                intents.c.said_by,
            )
            .where(intents.c.project.in_(these))
            .order_by(intents.c.id)
        )
        self.given_back = (
            select(
                accounts.c.project,
                intents.c.account,
                intents.c.renews_at,
                intents.c.assigned_at,
                intents.c.ended_at,
            )
            .join(accounts, and_(accounts.c.account == intents.c.account, here))
            .where(intents.c.ending == Ending.RELEASED)
            .order_by(intents.c.id)
        )


_queries = cache(_Queries)


def project_memories(connection: Connection, wanted: Collection[ProjectId]) -> dict[ProjectId, ProjectMemory]:
    """What is remembered of each, in the order asked for."""
    memories: dict[ProjectId, ProjectMemory] = {}
    rest = iter(dict.fromkeys(wanted))
    while some := list(islice(rest, _AT_ONCE)):
        memories |= _memories(connection, some)
    return memories


def _memories(connection: Connection, some: list[ProjectId]) -> dict[ProjectId, ProjectMemory]:
    these = asked_about(some)
    queries = _queries(len(these))

    def by_project(query: Select[Any]) -> dict[str, list[list[Any]]]:
        found: defaultdict[str, list[list[Any]]] = defaultdict(list)
        for project, *row in stored(connection, query, **these):
            found[project].append(row)
        return found

    known: defaultdict[str, dict[AccountId, Known]] = defaultdict(dict)
    for row in stored(connection, queries.known, **these):
        known[row[1]][row[0]] = known_of(row)
    reads = by_project(queries.projects)
    told = by_project(queries.told) if known else {}
    announced = by_project(queries.notices) if known else {}
    attempts = by_project(queries.attempts)
    given_back = by_project(queries.given_back) if known else {}
    return {
        one: _memory(
            next(iter(reads.get(one, ())), (None,) * 5),
            known.get(one, {}),
            told=told.get(one, ()),
            announced=announced.get(one, ()),
            attempts=attempts.get(one, ()),
            given_back=given_back.get(one, ()),
        )
        for one in some
    }


def _memory(
    reads: Sequence[Any],
    known: Mapping[AccountId, Known],
    *,
    told: Iterable[Sequence[Any]],
    announced: Iterable[Sequence[Any]],
    attempts: Iterable[Sequence[Any]],
    given_back: Iterable[Sequence[Any]],
) -> ProjectMemory:
    *times, rules = reads
    read_at, unreadable_since, missing_since, blank_since = (
        None if one is None else instant(one) for one in times
    )
    rungs: defaultdict[LeasePeriod, set[timedelta]] = defaultdict(set)
    for account, renews_at, rung in told:
        rungs[_period(account, renews_at)].add(span(rung))
    tried: list[tuple[LeasePeriod, str | None, int]] = []
    not_done_at: dict[LeasePeriod, datetime] = {}
    for account, renews_at, ending, at, written_at, said_by in attempts:
        period = _period(account, renews_at)
        tried.append((period, ending, at))
        if ending == Ending.NOT_DONE:
            not_done_at[period] = instant(written_at if said_by is not None else at)
    return ProjectMemory(
        read_at=read_at,
        unreadable_since=unreadable_since,
        missing_since=missing_since,
        blank_since=blank_since,
        rules=None if rules is None else rules_from(rules),
        known=known,
        notices=_latest_notices(announced),
        told={period: frozenset(some) for period, some in rungs.items()},
        not_done=Counter(period for period, ending, _ in tried if ending == Ending.NOT_DONE),
        not_done_at=not_done_at,
        released=frozenset(period for period, ending, _ in tried if ending == Ending.RELEASED),
        refused={period.account: instant(at) for period, ending, at in tried if ending == Ending.REFUSED},
        unresolved=frozenset(period.account for period, ending, _ in tried if ending is None),
        given_back={
            AccountId(account): GivenBack(
                period=_period(account, renews_at), assigned_at=instant(assigned_at), at=instant(ended_at)
            )
            for account, renews_at, assigned_at, ended_at in given_back
        },
    )


_NOTICES_OF_PERIOD = (
    select(*_NOTICE)
    .select_from(notices)
    .outerjoin(outbox, _RECEIPT)
    .where(notices.c.account == bindparam("account"), notices.c.renews_at == bindparam("renews_at"))
    .order_by(notices.c.id)
)


_NOTICES_TO_COME = (
    select(*_NOTICE)
    .select_from(notices)
    .outerjoin(outbox, _RECEIPT)
    .where(notices.c.renews_at > bindparam("now"))
    .order_by(notices.c.id)
)


def announced(connection: Connection, now: datetime) -> dict[LeasePeriod, Notice]:
    """The latest notice of each renewal that is still to come, but for those that are void."""
    latest = _latest_notices(stored(connection, _NOTICES_TO_COME, now=microseconds(now)))
    return {period: one for period, one in latest.items() if one.voided is None}


def notice_of(connection: Connection, period: LeasePeriod) -> Notice | None:
    """The latest notice of a lease period."""
    this = {"account": period.account, "renews_at": microseconds(period.renews_at)}
    return _latest_notices(stored(connection, _NOTICES_OF_PERIOD, **this)).get(period)


def _latest_notices(rows: Iterable[Sequence[Any]]) -> dict[LeasePeriod, Notice]:
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
