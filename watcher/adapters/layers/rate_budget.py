"""What is asked of the API: never more than the tier allows, and counted for metrics."""

from collections import Counter, deque
from datetime import timedelta
from threading import Event, Lock

from watcher.adapters.http.answer import Answer, Unanswered
from watcher.decide.measures import Traffic
from watcher.ports.clock import Clock

WINDOW_SECONDS = 60.05
"""A minute, and the little by which two clocks may disagree about its length."""

_LOOK_AGAIN_SECONDS = 0.05
_SHORTEST_WAIT_SECONDS = 0.001
"""A wait that rounds to nothing would spin."""


class Budget:
    """A sliding window over one bucket of the API, shared by threads.

    A request takes its place before it is sent and gives it back a window after it *ended*. The API counts it
    somewhere in between, so its own window never overflows, however long requests are on their way. A token
    bucket would let a burst through right after a pause, and the API, whose window slides, would answer 429;
    a window over the moments of sending fails when answers are slow: a request sent at 0 s and counted at 4 s
    still stands in the API's window when it has left ours. The price is a little of the tier where requests
    are slow. Places are taken by threads that wait on the clock, so `stop` ends every wait, and `close_for`
    (a 429 after all, or `Retry-After`) keeps everybody back at once.
    """

    def __init__(self, *, limit: int, clock: Clock) -> None:
        self._limit = limit
        self._clock = clock
        self._lock = Lock()
        self._under_way = 0
        self._ended: deque[float] = deque()
        self._closed_until = float("-inf")

    @property
    def limit(self) -> int:
        """Requests per minute."""
        return self._limit

    @property
    def left(self) -> int:
        """Requests that could be sent now."""
        with self._lock:
            if self._left() is not None:
                return 0
            return self._limit - self._under_way - len(self._ended)

    def resize(self, limit: int) -> None:
        with self._lock:
            self._limit = limit

    def close_for(self, span: timedelta) -> None:
        """Let nothing pass for so long: the API said that the bucket is empty."""
        with self._lock:
            until = self._clock.monotonic() + span.total_seconds()
            self._closed_until = max(self._closed_until, until)

    def take(self, stop: Event | None = None) -> bool:
        """Wait for a place and take it; False if stopped. Each place taken needs an `end`."""
        while (left := self._try()) is not None:
            if not self._clock.wait(self._clock.now() + timedelta(seconds=left), stop):
                return False
        return True

    def wait_for_place(self, stop: Event | None = None) -> bool:
        """Wait until there is a place, without taking it; False if stopped."""
        while (left := self._until_free()) is not None:
            if not self._clock.wait(self._clock.now() + timedelta(seconds=left), stop):
                return False
        return stop is None or not stop.is_set()

    def end(self) -> None:
        """The request that took a place has ended, whatever came of it."""
        with self._lock:
            self._under_way -= 1
            self._ended.append(self._clock.monotonic())

    def _try(self) -> float | None:
        """Take a place and answer None, or answer after how many seconds to try again."""
        with self._lock:
            left = self._left()
            if left is None:
                self._under_way += 1
            return left

    def _until_free(self) -> float | None:
        with self._lock:
            return self._left()

    def _left(self) -> float | None:
        """None if there is a place, else after how many seconds to look again. The lock is held."""
        now = self._clock.monotonic()
        if now < self._closed_until:
            return max(self._closed_until - now, _SHORTEST_WAIT_SECONDS)
        while self._ended and self._ended[0] <= now - WINDOW_SECONDS:
            self._ended.popleft()
        if self._under_way + len(self._ended) < self._limit:
            return None
        if not self._ended:
            return _LOOK_AGAIN_SECONDS
        return max(self._ended[0] + WINDOW_SECONDS - now, _SHORTEST_WAIT_SECONDS)


class Meter:
    """Shared by threads, and by every session of a process, one after the other."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._requests: Counter[tuple[str, str]] = Counter()
        self._budgets: dict[str, Budget] = {}

    def watch(self, *, reads: Budget, writes: Budget) -> None:
        """These are the budgets in force from now on."""
        with self._lock:
            self._budgets = {"read": reads, "write": writes}

    def count(self, method: str, outcome: Answer | Unanswered) -> None:
        status = str(outcome.status) if isinstance(outcome, Answer) else outcome.trouble.value
        with self._lock:
            self._requests["read" if method == "GET" else "write", status] += 1

    def traffic(self) -> Traffic:
        with self._lock:
            requests, budgets = dict(self._requests), dict(self._budgets)
        return Traffic(
            requests=requests,
            left={name: budget.left for name, budget in budgets.items()},
            limits={name: budget.limit for name, budget in budgets.items()},
        )
