"""What every ledger promises of the writer's lock: one watcher acts, and who lost it writes nothing more."""

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from tests.builders import NOW, D, waiting_in
from tests.contracts.conftest import Anywhere, content, open_ledger, open_words, taken
from tests.contracts.test_ledger import ACME, intent, message, notice, turn, written
from watcher.adapters.ledger.ledger import SqlLedger
from watcher.adapters.ledger.lock import TERM
from watcher.memory.writes import (
    Announced,
    Bound,
    Concluded,
    DocketKept,
    Forgotten,
    PutAside,
    Queued,
    ReadRecord,
    Said,
    TurnBegun,
    TurnEnded,
)
from watcher.messages.delivery import Channel, DeliveryNote
from watcher.messages.outbox import Stale
from watcher.ports.ledger import Ledger, LockLost
from watcher.record.intents import Ending
from watcher.record.overrides import Override, OverrideKind
from watcher.record.reasons import Reason

WORD = Override(kind=OverrideKind.PAUSE, at=NOW, by="jo", why="x")
ACTS: dict[str, Callable[[Ledger], object]] = {
    "bind": lambda one: one.apply((Bound(organization="org", base_url="x"),)),
    "begin_turn": lambda one: one.apply((TurnBegun(turn=turn(7)),)),
    "end_turn": lambda one: one.apply((TurnEnded(turn=turn(7), watermark=NOW),)),
    "record": lambda one: one.apply((ReadRecord(project=ACME, turn="turn-1", at=NOW, strange=frozenset()),)),
    "forget": lambda one: one.apply((Forgotten(before=NOW),)),
    "announce": lambda one: one.apply(
        (Announced(notices=(notice(),), messages=(message("n"),), turn="turn-1"),)
    ),
    "keep_docket": lambda one: one.apply((DocketKept(docket="7f3a", periods=(), at=NOW),)),
    "queue": lambda one: one.apply((Queued(messages=(message("q"),), at=NOW),)),
    "put_aside": lambda one: one.apply((PutAside(stale=((1, Stale.OVER),), at=NOW),)),
    "begin_delivery": lambda one: one.begin_delivery([1], at=NOW, lost_since=NOW - D),
}


@pytest.fixture
def lost(place: Anywhere) -> Iterator[SqlLedger]:
    """One whose lease somebody else took, while its turn, an intent and a delivery were under way."""
    with closing(open_ledger(place)) as one, closing(open_ledger(place)) as other:
        taken(one).apply((TurnBegun(turn=turn(1, id="turn-1")),))
        one.apply((Queued(messages=(message("k"),), at=NOW),))
        assert one.begin_delivery([1], at=NOW, lost_since=NOW - D) == {1}
        written(one, intent())
        taken(other, NOW + TERM)
        yield one


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_who_lost_it_does_nothing_more(
    lost: SqlLedger, place: Anywhere, act: Callable[[Ledger], object]
) -> None:
    before = content(place)
    with pytest.raises(LockLost, match=r"Another watcher holds the ledger: .*, process \d+, since 20"):
        act(lost)
    assert lost.keep_lock(NOW + TERM) is False
    assert content(place) == before


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_who_never_took_it_does_nothing_at_all(place: Anywhere, act: Callable[[Ledger], object]) -> None:
    with closing(open_ledger(place)) as ledger, pytest.raises(LockLost):
        act(ledger)


def test_an_intent_is_answered_with_a_reason(lost: SqlLedger) -> None:
    assert lost.write_intent(intent(), lambda _: None) is Reason.LOCK_LOST


def test_what_has_happened_is_written_by_whoever_did_it(lost: SqlLedger) -> None:
    (one,) = lost.fleet(NOW).unresolved
    lost.conclude(Concluded(intent=one, ending=Ending.RELEASED, at=NOW, detail="200"))
    lost.end_delivery(DeliveryNote(notifier="ops", accepted=(1,)), Channel(), at=NOW)
    assert (lost.fleet(NOW).unresolved, list(waiting_in(lost, "ops"))) == ((), [])


def test_people_need_no_lease(lost: SqlLedger, place: Anywhere) -> None:
    lost.apply((Said(override=WORD),))
    with closing(open_words(place)) as words:
        words.apply((Said(override=WORD),))
        assert words.drop_messages([1], by="jo", why="x", at=NOW) == 1
    assert lost.fleet(NOW).overrides.said == (WORD, WORD)


def test_it_is_told_who_has_it_until_that_one_leaves(place: Anywhere) -> None:
    with closing(open_ledger(place)) as other:
        with closing(open_ledger(place)) as one:
            taken(one)
            held = other.take_lock(NOW)
            assert held is not None
            assert str(held) == f"{held.host}, process {held.pid}, since 2026-05-18 12:00 UTC"
        taken(other)


def test_it_lasts_a_term_from_the_last_sign_of_life(place: Anywhere) -> None:
    with closing(open_ledger(place)) as one, closing(open_ledger(place)) as other:
        taken(one)
        assert one.keep_lock(NOW + TERM / 2 + TERM / 100)
        assert other.take_lock(NOW + TERM) is not None
        taken(other, NOW + 2 * TERM)


def test_a_promise_from_a_clock_that_was_far_ahead_binds_nobody(place: Anywhere) -> None:
    with closing(open_ledger(place)) as one, closing(open_ledger(place)) as other:
        taken(one, NOW + 365 * D)
        taken(other)
