"""SIGTERM and Ctrl-C ask a turn to end after the step in hand; SIGHUP asks for another configuration."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Event, Thread
from types import FrameType


@contextmanager
def stopping_on_signals(stop: Event) -> Iterator[None]:
    """Set `stop` at the first signal; a second one ends the process as usual, wherever it is.

    Dying in the middle of a release is survived too: its intent is read back by the next turn.
    """
    # An event has a lock, and the thread that a signal interrupts may hold it: another thread sets it.
    # What asks for that is the one queue that may be put to in the middle of anything.
    asked: SimpleQueue[bool] = SimpleQueue()

    def follow() -> None:
        if asked.get():
            stop.set()

    def once(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, before[signal.Signals(number)])
        asked.put(True)

    follower = Thread(target=follow, name="signals", daemon=True)
    follower.start()
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.getsignal(number) for number in numbers}
    try:
        for number in numbers:
            signal.signal(number, once)
        yield
    finally:
        for number in numbers:
            signal.signal(number, before[number])
        asked.put(False)
        follower.join()


@contextmanager
def asking_on_hangup(ask: Callable[[], None]) -> Iterator[None]:
    """Call `ask` at every SIGHUP, in the middle of whatever this thread does: it must take no lock."""
    before = signal.signal(signal.SIGHUP, lambda _number, _frame: ask())
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)
