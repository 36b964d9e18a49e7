"""A database's memory, taken into this process, answers as the database does, and goes on by itself."""

from contextlib import closing

import pytest

from tests.builders import NOW, D, H
from tests.contracts.conftest import taken
from tests.contracts.test_export import full as full  # a ledger in which every table holds something
from tests.contracts.test_ledger import LATTE, intent, message, took, turn, written
from watcher.adapters.ledger.empty import EmptyLedger
from watcher.adapters.ledger.memory.ledger import MemoryLedger, MemoryReader
from watcher.adapters.ledger.memory.state import State
from watcher.adapters.ledger.opening import open_ledger, open_reader
from watcher.adapters.ledger.places import Place
from watcher.memory.writes import Queued
from watcher.messages.outbox import Delivered
from watcher.ports.ledger import LedgerReader


@pytest.fixture
def place(database: Place) -> Place:
    return database


@pytest.fixture
def memory(full: list[str], place: Place) -> State:
    with closing(open_reader(place)) as reader:
        return reader.into_memory(NOW)


def answers(reader: LedgerReader) -> object:
    """Everything that a turn, or its outcome, may depend on."""
    projects = [LATTE.project]
    return (
        reader.bound_to(),
        reader.part(),
        reader.fleet(NOW + H),
        reader.projects(projects),
        reader.doubles(),
        reader.listings([LATTE.id]),
        reader.known([LATTE.id]),
        reader.fates([LATTE.id]),
        reader.inhabited(),
        reader.announced(NOW),
        reader.dockets(NOW),
        reader.problems(),
        reader.turns(NOW + D),
    )


def test_it_answers_as_the_database_does(place: Place, memory: State) -> None:
    with closing(open_reader(place)) as reader:
        assert answers(MemoryReader(memory)) == answers(reader)


def test_it_goes_on_with_numbers_of_its_own_and_changes_nothing(place: Place, memory: State) -> None:
    with closing(open_reader(place)) as reader:
        before = list(reader.export())

    with closing(MemoryLedger(memory)) as ledger:
        took(taken(ledger), turn(2, id="turn-2"))
        ledger.apply((Queued(messages=(message("n"), message("new")), at=NOW),))
        assert written(ledger, intent()).id == 2

    # What was told under its key is not told again.
    assert [one.key for one in memory.letters.values()].count("n") == 1
    with closing(open_reader(place)) as reader:
        assert list(reader.export()) == before


def test_what_was_given_up_on_is_no_trouble_of_days_to_come(memory: State) -> None:
    assert Delivered.GIVEN_UP not in {one.state for one in memory.letters.values()}
    assert not MemoryReader(memory).counts().dead


def test_old_letters_and_notices_stay_behind(full: list[str], place: Place) -> None:
    """And what decides at any age does not: intents, outcomes, words."""
    with closing(open_reader(place)) as reader:
        later = reader.into_memory(NOW + 200 * D)

    assert (later.letters, later.notices, later.dockets) == ({}, {}, {})
    assert (len(later.intents), len(later.outcomes), len(later.overrides)) == (1, 1, 2)


def test_a_project_can_be_left_out_of_what_goes_on(memory: State) -> None:
    memory.leave_out(LATTE.project)

    reader = MemoryReader(memory)
    assert (reader.inhabited(), reader.known([LATTE.id]), reader.fleet(NOW).unshown) == ([], {}, frozenset())


def test_of_no_ledger_there_is_an_empty_memory() -> None:
    assert MemoryReader(EmptyLedger().into_memory(NOW)).fleet(NOW) == EmptyLedger().fleet(NOW)


def test_a_new_ledger_is_bound_to_nobody(nowhere: Place) -> None:
    with closing(open_ledger(nowhere)) as new:
        assert MemoryReader(new.into_memory(NOW)).bound_to() is None
