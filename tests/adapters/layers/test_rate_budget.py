"""The rate budget: never more than the limit in any minute, and hardly less."""

import threading
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.clock import FakeClock
from watcher.adapters.layers.rate_budget import WINDOW_SECONDS, Budget

NOW = datetime(2026, 4, 20, 12, 0, tzinfo=UTC)
SPANS = st.floats(0, 70) | st.floats(0, 0.5)


def fits(moments: list[float], limit: int) -> bool:
    """Whether no window of sixty seconds holds more moments than the limit."""
    moments = sorted(moments)
    return all(later - earlier >= 60 for earlier, later in zip(moments, moments[limit:], strict=False))


@given(
    limit=st.integers(1, 7),
    steps=st.lists(st.tuples(SPANS, st.booleans(), st.floats(0, 1)), min_size=1, max_size=80),
)
def test_no_window_overflows_wherever_on_its_way_a_request_is_counted(limit, steps):
    clock = FakeClock(NOW)
    budget = Budget(limit=limit, clock=clock)
    under_way: list[tuple[float, float]] = []
    counted: list[float] = []

    def end() -> None:
        sent, share = under_way.pop(0)
        counted.append(sent + share * (clock.monotonic() - sent))
        budget.end()

    for span, ending, share in steps:
        clock.advance(timedelta(seconds=span))
        if under_way and (ending or len(under_way) == limit):
            end()
        assert budget.take()
        under_way.append((clock.monotonic(), share))
        if len(under_way) == limit:
            end()
    while under_way:
        end()
    assert fits(counted, limit)


def test_at_full_speed_nearly_all_of_the_limit_is_used():
    clock = FakeClock(NOW)
    budget = Budget(limit=120, clock=clock)
    passed = 0
    while clock.monotonic() < 600:
        assert budget.take()
        clock.advance(timedelta(milliseconds=50))
        budget.end()
        passed += 1
    assert 0.97 * 1200 <= passed <= 1200 + 120


def test_the_limit_passes_at_once_and_the_next_one_waits_for_the_first_to_age():
    clock = FakeClock(NOW)
    budget = Budget(limit=2, clock=clock)
    for _ in range(2):
        assert budget.take()
        budget.end()
        clock.advance(timedelta(seconds=1))
    assert clock.waits == []
    assert budget.take()
    assert clock.waits == [NOW + timedelta(seconds=WINDOW_SECONDS)]


def test_threads_together_keep_the_limit():
    clock = FakeClock(NOW)
    budget = Budget(limit=40, clock=clock)
    taken: list[float] = []

    def work() -> None:
        for _ in range(50):
            budget.take()
            taken.append(clock.monotonic())
            budget.end()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 400
    assert clock.monotonic() >= 9 * 60


def test_a_closed_budget_lets_nothing_pass_until_its_time():
    clock = FakeClock(NOW)
    budget = Budget(limit=10, clock=clock)
    budget.close_for(timedelta(seconds=7))
    budget.close_for(timedelta(seconds=3))
    assert budget.take()
    assert clock.now() == NOW + timedelta(seconds=7)


def test_a_stop_ends_the_wait_and_takes_no_place():
    clock = FakeClock(NOW)
    budget = Budget(limit=1, clock=clock)
    assert budget.take()
    budget.end()
    stop = threading.Event()
    stop.set()
    assert not budget.take(stop)
    clock.advance(timedelta(seconds=61))
    assert budget.take(stop)


def test_a_larger_limit_counts_at_once():
    clock = FakeClock(NOW)
    budget = Budget(limit=1, clock=clock)
    assert budget.take()
    budget.resize(2)
    assert budget.take()
    assert clock.waits == []


def test_waiting_for_a_place_takes_none():
    clock = FakeClock(NOW)
    budget = Budget(limit=1, clock=clock)
    assert budget.wait_for_place()
    assert clock.waits == []

    assert budget.take()
    budget.end()
    assert budget.wait_for_place()
    assert clock.monotonic() >= WINDOW_SECONDS
    before = clock.monotonic()
    assert budget.take()
    assert clock.monotonic() == before


def test_waiting_for_a_place_ends_when_told():
    clock = FakeClock(NOW)
    budget = Budget(limit=1, clock=clock)
    budget.take()
    stop = threading.Event()
    stop.set()
    assert not budget.wait_for_place(stop)
