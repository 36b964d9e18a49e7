"""Whether a ledger is an older copy of itself: does it remember what was noted as its last memory?"""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, func, insert, select

from watcher.adapters.ledger.bookmark import Bookmark
from watcher.adapters.ledger.columns import microseconds
from watcher.adapters.ledger.rows import override_values
from watcher.adapters.ledger.schema import notices, overrides, turns
from watcher.adapters.ledger.store import Store
from watcher.domain.overrides import Override

_TICK: Final = timedelta(microseconds=1)


def is_older(store: Store) -> bool:
    """False also where nothing is known, and for a new ledger: it remembers nothing that could be wrong."""
    mark = store.noted()  # first: what it says was in the ledger before it was noted
    if mark is None:
        return False
    with store.reading() as connection:
        new = all(connection.execute(select(table).limit(1)).first() is None for table in (turns, overrides))
        return not new and not holds(connection, mark)


def holds(connection: Connection, mark: Bookmark) -> bool:
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
    """Say both, and answer the last word. Every notice that is there is void, and none that is to come:
    whatever the clock says now, or said when they were made.
    """
    latest = connection.execute(select(func.max(notices.c.created_at))).scalar_one()
    if latest is not None:
        restored = replace(restored, until=latest + _TICK)
    connection.execute(insert(overrides), [override_values(restored), override_values(pause)])
    return last_word(connection)
