"""A clock that is moved by nobody but who plays days through."""

from threading import Event

from tests.builders import NOW, H
from watcher.adapters.clock import PlannedClock


def test_it_stands_still_until_it_is_moved_and_never_goes_back() -> None:
    clock = PlannedClock(NOW)
    assert (clock.now(), clock.monotonic()) == (NOW, 0.0)

    clock.move_to(NOW + H)
    clock.move_to(NOW)

    assert (clock.now(), clock.monotonic()) == (NOW + H, 3600.0)


def test_a_wait_moves_it_and_says_whether_it_was_told_to_stop() -> None:
    clock, stop = PlannedClock(NOW), Event()

    assert clock.wait(NOW + H, stop)
    assert clock.now() == NOW + H
    stop.set()
    assert not clock.wait(NOW + 2 * H, stop)
