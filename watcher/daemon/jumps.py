"""Steps of the wall clock, found by comparing it with the one that never jumps."""

from watcher.ports.clock import Clock

_NOTICED_SECONDS = 2.0
"""A clock that is slewed drifts by far less between two looks."""


class Jumps:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset = self._now()

    def since_last_look(self) -> float:
        """Seconds by which the wall clock was set forward (or back, negative); 0.0 if it was not."""
        offset = self._now()
        jumped, self._offset = offset - self._offset, offset
        return jumped if abs(jumped) >= _NOTICED_SECONDS else 0.0

    def _now(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic()
