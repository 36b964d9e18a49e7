"""What happened, in sentences that a person who pays the bill understands, oldest first."""

from collections.abc import Iterator
from datetime import datetime
from heapq import merge
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, and_, select

from watcher.adapters.ledger.news import news
from watcher.adapters.ledger.rows import override_of, surest
from watcher.adapters.ledger.schema import (
    accounts,
    intents,
    notices,
    observations,
    outbox,
    outcomes,
    overrides,
    turns,
)
from watcher.adapters.ledger.serial import event_from
from watcher.adapters.ledger.wording import CAUSE, ENDING, EXIT, SAID, STALE, VOID, instant, sentence
from watcher.facts.accounts import AccountId
from watcher.messages.stale import Stale
from watcher.ports.ledger import HistoryLine
from watcher.record.intents import Ending
from watcher.record.outcomes import OutcomeKind
from watcher.record.overrides import Override, OverrideKind
from watcher.record.restored import WATCHER
from watcher.texts.money import dollars

Lines = Iterator[HistoryLine]

_STREAMED = {"yield_per": 500}
"""A server hands over this many rows at a time; otherwise it would send a whole history at once."""


def lines(connection: Connection, account: AccountId | None) -> Lines:
    """Every source in its own order, merged by time: one row of each is held at once.

    Of what happened at the same instant, what came of it stands after what it came from.
    """
    sources = (
        _observed,
        _said,
        _announced,
        _withdrawn,
        _written,
        _ended,
        _outcomes,
        _accepted,
        _given_up,
        _put_aside,
        _turns,
    )
    told = [source(connection, account) for source in sources]
    return merge(*told, key=lambda line: line.at)


def _rows(
    connection: Connection,
    query: Select[Any],
    at: ColumnElement[Any],
    table: Table,
    account: AccountId | None,
) -> Iterator[Row[Any]]:
    """The rows of one source that have an instant, in its order; of one account if one is given."""
    query = query.where(at.is_not(None)).order_by(at, table.c.id)
    if account is not None:
        query = query.where(table.c.account == account)
    return iter(connection.execute(query, execution_options=_STREAMED))


def _with_names(table: Table) -> Select[Any]:
    """A table that knows its accounts by id only, with their handles and projects."""
    this = accounts.c.account == table.c.account
    if "project" in table.c:
        here = and_(this, accounts.c.project == table.c.project)
        called = accounts.c.handle.label("called")
        return select(table, called).select_from(table.outerjoin(accounts, here))
    handle, project = (
        select(one).where(this).order_by(*surest()).limit(1).scalar_subquery()
        for one in (accounts.c.handle, accounts.c.project)
    )
    return select(table, handle.label("called"), project.label("of_project"))


def _observed(connection: Connection, account: AccountId | None) -> Lines:
    query = _with_names(observations)
    for row in _rows(connection, query, observations.c.at, observations, account):
        for what, text in news(row.facts, row.at):
            yield HistoryLine(
                at=row.at,
                what=what,
                text=text,
                account=row.account,
                handle=row.called,
                project=row.project,
                turn=row.turn,
            )


def _said(connection: Connection, account: AccountId | None) -> Lines:
    # An approval names its accounts inside, so the choice is made here and not by the query.
    for row in _rows(connection, select(overrides), overrides.c.at, overrides, None):
        word = override_of(row)
        if account is None or account == word.account or any(account == p.account for p in word.periods):
            yield HistoryLine(
                at=word.at,
                what=word.kind.value,
                text=_saying(word),
                account=word.account,
                project=word.project,
            )


def _saying(word: Override) -> str:
    noticed = word.kind is OverrideKind.RESTORED and word.by == WATCHER
    what = f"{word.by} {'noticed that memory is lost' if noticed else SAID[word.kind]}"
    if word.project is not None:
        what += f" of project {word.project}"
    if word.periods:
        what += f" ({', '.join(period.account for period in word.periods)})"
    if word.until is not None:
        restored = word.kind is OverrideKind.RESTORED
        what += f"{' with notices' if restored else ''} until {instant(word.until)}"
    return sentence(what, word.why)


def _announced(connection: Connection, account: AccountId | None) -> Lines:
    for row in _rows(connection, _with_names(notices), notices.c.created_at, notices, account):
        when = instant(row.not_before)
        yield HistoryLine(
            at=row.created_at,
            what="release.announced",
            text=(
                f"Announced: it will be released on {when} at the earliest unless it is used."
                if row.live
                else f"Announced without releasing anything: it would be released on {when} at the earliest."
            ),
            account=row.account,
            handle=row.called,
            project=row.of_project,
            turn=row.turn,
        )


