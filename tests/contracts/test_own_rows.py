"""A ledger has two rows of its own: whose it is, and who acts on it. One that lost either is no memory."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.builders import NOW, D
from tests.contracts.conftest import taken
from tests.contracts.test_ledger import turn
from tests.postgres import name_of, postgres
from watcher.adapters.ledger.opening import open_ledger
from watcher.adapters.ledger.places import Place
from watcher.adapters.ledger.soundness import check
from watcher.memory.writes import TurnBegun, TurnEnded
from watcher.ports.ledger import LedgerUnusable

ROWS = ("lease", "meta")


@pytest.fixture
def place(database: Place) -> Place:
    """Rows and files are a matter of databases."""
    return database


def emptied(place: Place, table: str) -> None:
    """As a hand at the database's own shell does it."""
    if isinstance(place, Path):
        with closing(sqlite3.connect(place)) as connection, connection:
            connection.execute(f"DELETE FROM {table}")
    else:
        postgres().execute(f"DELETE FROM {table}", name_of(place))


@pytest.mark.parametrize("table", ROWS)
def test_without_one_nothing_is_done_and_a_person_is_told_what_is_wrong(place: Place, table: str) -> None:
    """It was told as "unexpected NoResultFound", with a traceback in the log and no way out."""
    with closing(open_ledger(place)) as ledger:
        taken(ledger).apply((TurnBegun(turn=turn(1)),))
    emptied(place, table)

    with closing(open_ledger(place)) as ledger, pytest.raises(LedgerUnusable, match="lacks a row of its own"):
        taken(ledger).fleet(NOW)


def test_one_that_goes_while_a_turn_is_under_way_ends_the_turn(place: Place) -> None:
    with closing(open_ledger(place)) as ledger:
        taken(ledger).apply((TurnBegun(turn=turn(1)),))
        emptied(place, "lease")
        with pytest.raises(LedgerUnusable, match="lacks a row of its own"):
            ledger.apply((TurnEnded(turn=turn(1), watermark=NOW + D),))


@pytest.mark.parametrize("table", ROWS)
def test_the_check_says_which(place: Place, table: str) -> None:
    open_ledger(place).close()
    assert check(place) == ()
    emptied(place, table)
    assert check(place) == (f"{place}: the row of {table} is missing",)
