"""A ledger behind pgbouncer in transaction mode, which changes the server between transactions."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.builders import NOW, H
from tests.contracts.test_ledger import intent, message, took, turn, written
from tests.pgbouncer import pgbouncer, through
from tests.postgres import name_of, postgres
from watcher.adapters.ledger.opening import open_ledger, open_reader, open_words
from watcher.adapters.ledger.places import Server
from watcher.adapters.ledger.postgres import PostgresStore
from watcher.memory.writes import Concluded, Queued, Said, TurnBegun
from watcher.ports.ledger import LedgerUnusable
from watcher.record.intents import Ending
from watcher.record.overrides import Override, OverrideKind


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with pgbouncer() as one:
        yield one


@pytest.fixture
def pooled(port: int) -> Iterator[Server]:
    with postgres().ledger() as place:
        yield through(port, place)


def test_turn_after_turn_passes(pooled: Server) -> None:
    """Turn 1 passed, turn 2 died: a statement that one connection had prepared was there already on the
    other, or was not.
    """
    for number in range(3):
        at = NOW + number * H
        with closing(open_ledger(pooled)) as ledger, closing(open_words(pooled)) as words:
            assert ledger.take_lock(at) is None
            ledger.apply((TurnBegun(turn=turn(0, id="turn-1", at=at)),)) if number == 0 else None
            for each in range(8):
                took(ledger, turn(100 * number + each, at=at))
                words.apply((Said(override=Override(kind=OverrideKind.PAUSE, at=at, by="jo", why="x")),))
                ledger.apply((Queued(messages=(message(f"{number}:{each}"),), at=at),))
                assert ledger.fleet(at).last_turn is not None
            one = written(ledger, intent(at=at))
            ledger.conclude(Concluded(intent=one, ending=Ending.NOT_DONE, at=at, detail="read back"))
        with closing(open_reader(pooled)) as reader:
            assert len(reader.fleet(at).overrides.said) == 8 * (number + 1)
            assert sum(1 for _ in reader.history()) > 8


def test_a_new_ledger_is_made_through_it(port: int) -> None:
    pooled = through(port, postgres().empty())
    open_ledger(pooled).close()
    with closing(open_reader(pooled)) as reader:
        assert reader.fleet(NOW).last_turn is None


def test_what_a_transaction_needs_holds_within_it_and_is_left_behind_on_no_connection(
    port: int, pooled: Server
) -> None:
    """`synchronous_commit` was set once for a session; behind a pooler the next transaction had another one,
    and an intent could be lost that its DELETE followed.
    """
    postgres().execute(f"ALTER DATABASE {name_of(pooled)} SET synchronous_commit = off")
    shown = {
        "synchronous_commit": ("on", "off"),
        "lock_timeout": ("30s", "0"),
        "idle_in_transaction_session_timeout": ("1min", "0"),
    }
    try:
        # A pool of its own: what was connected before was set up otherwise.
        with closing(PostgresStore(pooled)) as store:
            for name, (within, outside) in shown.items():
                for _ in range(3):
                    with store.writing() as connection:
                        assert connection.exec_driver_sql(f"SHOW {name}").scalar_one() == within
                    with store.alone() as connection:
                        assert connection.exec_driver_sql(f"SHOW {name}").scalar_one() == within
                    with store.reading() as connection:
                        assert connection.exec_driver_sql(f"SHOW {name}").scalar_one() == outside
    finally:
        postgres().execute(f"ALTER DATABASE {name_of(pooled)} RESET synchronous_commit")


def test_a_database_that_it_does_not_know_is_a_mistake_of_the_configuration(
    port: int, pooled: Server
) -> None:
    with pytest.raises(LedgerUnusable, match="nowhere"):
        open_ledger(through(port, pooled, database="nowhere"))


def test_a_parameter_that_it_refuses_is_named(port: int, pooled: Server) -> None:
    with pytest.raises(LedgerUnusable, match="unsupported startup parameter"):
        open_ledger(through(port, pooled, more="&options=-csearch_path%3Dother"))
