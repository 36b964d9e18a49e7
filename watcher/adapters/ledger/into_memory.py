"""A ledger's memory, taken into one that lives in this process: for what begins with it and changes nothing.

What decides nothing any more stays behind: observations, and of letters, turns and notices those that no
lease period of these days can depend on. So does how channels have been doing: who takes this memory along
assumes that they do well.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, Row, or_, select

from watcher.adapters.ledger.memory.state import Announcement, Kept, Letter, Reads, State
from watcher.adapters.ledger.rows import (
    KNOWN,
    docket_of,
    intent_of,
    known_of,
    outcome_of,
    override_of,
    problem_of,
    turn_of,
)
from watcher.adapters.ledger.schema import (
    accounts,
    dockets,
    intents,
    meta,
    notices,
    outbox,
    outcomes,
    overrides,
    problems,
    projects,
    strange,
    threads,
    turns,
)
from watcher.adapters.ledger.serial import event_from, rules_from
from watcher.adapters.ledger.store import Store
from watcher.facts.accounts import AccountId, LeasePeriod, ProjectId
from watcher.memory.remembered import TurnKind
from watcher.messages.outbox import Delivered, Message
from watcher.record.notices import Notice

LOOKS_BACK: Final = timedelta(days=80)
"""Twice as long as any lease period can matter: renewals a month apart, and one that was moved."""
_FIRST: Final = 200
"""Of the oldest turns so many: one of them began the history from which a ledger's age is counted."""


def into_memory(store: Store, now: datetime) -> State:
    """What a ledger remembers, as one look saw it. Raises `LedgerUnavailable`, `LedgerUnusable`."""
    state, since = State(store.place), now - LOOKS_BACK
    with store.reading() as connection:
        said = connection.execute(select(meta)).one()
        state.bound = None if said.organization is None else (said.organization, said.base_url)
        state.part, state.watermark = said.shard, said.watermark
        _take_turns(state, connection, since)
        _take_projects(state, connection)
        _take_words(state, connection, now)
        _take_releases(state, connection, since)
        _take_letters(state, connection, since)
    return state


def _take_turns(state: State, connection: Connection, since: datetime) -> None:
    of_full = turns.c.kind == TurnKind.FULL
    first = select(turns).where(of_full, turns.c.completed).order_by(turns.c.started_at).limit(_FIRST)
    for asked in (first, select(turns).where(turns.c.started_at >= since)):
        for row in connection.execute(asked):
            if row.id not in state.turns:
                state.keep_turn(turn_of(row))


def _take_projects(state: State, connection: Connection) -> None:
    for row in connection.execute(select(projects)):
        state.reads[ProjectId(row.project)] = Reads(
            shown=row.shown,
            read_at=row.read_at,
            unreadable_since=row.unreadable_since,
            missing_since=row.missing_since,
            blank_since=row.blank_since,
            rules=None if row.rules is None else rules_from(row.rules),
        )
    known: dict[ProjectId, dict[AccountId, Any]] = {}
    for row in connection.execute(select(*KNOWN).select_from(accounts)):
        one = known_of(row)
        known.setdefault(one.account.project, {})[one.account.id] = one
    for project, some in known.items():
        state.know(project, MappingProxyType(some))
    for row in connection.execute(select(strange)):
        state.strange[ProjectId(row.project)][AccountId(row.account)] = row.present


def _take_words(state: State, connection: Connection, now: datetime) -> None:
    state.overrides += map(override_of, connection.execute(select(overrides).order_by(overrides.c.id)))
    for row in connection.execute(select(problems)):
        one = problem_of(row)
        state.problems[one.id] = one
    for row in connection.execute(select(dockets).where(dockets.c.at >= now - LOOKS_BACK)):
        state.dockets[row.docket] = docket_of(row)


def _take_releases(state: State, connection: Connection, since: datetime) -> None:
    for row in connection.execute(select(intents).order_by(intents.c.id)):
        # Numbered anew, without gaps: that is how a memory numbers what is to come.
        state.keep_intent(replace(intent_of(row), id=len(state.intents) + 1))
    for row in connection.execute(select(outcomes).order_by(outcomes.c.id)):
        one = outcome_of(row)
        state.keep_outcome(Kept(outcome=one, undone_at=row.undone_at))
    recent = select(notices).where(notices.c.renews_at >= since).order_by(notices.c.id)
    for row in connection.execute(recent):
        notice = _notice(row)
        state.keep_notice(
            Announcement(notice=notice, turn=row.turn, voided=row.voided, voided_at=row.voided_at)
        )


def _notice(row: Row[Any]) -> Notice:
    return Notice(
        key=row.key,
        period=LeasePeriod(account=AccountId(row.account), renews_at=row.renews_at),
        not_before=row.not_before,
        fingerprint=row.fingerprint,
        live=row.live,
        created_at=row.created_at,
        handle=row.handle,
        platform=row.platform,
        voided=row.voided,
        assigned_at=row.assigned_at,
    )


def _take_letters(state: State, connection: Connection, since: datetime) -> None:
    for letter in _letters(connection, since):
        state.keep_letter(replace(letter, id=len(state.letters) + 1))
    for row in connection.execute(select(threads)):
        state.threads[row.notifier, row.topic] = row.thread


def _letters(connection: Connection, since: datetime) -> Iterator[Letter]:
    """Of a kind that only a newer version knows there is none here. One that was given up on is not told of
    again, and no trouble of these days.
    """
    recent = or_(
        outbox.c.renews_at >= since, outbox.c.queued_at >= since, outbox.c.state == Delivered.WAITING
    )
    for row in connection.execute(select(outbox).where(recent).order_by(outbox.c.id)):
        event = event_from(row.event)
        if event is None:
            continue
        yield Letter(
            id=row.id,
            key=row.key,
            message=Message(notifier=row.notifier, event=event, live=row.live, closing=row.closing),
            queued_at=row.queued_at,
            state=Delivered.DROPPED if row.state is Delivered.GIVEN_UP else row.state,
            attempts=0 if row.state is Delivered.WAITING else row.attempts,
            accepted_at=row.accepted_at,
            ended_at=row.ended_at,
            counted=row.counted,
            twice=row.twice,
            stale=row.stale,
            dropped_by=row.dropped_by,
            receiver=row.receiver,
        )
