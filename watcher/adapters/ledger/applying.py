"""Writes as values, and what each changes in the tables."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import assert_never

from sqlalchemy import Connection, insert, select, update

from watcher.adapters.ledger import copies, forgetting, outbox, recording, standing
from watcher.adapters.ledger.bookmark import Bookmark
from watcher.adapters.ledger.rows import docket_values, override_values, turn_values
from watcher.adapters.ledger.schema import dockets, meta, overrides, turns
from watcher.adapters.ledger.store import Store
from watcher.adapters.ledger.upserts import replacing
from watcher.memory import writes
from watcher.memory.belonging import not_ours
from watcher.ports.ledger import LedgerUnusable

_NOTED = writes.Said | writes.BegunAnew | writes.TurnBegun
"""What the bookmark beside a ledger tells of: by it a copy that was put back is known as one."""


def apply(
    store: Store, transaction: AbstractContextManager[Connection], wanted: Sequence[writes.Write]
) -> None:
    """Write all of them in the transaction; then note what the ledger remembers last, if that changed."""
    if not any(isinstance(one, _NOTED) for one in wanted):
        with transaction as connection:
            _write(connection, store.place, wanted)
        return
    _write_and_note(store, transaction, lambda _: wanted)


def answer(store: Store, words: Callable[[Connection], Sequence[writes.Word]]) -> None:
    """Write the words that are made of what the transaction reads."""
    _write_and_note(store, store.writing(), words)


def _write_and_note(
    store: Store,
    transaction: AbstractContextManager[Connection],
    made: Callable[[Connection], Sequence[writes.Write]],
) -> None:
    """Notes nothing where memory was lost, unless one says so: the turn that notices it is still to come."""
    mark = store.noted()
    with transaction as connection:
        remembered = copies.holds(connection, mark)
        wanted = made(connection)
        _write(connection, store.place, wanted)
        word = copies.last_word(connection)
    anew = any(isinstance(one, writes.BegunAnew) for one in wanted)
    if wanted and (remembered or anew):
        turn = None if anew or not isinstance(mark, Bookmark) else mark.turn
        for one in wanted:
            turn = one.turn.id if isinstance(one, writes.TurnBegun) else turn
        store.note(Bookmark(turn=turn, word=word))


def _write(connection: Connection, place: str, wanted: Sequence[writes.Write]) -> None:
    for one in wanted:
        _apply(connection, place, one)


def _apply(connection: Connection, place: str, one: writes.Write) -> None:
    match one:
        case writes.ReadRecord() | writes.UnreadRecord() | writes.GoneRecord() | writes.Note():
            recording.record(connection, one)
        case writes.Queued():
            outbox.queue(connection, one.messages, at=one.at)
            standing.note(connection, one.problems, one.over)
        case writes.Announced():
            recording.write_notices(connection, one.notices, turn=one.turn)
            outbox.queue(connection, one.messages)
        case writes.PutAside():
            outbox.put_aside(connection, one.stale, at=one.at)
        case writes.DocketKept():
            # The id is derived from the periods: the same id is the same docket, seen again.
            connection.execute(replacing(connection, dockets), docket_values(one))
        case writes.TurnBegun():
            connection.execute(insert(turns), turn_values(one.turn))
        case writes.TurnEnded():
            connection.execute(replacing(connection, turns), turn_values(one.turn))
            if one.watermark is not None:
                connection.execute(update(meta).values(watermark=one.watermark))
        case writes.Forgotten():
            forgetting.forget(connection, one.before)
        case writes.Bound():
            _bind(connection, place, one)
        case writes.Said():
            connection.execute(insert(overrides), override_values(one.override))
            outbox.queue(connection, one.messages, at=one.override.at)
        case writes.BegunAnew():
            copies.begin_anew(connection, one.restored, one.pause)
            outbox.queue(connection, one.messages, at=one.pause.at)
        case _:
            assert_never(one)


def _bind(connection: Connection, place: str, one: writes.Bound) -> None:
    there = connection.execute(select(meta.c.organization, meta.c.base_url, meta.c.shard)).one()
    bound = None if there.organization is None else (there.organization, there.base_url)
    if why := not_ours(place, bound, there.shard, one):
        raise LedgerUnusable(why)
    asked = {"organization": one.organization, "base_url": one.base_url, "shard": str(one.shard)}
    if dict(there._mapping) != asked:
        connection.execute(update(meta).values(asked))
