"""A step of the wall clock shows against the clock that never jumps."""

from datetime import timedelta

import pytest

from tests.builders import NOW
from tests.fakes.clock import FakeClock
from watcher.daemon.jumps import Jumps


class SteppedClock(FakeClock):
    def step(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


@pytest.mark.parametrize("seconds", [2.0, 3600.0, -2.0, -3600.0])
def test_a_step_is_seen_once(seconds: float) -> None:
    clock = SteppedClock(NOW)
    jumps = Jumps(clock)
    clock.advance(timedelta(minutes=5))
    assert jumps.since_last_look() == 0.0

    clock.step(seconds)
    assert jumps.since_last_look() == pytest.approx(seconds)
    assert jumps.since_last_look() == 0.0


@pytest.mark.parametrize("seconds", [1.9, -1.9])
def test_slewing_is_no_step(seconds: float) -> None:
    clock = SteppedClock(NOW)
    jumps = Jumps(clock)
    clock.step(seconds)
    assert jumps.since_last_look() == 0.0
