"""SIGTERM and Ctrl-C ask a turn to end after the step in hand."""

import signal
from collections.abc import Iterator
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
