"""Who does work that waits for others: threads, or the caller itself, here and now."""

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future
from typing import Protocol, TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")


class Workers(Protocol):
    """Runs pieces of work that return values and touch nothing of their caller's.

    Threads are the outer world as a clock is: two runs of them are two histories. What runs its work through
    this port does it in threads in production, and one piece after the other where a seed is to give one
    history, or where a test wants to know what was done when.

        readings = workers.map(read_project, targets, at_once=4)  # in the order of `targets`
        for reading in readings:
            consider(reading)                  # meanwhile the next few are read
        sent = workers.submit(lambda: notifier.deliver(digest), name="ops")
        ...                                    # a turn goes on meanwhile
        if sent.done():
            note(sent.result())
    """

    def map(self, do: Callable[[_T], _R], items: Iterable[_T], *, at_once: int) -> Generator[_R, None, None]:
        """What `do` makes of each item, in the order of the items.

        At most `at_once` are under way, and no more than twice as many are taken from `items` before their
        results are asked for: memory does not grow with what there is to do. `items` is only ever advanced by
        the caller's own thread. What a piece raises is raised in its place, and ends everything.

        Closing the iterator waits for what is under way and begins nothing more.
        """
        ...

    def submit(self, do: Callable[[], _R], *, name: str) -> "Future[_R]":
        """Begin one piece of work, and do not wait for it: nothing it does keeps the process from ending.

        `name`: who that is, for a look at a process that hangs. What it raises is raised by `result`.
        """
        ...
