"""Counts what is asked of the API, for metrics: one lock, no names."""

from collections import Counter
from threading import Lock

from watcher.adapters.http.answer import Answer, Unanswered
from watcher.adapters.layers.budget import Budget
from watcher.decide.measures import Traffic


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
