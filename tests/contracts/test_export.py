"""A ledger moves from any store to any other whole, and into nothing that remembers something already."""

import json
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.builders import NOW, D, published, waiting_in
from tests.contracts.conftest import taken
from tests.contracts.test_ledger import (
    LATTE,
    PAID,
    PROBLEM,
    intent,
    message,
    notice,
    recorded,
    took,
    turn,
    written,
)
from watcher.adapters.ledger.opening import open_ledger, open_reader
from watcher.adapters.ledger.places import Place
from watcher.adapters.ledger.revisions import REVISIONS
from watcher.adapters.ledger.schema import lease, metadata
from watcher.memory.remembered import Known
from watcher.memory.writes import Announced, Bound, Concluded, DocketKept, Queued, Said
from watcher.messages.delivery import Channel, DeliveryNote
from watcher.messages.receivers import Reached
from watcher.ports.ledger import LedgerUnusable
from watcher.record.intents import Ending
from watcher.record.notices import Void
from watcher.record.overrides import Override, OverrideKind
from watcher.record.reasons import Reason
from watcher.rules.judge import Usage


@pytest.fixture
def place(database: Place) -> Place:
    """Rows and files are a matter of databases."""
    return database


@pytest.fixture
def full(place: Place) -> Iterator[list[str]]:
    """The export of a ledger in which every table holds something."""
    with closing(open_ledger(place)) as one:
        taken(one).apply((Bound(organization="org", base_url="https://api"),))
        took(one, turn(1, id="turn-1"), watermark=NOW)
        known = Known(
            account=LATTE,
            first_seen_at=NOW - D,
            used=published(40 * D),
            usage_at_opening=Usage.UNUSED,
            reason=Reason.HELD,
            decided_at=NOW.replace(microsecond=123_456),
        )
        recorded(one, known, shown=True, outcomes=(PAID,))
        rung = message("r", period=LATTE.period, account=LATTE.id, rung=3 * D, what="naïve ☕")
        one.apply((Announced(notices=(notice(),), messages=(message("n"), rung), turn="turn-1"),))
        recorded(one, known, voided=(("n", Void.HELD),), strange=frozenset({"sa_odd"}))
        one.apply((Queued(at=NOW, problems=(PROBLEM,)),))
        one.apply((DocketKept(docket="7f3a", periods=(LATTE.period,), at=NOW),))
        sent = tuple(waiting_in(one, "ops"))
        both = tuple(each.id for each in sent)
        refused = (Reached(message=both[0], receiver="gone", why="550"),)
        note = DeliveryNote(notifier="ops", accepted=both, thread="t", sent=sent, reached=refused)
        one.end_delivery(note, Channel(sent=(NOW,)), at=NOW)
        one.conclude(Concluded(intent=written(one, intent()), ending=Ending.NOT_DONE, at=NOW, detail="d"))
        one.apply(
            (
                Said(
                    override=Override(
                        kind=OverrideKind.APPROVE, at=NOW, by="jo", why="x", periods=(LATTE.period,)
                    )
                ),
            )
        )
        one.apply((Said(override=COMING),))
        yield list(one.export())


COMING = Override(kind=OverrideKind.PAUSE, at=NOW, by="jo", why="x", begins=NOW + D, until=NOW + 3 * D)


def test_a_pause_that_is_to_come_is_to_come_where_it_was_moved_to(full: list[str], nowhere: Place) -> None:
    with closing(open_ledger(nowhere)) as moved:
        moved.fill(full)
        assert moved.fleet(NOW).overrides.pauses_to_come(NOW) == (COMING,)


def test_it_holds_every_table_and_who_acts_is_not_among_them(full: list[str]) -> None:
    head, *rows, end = map(json.loads, full)
    assert (head, end) == ({"schema": "ledger/1", "revision": REVISIONS[-1]}, {"rows": len(rows)})
    assert {row["table"] for row in rows} == set(metadata.tables) - {lease.name}


def test_what_was_moved_is_the_same_and_goes_on(full: list[str], nowhere: Place) -> None:
    with closing(open_ledger(nowhere)) as moved:
        assert moved.fill(full) == len(full) - 2
    with closing(open_reader(nowhere)) as reader:
        assert list(reader.export()) == full
    with closing(open_ledger(nowhere)) as moved:
        taken(moved).apply((Queued(messages=(message("new"),), at=NOW),))
        assert isinstance(written(moved, intent()).id, int)


def test_nothing_is_imported_over_a_memory(full: list[str], place: Place) -> None:
    with closing(open_ledger(place)) as used, pytest.raises(LedgerUnusable, match="remembers something"):
        used.fill(full)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: [], "is no ledger/1 export"),
        (lambda lines: [lines[0].replace(REVISIONS[-1], REVISIONS[-2]), *lines[1:]], "is no ledger/1 export"),
        (lambda lines: [*lines[:-1], lines[-2][:-5]], "is no JSON object"),
        (lambda lines: [*lines[:-3], lines[-2], *lines[-2:]], "contradicts itself"),
        (lambda lines: [*lines[:-1], '{"table":"x","row":{}}'], "a table that no ledger has"),
        (lambda lines: [*lines[:-1], '{"table":"turns","row":{}}'], "does not fit the table turns"),
        (lambda lines: [*lines[:-2], lines[-1]], "rows are missing"),
        (lambda lines: [*lines, *lines[1:]], "was added to"),
        (lambda lines: [*lines, lines[-1]], "was added to"),
        (lambda lines: [one.replace('"enforce"', '"forced"') for one in lines], "cannot"),
        (lambda lines: [one for one in lines if '"meta"' not in one], "is not whole"),
    ],
)
def test_what_is_no_whole_export_changes_nothing(
    full: list[str], nowhere: Place, change: object, said: str
) -> None:
    assert callable(change)
    with closing(open_ledger(nowhere)) as moved:
        with pytest.raises(LedgerUnusable, match=said):
            moved.fill(change(full))
        assert moved.fleet(NOW).last_turn is None
        assert moved.fill(full) == len(full) - 2


def test_an_export_that_was_cut_off_at_the_end_of_a_line_is_not_taken_for_whole(
    full: list[str], nowhere: Place
) -> None:
    """A disk that was full, a pipe that broke: without its last rows a ledger forgets intents, so that what
    was refused, or never came to a known end, is asked for again.
    """
    with closing(open_ledger(nowhere)) as moved:
        for kept in range(1, len(full)):
            with pytest.raises(LedgerUnusable):
                moved.fill(full[:kept])
        assert moved.fleet(NOW).last_turn is None
