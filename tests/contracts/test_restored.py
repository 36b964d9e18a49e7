"""What every ledger promises once it is said to be a restored copy."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOW, D, H
from tests.contracts.conftest import Anywhere, open_ledger, taken
from tests.contracts.test_ledger import notice, turn
from watcher.memory.writes import Announced, BegunAnew, TurnBegun
from watcher.ports.ledger import Ledger
from watcher.record.restored import restored

TICK = timedelta(microseconds=1)


@pytest.fixture
def ledger(place: Anywhere) -> Iterator[Ledger]:
    with closing(open_ledger(place)) as one:
        taken(one).apply((TurnBegun(turn=turn(0, id="turn-1")),))
        yield one


@pytest.mark.parametrize("clock", [-30 * D, H, 8 * D], ids=["behind", "right", "ahead"])
def test_every_notice_in_it_is_void_and_none_to_come_whatever_the_clock_says(
    ledger: Ledger, clock: timedelta
) -> None:
    latest = replace(notice("b"), created_at=NOW + H)
    ledger.apply((Announced(notices=(notice("a"), latest), messages=(), turn="turn-1"),))
    word, pause = restored("maria", "the disk died", NOW + clock)
    ledger.apply((BegunAnew(restored=word, pause=pause),))
    overrides = ledger.fleet(NOW + 30 * D).overrides

    assert overrides.restored_since(latest.created_at)
    assert not overrides.restored_since(latest.created_at + TICK)
    assert [word.why for word in overrides.pauses(NOW + 30 * D)] == [
        "the disk died; what people said since it was made is lost: say those holds again"
    ]
    assert ledger.lost() is None
