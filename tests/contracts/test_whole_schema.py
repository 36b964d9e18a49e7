"""A ledger of which somebody took something away is told as such: no trying again brings it back."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from watcher.adapters.ledger.ledger import SqlLedger
from watcher.adapters.ledger.opening import open_ledger, open_reader, open_words
from watcher.adapters.ledger.places import Place
from watcher.adapters.ledger.revisions import REVISIONS
from watcher.adapters.ledger.soundness import check
from watcher.ports.ledger import LedgerUnusable

GONE = {
    "the column twice of the table outbox": "ALTER TABLE outbox DROP COLUMN twice",
    "the table dockets": "DROP TABLE dockets",
    "the index one_unresolved_intent of the table intents": "DROP INDEX one_unresolved_intent",
}


@pytest.fixture
def damaged(nowhere: Place, request: pytest.FixtureRequest) -> Place:
    with closing(open_ledger(nowhere)) as one:
        done(one, GONE[request.param])
    return nowhere


def done(ledger: SqlLedger, statement: str) -> None:
    with ledger._store.writing() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize("damaged", GONE, indirect=True)
def test_what_it_lacks_is_named_whoever_opens_it(damaged: Place, request: pytest.FixtureRequest) -> None:
    """It was 75, "try again", for ever, and sound to `store check`."""
    missing = request.node.callspec.params["damaged"]
    doors: tuple[Any, ...] = (open_ledger, open_words, open_reader)
    for door in doors:
        with pytest.raises(LedgerUnusable) as refused:
            door(damaged)
        assert str(refused.value) == f"The ledger {damaged} lacks {missing}. Restore it from a backup."
    assert check(damaged) == (f"{damaged}: lacks {missing}",)


def test_a_migration_that_was_done_by_half_is_a_mistake_that_does_not_pass(nowhere: Place) -> None:
    with closing(open_ledger(nowhere)) as one:
        done(one, "UPDATE alembic_version SET version_num = '0003'")
    with pytest.raises(LedgerUnusable, match=r"cannot be written: .*(duplicate column|already exists)"):
        open_ledger(nowhere)
    if isinstance(nowhere, Path):
        kept = f"{nowhere.name}.before-{REVISIONS[-1]}"
        assert sorted(each.name for each in nowhere.parent.iterdir()) == [nowhere.name, kept]
