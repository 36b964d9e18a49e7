"""What a ledger lost while a turn was under way, as to a server that took over and had not heard of it.

What the process knows is written again when the row that it concludes is gone.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select

from tests.builders import NOW, D, H, account, waiting_in
from tests.contracts.conftest import taken
from tests.contracts.test_ledger import (
    ACME,
    LATTE,
    intent,
    message,
    notice,
    recorded,
    reopened,
    turn,
    written,
)
from tests.postgres import name_of, postgres
from watcher.adapters.ledger.ledger import SqlLedger
from watcher.adapters.ledger.opening import open_ledger
from watcher.adapters.ledger.places import Place
from watcher.adapters.ledger.rows import intent_values, message_values
from watcher.adapters.ledger.schema import intents, metadata, outbox, turns
from watcher.memory.remembered import Known
from watcher.memory.writes import Announced, Concluded, Queued, TurnBegun, TurnEnded
from watcher.messages.delivery import Channel, DeliveryNote
from watcher.messages.outbox import QueuedMessage
from watcher.messages.receivers import Reached
from watcher.ports.ledger import Ledger
from watcher.record.intents import Ending
from watcher.turn.read_back import released_outcome


@pytest.fixture
def place(database: Place) -> Place:
    """Rows and files are a matter of databases."""
    return database


@pytest.fixture
def ledger(place: Place) -> Iterator[SqlLedger]:
    with closing(open_ledger(place)) as one:
        taken(one).apply(
            (
                TurnBegun(
                    turn=turn(0, id="turn-1", ended_at=None, completed=False, exit_code=None, summary={})
                ),
            )
        )
        yield one


def forgotten(place: Place, *names: str) -> None:
    """The rows of these tables, deleted by somebody else in the middle of the turn."""
    with closing(open_ledger(place)) as other, other._store.writing() as connection:
        for table in reversed(metadata.sorted_tables):
            if table.name in names:
                connection.execute(delete(table))


def released(ledger: Ledger, one: Any, **how: Any) -> None:
    ledger.conclude(
        Concluded(
            intent=one,
            ending=Ending.RELEASED,
            at=NOW + timedelta(seconds=2),
            request_id="req_1",
            outcome=released_outcome(one),
            messages=(message("done"),),
            **how,
        )
    )


@pytest.mark.parametrize("lost", [("intents",), ("intents", "turns")], ids=["the intent", "its turn as well"])
def test_a_release_that_was_forgotten_while_it_was_under_way_is_remembered_whole(
    ledger: SqlLedger, place: Place, lost: tuple[str, ...]
) -> None:
    """The turn printed "Released", the ledger kept neither intent nor outcome, and the next turn told of an
    account that somebody else had given back.
    """
    one = written(ledger, intent())
    forgotten(place, *lost)
    released(ledger, one)
    released(ledger, one)

    memory = reopened(place, lambda reader: reader.project(ACME))
    fleet = reopened(place, lambda reader: reader.fleet(NOW + H))
    assert (memory.released, memory.unresolved) == ({LATTE.period}, frozenset())
    assert [entry.period for entry in fleet.done] == [LATTE.period]
    assert [one.message.event.key for one in waiting_in(ledger, "ops")] == ["done"]


def test_another_release_that_got_the_same_number_is_left_alone(ledger: SqlLedger, place: Place) -> None:
    """A server that took over counts on from what it has."""
    one = written(ledger, intent())
    forgotten(place, "intents")
    other = replace(intent(account("beans")), id=one.id)
    with ledger._store.writing() as connection:
        connection.execute(insert(intents), {**intent_values(other), "id": one.id})
    released(ledger, one)

    memory = reopened(place, lambda reader: reader.project(ACME))
    assert (memory.released, memory.unresolved) == ({LATTE.period}, {other.account.id})


def test_what_was_concluded_by_somebody_else_stays_as_it_was(ledger: SqlLedger, place: Place) -> None:
    one = written(ledger, intent())
    ledger.conclude(Concluded(intent=one, ending=Ending.NOT_DONE, at=NOW, detail="read back"))
    released(ledger, one)

    assert reopened(place, lambda reader: reader.project(ACME)).not_done == {LATTE.period: 1}
    assert waiting_in(ledger, "ops") == []


def test_a_turn_that_was_forgotten_goes_on(ledger: SqlLedger, place: Place) -> None:
    """It ended with a traceback: what it recorded referred to nothing."""
    forgotten(place, "turns")
    recorded(ledger, Known(account=LATTE, first_seen_at=NOW))
    forgotten(place, "observations", "turns")
    ledger.apply((Announced(notices=(notice(),), messages=(), turn="turn-1"),))
    forgotten(place, "observations", "notices", "turns")
    written(ledger, intent())
    forgotten(place, "intents", "turns")
    ledger.apply((TurnEnded(turn=turn(0, id="turn-1"), watermark=None),))

    last = reopened(place, lambda reader: reader.fleet(NOW + D)).last_turn
    assert last is not None
    assert last.id == "turn-1"


def test_a_mistake_of_ours_is_no_forgotten_turn(ledger: SqlLedger) -> None:
    with pytest.raises(Exception, match=r"FOREIGN KEY|foreign key"):
        ledger.apply((Announced(notices=(notice(),), messages=(), turn="turn-that-never-was"),))
    with ledger._store.reading() as connection:
        assert connection.execute(select(turns.c.id)).scalars().all() == ["turn-1"]


def taken_by_ops(ledger: SqlLedger, one: QueuedMessage, **how: Any) -> None:
    note = DeliveryNote(notifier="ops", counts=True, accepted=(one.id,), sent=(one,), **how)
    ledger.end_delivery(note, Channel(), at=NOW + H)


def test_a_message_that_was_forgotten_while_it_was_sent_is_remembered_as_sent(
    ledger: SqlLedger, place: Place
) -> None:
    ledger.apply((Queued(messages=(message(),), at=NOW),))
    (one,) = waiting_in(ledger, "ops")
    forgotten(place, "outbox")
    taken_by_ops(ledger, one)
    ledger.apply((Queued(messages=(message(),), at=NOW + H),))
    assert waiting_in(ledger, "ops") == []


def test_another_message_that_got_the_same_number_is_not_taken_for_sent(
    ledger: SqlLedger, place: Place
) -> None:
    """It was the receipt of an announcement that nobody had got."""
    ledger.apply((Queued(messages=(message("a"),), at=NOW),))
    (one,) = waiting_in(ledger, "ops")
    forgotten(place, "outbox")
    with ledger._store.writing() as connection:
        values = {**message_values(message("b")), "id": one.id, "queued_at": NOW}
        connection.execute(insert(outbox), values)
    if not isinstance(place, Path):
        postgres().execute("SELECT setval('outbox_id_seq', 1000)", name_of(place))
    taken_by_ops(ledger, one)
    assert [(late.id, late.message.event.key) for late in waiting_in(ledger, "ops")] == [(one.id, "b")]


def test_who_has_a_message_outlives_the_process(ledger: SqlLedger, place: Place) -> None:
    ledger.apply((Queued(messages=(message(),), at=NOW),))
    (one,) = waiting_in(ledger, "ops")
    reached = (Reached(message=one.id, receiver="good"), Reached(message=one.id, receiver="gone", why="550"))
    note = DeliveryNote(notifier="ops", waiting=(one.id,), why="451", sent=(one,), reached=reached)
    for _ in range(2):
        ledger.end_delivery(note, Channel(), at=NOW)
    with closing(open_ledger(place)) as other:
        (again,) = waiting_in(other, "ops")
        assert (again.had, again.refused_by, again.receiver) == ({"good"}, {"gone"}, None)
        assert [(late.receiver, late.why) for late in other.undelivered()] == [(None, "451"), ("gone", "550")]
        assert other.channels(("ops",), NOW)["ops"].lost == (("gone", 1, "550"),)
        assert other.channels(("ops",), NOW)["ops"].dead == 0
