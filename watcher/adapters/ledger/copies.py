"""Whether a ledger lost memory: does it remember what was noted as the last that it did?"""

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, func, insert, select

from watcher.adapters.ledger.bookmark import Bookmark, Unreadable
from watcher.adapters.ledger.column_types import microseconds
from watcher.adapters.ledger.rows import override_values
from watcher.adapters.ledger.rules import voids_all
from watcher.adapters.ledger.schema import notices, overrides, turns
from watcher.adapters.ledger.store import Store
from watcher.record.overrides import Override
from watcher.record.restored import OLDER, Lost, new_one, unreadable

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def lost(store: Store) -> Lost | None:
    """None also where nothing was noted: then nothing is claimed."""
    mark = store.noted()  # first: what it says was in the ledger before it was noted
    if mark is None:
        return None
    if isinstance(mark, Unreadable):
        return unreadable(mark.place)
    with store.reading() as connection:
        if holds(connection, mark):
            return None
        return OLDER if _began_before(connection, mark) else lost_whole(mark)


def lost_whole(mark: Bookmark | Unreadable | None) -> Lost | None:
    """What a ledger that remembers nothing lost."""
    if isinstance(mark, Unreadable):
        return unreadable(mark.place)
    if mark is None or (mark.turn is None and mark.word is None):
        return None
    return new_one(mark.turn, None if mark.word is None else _EPOCH + timedelta(microseconds=mark.word[1]))


def _began_before(connection: Connection, mark: Bookmark) -> bool:
    """Whether it remembers anything from before what was noted; a turn's id begins with its time."""
    earlier = [select(turns.c.id).where(turns.c.id < (mark.turn or ""))]
    if mark.word is not None:
        said = _EPOCH + timedelta(microseconds=mark.word[1])
        earlier += [select(turns.c.id).where(turns.c.started_at <= said)]
        earlier += [select(overrides.c.id).where(overrides.c.at <= said)]
    return any(connection.execute(query.limit(1)).first() is not None for query in earlier)


def holds(connection: Connection, mark: Bookmark | Unreadable | None) -> bool:
    """Whether it remembers what was noted, as far as anything was."""
    if not isinstance(mark, Bookmark):
        return mark is None
    if mark.turn is not None:
        turn = select(turns.c.id).where(turns.c.id == mark.turn)
        if connection.execute(turn).first() is None:
            return False
    if mark.word is None:
        return True
    number, at = mark.word
    said = connection.execute(select(overrides.c.at).where(overrides.c.id == number)).scalar_one_or_none()
    return said is not None and microseconds(said) == at


def last_word(connection: Connection) -> tuple[int, int] | None:
    row = connection.execute(select(overrides.c.id, overrides.c.at).order_by(overrides.c.id.desc())).first()
    return None if row is None else (row.id, microseconds(row.at))


def begin_anew(connection: Connection, restored: Override, pause: Override) -> tuple[int, int] | None:
    """Say both, and answer the last word."""
    latest = connection.execute(select(func.max(notices.c.created_at))).scalar_one()
    words = (voids_all(restored, latest), pause)
    connection.execute(insert(overrides), [override_values(word) for word in words])
    return last_word(connection)