def _withdrawn(connection: Connection, account: AccountId | None) -> Lines:
    for row in _rows(connection, _with_names(notices), notices.c.voided_at, notices, account):
        yield HistoryLine(
            at=row.voided_at,
            what="release.withdrawn",
            text=f"The announcement no longer counts: {VOID[row.voided]}.",
            account=row.account,
            handle=row.called,
            project=row.of_project,
        )


def _accepted(connection: Connection, account: AccountId | None) -> Lines:
    for row in _rows(connection, select(outbox), outbox.c.accepted_at, outbox, account):
        twice = ", perhaps more than once" if row.twice else ""
        yield from _message(row, row.accepted_at, "message.accepted", f"Told to {row.notifier}{twice}")


def _given_up(connection: Connection, account: AccountId | None) -> Lines:
    for row in _rows(connection, select(outbox), outbox.c.given_up_at, outbox, account):
        said = f"Could not be told to {row.notifier} ({row.last_error})"
        yield from _message(row, row.given_up_at, "message.given_up", said)


def _put_aside(connection: Connection, account: AccountId | None) -> Lines:
    for row in _rows(connection, select(outbox), outbox.c.ended_at, outbox, account):
        if row.dropped_by is not None:
            said = f"{row.dropped_by} dropped a message to {row.notifier} ({row.last_error})"
            yield from _message(row, row.ended_at, "message.dropped", said)
        elif row.stale is not None and row.stale is not Stale.NEVER_TOLD:
            said = f"Not told to {row.notifier} any more, as {STALE[row.stale]}"
            yield from _message(row, row.ended_at, "message.stale", said)


def _message(row: Row[Any], at: datetime, what: str, said: str) -> Lines:
    event = event_from(row.event)
    if event is not None:
        yield HistoryLine(
            at=at,
            what=what,
            text=sentence(said, event.text),
            account=row.account,
            handle=event.handle,
            project=event.project,
            cents=event.cents,
        )


def _written(connection: Connection, account: AccountId | None) -> Lines:
    for row in _rows(connection, select(intents), intents.c.written_at, intents, account):
        yield HistoryLine(
            at=row.written_at,
            what="release.intended",
            text=sentence(f"A release begins under policy {row.policy}", row.reason),
            account=row.account,
            handle=row.handle,
            project=row.project,
            turn=row.turn,
            cents=row.price_cents,
        )


def _ended(connection: Connection, account: AccountId | None) -> Lines:
    for row in _rows(connection, select(intents), intents.c.ended_at, intents, account):
        ending = ENDING[row.ending] + (f" (said by {row.said_by})" if row.said_by else "")
        if row.ending is Ending.RELEASED:
            ending += f": the {dollars(row.price_cents)} due on {instant(row.renews_at)} will not be debited"
        yield HistoryLine(
            at=row.ended_at,
            what=f"release.{row.ending.value}",
            text=sentence(ending, row.detail),
            account=row.account,
            handle=row.handle,
            project=row.project,
            turn=row.turn,
            cents=row.price_cents if row.ending is Ending.RELEASED else None,
        )


def _outcomes(connection: Connection, account: AccountId | None) -> Lines:
    """Renewals paid; that a release saved one is told where its release is."""
    paid = select(outcomes).where(outcomes.c.kind == OutcomeKind.PAID)
    for row in _rows(connection, paid, outcomes.c.at, outcomes, account):
        money, renewal = dollars(row.price_cents), instant(row.renews_at)
        why = "" if row.cause is None else f", because {CAUSE[row.cause]}"
        about = "about " if row.estimated else ""
        yield HistoryLine(
            at=row.at,
            what="renewal.paid",
            text=f"Paid without evidence of use: {money} {about}{renewal}{why}.",
            account=row.account,
            handle=row.handle,
            project=row.project,
            cents=row.price_cents,
        )


def _turns(connection: Connection, account: AccountId | None) -> Lines:
    """The turns that have something to say: those that could not do all their work."""
    if account is not None:
        return
    query = select(turns).where(turns.c.exit_code.in_(EXIT), turns.c.ended_at.is_not(None))
    for row in connection.execute(query.order_by(turns.c.ended_at), execution_options=_STREAMED):
        yield HistoryLine(
            at=row.ended_at,
            what="turn.ended",
            text=f"A {row.kind.value} turn ended {EXIT[row.exit_code]}.",
            turn=row.id,
        )
