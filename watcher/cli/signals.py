"""SIGTERM and Ctrl-C ask a turn to end after the step in hand; SIGHUP asks for another configuration."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType


@contextmanager
def stopping_on_signals(stop: Event) -> Iterator[None]:
    """Set `stop` at the first signal; a second one ends the process as usual, wherever it is.

    Dying in the middle of a release is survived too: its intent is read back by the next turn.
    """

    def once(number: int, _frame: FrameType | None) -> None:
        stop.set()
        signal.signal(number, before[signal.Signals(number)])

    numbers = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.signal(number, once) for number in numbers}
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, before[number])


@contextmanager
def asking_on_hangup(ask: Callable[[], None]) -> Iterator[None]:
    """Call `ask` at every SIGHUP, in the middle of whatever this thread does: it must take no lock."""
    before = signal.signal(signal.SIGHUP, lambda _number, _frame: ask())
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)
