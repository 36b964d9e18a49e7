"""What happened, in sentences that a person who pays the bill understands, oldest first: from a database."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from heapq import merge
from json import dumps
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, String, Table, and_, cast, or_, select

from watcher.adapters.ledger import lines as told
from watcher.adapters.ledger import listings
from watcher.adapters.ledger.lines import WORTH_TELLING, Asked, Lines
from watcher.adapters.ledger.rows import outcome_of, override_of, surest
from watcher.adapters.ledger.schema import (
    accounts,
    dockets,
    intents,
    notices,
    observations,
    outbox,
    outcomes,
    overrides,
    turns,
)
from watcher.adapters.ledger.serial import event_from, periods_from
from watcher.facts.accounts import AccountId
from watcher.messages.events import Event, EventKind
from watcher.record.outcomes import OutcomeKind
from watcher.record.overrides import Overrides

_STREAMED = {"yield_per": 500}
"""A server hands over this many rows at a time; otherwise it would send a whole history at once."""


def lines(connection: Connection, asked: Asked) -> Lines:
    """Every source in its own order, merged by time: one row of each is held at once.

    Of what happened at the same instant, what came of it stands after what it came from; what is withdrawn
    then was announced before, and stands before what is announced anew.
    """
    sources = (
        _observed,
        _said,
        _withdrawn,
        _announced,
        _written,
        _ended,
        _outcomes,
        _accepted,
        _given_up,
        _put_aside,
        _turns,
    )
    each = [source(connection, asked) for source in sources]
    return merge(*each, key=lambda line: line.at)


def _rows(
    connection: Connection,
    query: Select[Any],
    at: ColumnElement[Any],
    table: Table,
    asked: Asked,
) -> Iterator[Row[Any]]:
    """The rows of one source that have an instant, in its order; those that are asked for."""
    query = _within(query.where(at.is_not(None)), at, asked).order_by(at, table.c.id)
    if asked.account is not None:
        query = query.where(table.c.account == asked.account)
    return iter(connection.execute(query, execution_options=_STREAMED))


def _within(query: Select[Any], at: ColumnElement[Any], asked: Asked) -> Select[Any]:
    return query.where(*_bounds(at, asked))


def _bounds(at: ColumnElement[Any], asked: Asked) -> Iterator[ColumnElement[bool]]:
    if asked.since is not None:
        yield at >= asked.since
    if asked.until is not None:
        yield at < asked.until


def _with_names(table: Table) -> Select[Any]:
    """A table that knows its accounts by id only, with their handles and projects."""
    this = accounts.c.account == table.c.account
    if "project" in table.c:
        here = and_(this, accounts.c.project == table.c.project)
        named = accounts.c.handle.label("called"), table.c.project.label("of_project")
        return select(table, *named).select_from(table.outerjoin(accounts, here))
    handle, project = (
        select(one).where(this).order_by(*surest()).limit(1).scalar_subquery()
        for one in (accounts.c.handle, accounts.c.project)
    )
    return select(table, handle.label("called"), project.label("of_project"))


def _observed(connection: Connection, asked: Asked) -> Lines:
    for row in _rows(connection, _with_names(observations), observations.c.at, observations, asked):
        yield from told.observed(row)


def _said(connection: Connection, asked: Asked) -> Lines:
    # An approval names its accounts inside, so the choice is made here and not by the query.
    rows = _rows(connection, select(overrides), overrides.c.at, overrides, replace(asked, account=None))
    words = [word for row in rows if told.concerns(word := override_of(row), asked.account)]
    known = listings.known(connection, told.named_in(words))
    for word in words:
        yield from told.said(word, {id_: found[0].account for id_, found in known.items()})


def _announced(connection: Connection, asked: Asked) -> Lines:
    for row in _rows(connection, _with_names(notices), notices.c.created_at, notices, asked):
        yield from told.announced(row)


def _withdrawn(connection: Connection, asked: Asked) -> Lines:
    for row in _rows(connection, _with_names(notices), notices.c.voided_at, notices, asked):
        yield from told.withdrawn(row)


def _accepted(connection: Connection, asked: Asked) -> Lines:
    return _messages(connection, asked, outbox.c.accepted_at, told.accepted)


def _given_up(connection: Connection, asked: Asked) -> Lines:
    return _messages(connection, asked, outbox.c.given_up_at, told.given_up)


def _put_aside(connection: Connection, asked: Asked) -> Lines:
    return _messages(connection, asked, outbox.c.ended_at, told.put_aside)


def _messages(
    connection: Connection,
    asked: Asked,
    at: ColumnElement[Any],
    line: Callable[[Row[Any], Event], Lines],
) -> Lines:
    about = _told(_rows(connection, select(outbox), at, outbox, asked), line)
    if asked.account is None or not (named := _dockets_with(connection, asked.account, asked)):
        return about
    halts = select(outbox).where(
        outbox.c.kind == EventKind.BRAKE_HALTED.value,
        or_(*(and_(*_bounds(outbox.c.queued_at, time)) for time in told.times_of_halts(named.values()))),
    )
    rows = _rows(connection, halts, at, outbox, replace(asked, account=None))
    return merge(about, _told(rows, line, named), key=lambda one: one.at)


def _told(
    rows: Iterator[Row[Any]],
    line: Callable[[Row[Any], Event], Lines],
    dockets: Collection[str] | None = None,
) -> Lines:
    """`dockets`: only what is told of these."""
    for row in rows:
        event = event_from(row.event)
        if event is not None and (dockets is None or told.docket_of(event) in dockets):
            yield from line(row, event)


def _dockets_with(connection: Connection, account: AccountId, asked: Asked) -> Mapping[str, datetime]:
    """The dockets that named an account, and when each was judged last: what halted them halted it.

    The database looks for the name in the text of their periods, so that only few are read and decoded.
    """
    query = select(dockets.c.docket, dockets.c.at, dockets.c.periods).where(
        cast(dockets.c.periods, String).contains(dumps(account), autoescape=True)
    )
    rows = connection.execute(_within(query, dockets.c.at, told.around(asked.since, asked.until)))
    return {row.docket: row.at for row in rows if told.names(account, periods_from(row.periods))}


def _written(connection: Connection, asked: Asked) -> Lines:
    approvals = _approvals(connection)
    for row in _rows(connection, select(intents), intents.c.written_at, intents, asked):
        yield from told.written(row, approvals)


def _ended(connection: Connection, asked: Asked) -> Lines:
    approvals = _approvals(connection)
    for row in _rows(connection, select(intents), intents.c.ended_at, intents, asked):
        yield from told.ended(row, approvals)


def _approvals(connection: Connection) -> Overrides:
    """All that was ever said on approvals: few words, of many accounts each."""
    query = select(overrides).where(overrides.c.kind.in_(told.ABOUT_A_DOCKET)).order_by(overrides.c.id)
    return Overrides(said=tuple(map(override_of, connection.execute(query))))


def _outcomes(connection: Connection, asked: Asked) -> Lines:
    """Renewals paid; that a release saved one is told where its release is."""
    paid = select(outcomes).where(outcomes.c.kind == OutcomeKind.PAID)
    for row in _rows(connection, paid, outcomes.c.at, outcomes, asked):
        yield from told.paid(outcome_of(row))


def _turns(connection: Connection, asked: Asked) -> Lines:
    """The turns that have something to say: those that could not do all their work."""
    if asked.account is not None:
        return
    query = select(turns).where(turns.c.exit_code.in_(WORTH_TELLING), turns.c.ended_at.is_not(None))
    query = _within(query, turns.c.ended_at, asked)
    for row in connection.execute(query.order_by(turns.c.ended_at), execution_options=_STREAMED):
        yield from told.turn_ended(row)
