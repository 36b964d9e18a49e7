"""Whoever does the work: results in order, errors in their place, and never much more in hand than asked."""

from collections.abc import Iterator
from contextlib import closing
from threading import Event, Lock, active_count, current_thread
from typing import cast

import pytest

from watcher.adapters.workers import HereAndNow, Threads
from watcher.ports.workers import Workers


@pytest.fixture(params=[Threads, HereAndNow])
def workers(request: pytest.FixtureRequest) -> Workers:
    return cast(Workers, request.param())


class Desk:
    """Work that notes how much of it is in hand, begun, and taken from the pile."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.begun: list[int] = []
        self.in_hand = self.most_in_hand = self.taken = 0

    def pile(self, size: int) -> Iterator[int]:
        for number in range(size):
            self.taken += 1
            yield number

    def square(self, number: int) -> int:
        with self._lock:
            self.begun.append(number)
            self.in_hand += 1
            self.most_in_hand = max(self.most_in_hand, self.in_hand)
        Event().wait(0.001 * (number % 3))
        with self._lock:
            self.in_hand -= 1
        return number * number


def test_results_come_in_the_order_of_the_items(workers: Workers) -> None:
    desk = Desk()
    assert list(workers.map(desk.square, range(20), at_once=4)) == [number**2 for number in range(20)]


def test_no_items_are_no_results(workers: Workers) -> None:
    assert list(workers.map(Desk().square, [], at_once=4)) == []


@pytest.mark.parametrize("at_once", [1, 3])
def test_no_more_than_asked_for_are_in_hand(workers: Workers, at_once: int) -> None:
    desk = Desk()
    for _ in workers.map(desk.square, range(20), at_once=at_once):
        pass
    assert 1 <= desk.most_in_hand <= at_once


def test_the_pile_is_not_taken_up_before_its_results_are_asked_for(workers: Workers) -> None:
    """A fleet of a million accounts is never in memory at once, however slowly its readings are judged."""
    desk = Desk()
    with closing(workers.map(desk.square, desk.pile(1000), at_once=2)) as results:
        assert desk.taken == 0
        for asked_for in range(1, 10):
            next(results)
            assert desk.taken <= asked_for + 2 * 2 - 1


def test_the_pile_is_taken_from_by_the_caller_alone(workers: Workers) -> None:
    """What comes next is looked up in the ledger, which only the turn's own thread may touch."""
    takers = set()

    def pile() -> Iterator[int]:
        for number in range(9):
            takers.add(current_thread())
            yield number

    list(workers.map(Desk().square, pile(), at_once=3))
    assert takers == {current_thread()}


def test_an_error_comes_in_its_place_and_ends_everything(workers: Workers) -> None:
    desk = Desk()

    def fragile(number: int) -> int:
        if number == 3:
            raise ValueError("three")
        return desk.square(number)

    results = workers.map(fragile, range(1000), at_once=2)
    assert [next(results), next(results), next(results)] == [0, 1, 4]
    with pytest.raises(ValueError, match="three"):
        next(results)
    assert list(results) == []
    assert len(desk.begun) <= 3 + 2 * 2


def test_closing_waits_for_what_is_in_hand_and_begins_nothing_more(workers: Workers) -> None:
    desk, threads = Desk(), active_count()
    results = workers.map(desk.square, range(1000), at_once=2)
    next(results)
    results.close()
    assert desk.in_hand == 0
    assert len(desk.begun) <= 1 + 2 * 2
    assert active_count() == threads


def test_a_piece_of_work_ends_with_its_result(workers: Workers) -> None:
    assert workers.submit(lambda: 42, name="answer").result(timeout=60) == 42


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(1)])
def test_a_piece_of_work_that_fails_raises_when_its_result_is_asked_for(
    workers: Workers, error: BaseException
) -> None:
    def fails() -> None:
        raise error

    assert workers.submit(fails, name="fails").exception(timeout=60) is error


def test_threads_do_not_wait_for_a_piece_that_hangs() -> None:
    released = Event()
    hung = Threads().submit(lambda: released.wait(60), name="hung")
    assert not hung.done()
    assert Threads().submit(lambda: 1, name="other").result(timeout=60) == 1
    released.set()
    assert hung.result(timeout=60)


def test_a_piece_that_hangs_keeps_no_process_from_ending() -> None:
    inside: list[bool] = []
    Threads().submit(lambda: inside.append(current_thread().daemon), name="hung").result(timeout=60)
    assert inside == [True]


def test_here_and_now_is_done_by_the_caller_before_anything_else() -> None:
    done: list[object] = []
    for result in HereAndNow().map(lambda number: done.append((number, current_thread())), "ab", at_once=2):
        assert result is None
        assert done[-1][1] is current_thread()  # type: ignore[index]
        done.append("considered")
    HereAndNow().submit(lambda: done.append("sent"), name="ops")
    assert done == [("a", current_thread()), "considered", ("b", current_thread()), "considered", "sent"]
