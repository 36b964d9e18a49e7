"""What a ledger lets go of when it is old, and what stays whatever its age."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.builders import NOW, D, H, waiting_in
from tests.contracts.conftest import Anywhere, open_ledger, taken
from tests.contracts.test_ledger import LATTE, message, notice, took, turn
from watcher.memory.remembered import TurnKind
from watcher.memory.writes import Announced, Forgotten, Queued, TurnBegun
from watcher.messages.delivery import Channel, DeliveryNote
from watcher.ports.ledger import Ledger

TICK = timedelta(microseconds=1)
YEARS = 1_000 * D
OF_LATTE = {"period": LATTE.period, "account": LATTE.id}


@pytest.fixture
def ledger(place: Anywhere) -> Iterator[Ledger]:
    with closing(open_ledger(place)) as one:
        taken(one)
        under_way = {"ended_at": None, "completed": False, "exit_code": None, "summary": {}}
        one.apply((TurnBegun(turn=turn(0, id="turn-1", kind=TurnKind.FOCUSED, **under_way)),))
        yield one


def delivered(ledger: Ledger, at: datetime, **how: tuple[int, ...]) -> None:
    for numbers in how.values():
        assert ledger.begin_delivery(numbers, at=at, lost_since=at - H) == frozenset(numbers)
    ledger.end_delivery(DeliveryNote(notifier="ops", counts=True, **how), Channel(), at=at)  # type: ignore[arg-type]


def told(ledger: Ledger, what: str = "message.accepted") -> int:
    return sum(line.what == what for line in ledger.history())


def queued(ledger: Ledger, *keys: str, **facts: object) -> tuple[int, ...]:
    """And one more, which is the latest: what comes next is numbered after it."""
    messages = tuple(message(key, **facts) for key in keys)
    ledger.apply((Queued(messages=(*messages, message("last", "others")), at=NOW),))
    return tuple(one.id for one in waiting_in(ledger, "ops"))


@pytest.mark.parametrize(
    ("before", "left"), [(LATTE.renews_at, 1), (LATTE.renews_at + TICK, 0), (LATTE.renews_at + D, 0)]
)
def test_a_message_is_forgotten_with_the_lease_period_that_it_told_of(
    ledger: Ledger, before: datetime, left: int
) -> None:
    delivered(ledger, NOW, accepted=queued(ledger, "a", **OF_LATTE))
    ledger.apply((Forgotten(before=before),))

    assert told(ledger) == left


@pytest.mark.parametrize(("before", "left"), [(NOW + H, 1), (NOW + H + TICK, 0)])
def test_a_message_about_no_lease_period_is_forgotten_by_when_it_was_accepted(
    ledger: Ledger, before: datetime, left: int
) -> None:
    delivered(ledger, NOW + H, accepted=queued(ledger, "a"))
    ledger.apply((Forgotten(before=before),))

    assert told(ledger) == left


def test_what_nobody_heard_is_not_forgotten(ledger: Ledger) -> None:
    """It waits, or is a dead letter until a person drops it."""
    ids = queued(ledger, "waits", "dead", "heard", **OF_LATTE)
    delivered(ledger, NOW, given_up=ids[1:2], accepted=ids[2:])
    ledger.apply((Forgotten(before=NOW + YEARS),))

    assert {one.id for one in ledger.undelivered()} >= set(ids[:2])
    assert (told(ledger), told(ledger, "message.given_up")) == (0, 1)


def test_what_is_queued_afterwards_has_a_number_of_its_own(ledger: Ledger) -> None:
    delivered(ledger, NOW, accepted=queued(ledger, "a"))
    ids = [one.id for one in waiting_in(ledger, "others")]
    ledger.begin_delivery(ids, at=NOW, lost_since=NOW - H)
    ledger.end_delivery(DeliveryNote(notifier="others", counts=True, accepted=tuple(ids)), Channel(), at=NOW)
    ledger.apply((Forgotten(before=NOW + YEARS),))
    assert told(ledger) == 1, "the latest one"

    ledger.apply((Queued(messages=(message("b"), message("a")), at=NOW),))
    assert len({one.id for one in waiting_in(ledger, "ops")} - set(ids)) == 2, (
        "so old that it may be told again"
    )


def test_notices_stay_and_the_turns_that_they_refer_to(ledger: Ledger) -> None:
    took(ledger, turn(2, NOW))
    took(ledger, turn(3, NOW + H, exit_code=75))
    took(ledger, turn(4, NOW + 2 * H, exit_code=75))
    ledger.apply((Announced(notices=(notice(),), messages=(), turn=turn(3).id),))
    ledger.apply((Forgotten(before=NOW + YEARS),))

    assert [line.at for line in ledger.history() if line.what == "turn.ended"] == [turn(3, NOW + H).ended_at]
    assert told(ledger, "release.announced") == 1


def test_the_beginning_stays_for_a_ledger_s_age_is_counted_from_it(ledger: Ledger) -> None:
    for number in range(2, 5):
        took(ledger, turn(number, NOW + number * H))
    before = ledger.fleet(NOW + D)
    ledger.apply((Forgotten(before=NOW + YEARS),))
    after = ledger.fleet(NOW + D)

    assert before.ledger_since == after.ledger_since == NOW + 2 * H
    assert after.last_turn == replace(turn(2, NOW + 2 * H))


@pytest.mark.parametrize(("before", "left"), [(NOW + H, 2), (NOW + H + TICK, 1)])
def test_a_turn_is_forgotten_by_when_it_began(ledger: Ledger, before: datetime, left: int) -> None:
    took(ledger, turn(2, NOW, exit_code=75, ended_at=NOW))
    took(ledger, turn(3, NOW + H, exit_code=75, ended_at=NOW + H))
    ledger.apply((Forgotten(before=before),))

    assert told(ledger, "turn.ended") == left
