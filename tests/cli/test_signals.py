"""What a signal asks for is done, whatever the thread that it interrupts was in the middle of."""

import signal
from collections.abc import Iterator
from threading import Event, Lock, current_thread, main_thread

import pytest

from watcher.cli.signals import asking_on_hangup, stopping_on_signals
from watcher.daemon.request import Request


class Held(Event):
    """An event whose lock the main thread holds, as it does for an instant whenever it begins to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = Lock()

    def set(self) -> None:
        if current_thread() is main_thread() and self.lock.locked():
            pytest.fail("waits for a lock that this very thread holds: for ever")
        with self.lock:
            super().set()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_that_comes_while_the_event_is_looked_at_is_heard(number: signal.Signals) -> None:
    """SIGTERM came just when a turn began to wait: the process stood still, for ever and for every other
    signal, and was killed in mid-turn.
    """
    stop = Held()
    with stopping_on_signals(stop):
        with stop.lock:
            signal.raise_signal(number)
        assert stop.wait(60)


def test_one_that_comes_last_is_heard_too() -> None:
    stop = Event()
    with stopping_on_signals(stop):
        signal.raise_signal(signal.SIGTERM)
    assert stop.is_set()


def test_without_a_signal_nothing_stops() -> None:
    stop = Event()
    with stopping_on_signals(stop):
        pass
    assert not stop.is_set()


@pytest.fixture
def as_at_a_shell() -> Iterator[None]:
    """What runs in the background is started with Ctrl-C ignored, and a test run may be."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("as_at_a_shell")
def test_a_second_one_ends_the_process_as_usual() -> None:
    with stopping_on_signals(Event()):
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_afterwards_signals_mean_what_they_meant_before() -> None:
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    with stopping_on_signals(Event()), asking_on_hangup(lambda: None):
        signal.raise_signal(signal.SIGTERM)
    assert [signal.getsignal(number) for number in numbers] == before


def test_two_hangups_are_one_wish() -> None:
    request = Request()
    with asking_on_hangup(request.ask):
        signal.raise_signal(signal.SIGHUP)
        signal.raise_signal(signal.SIGHUP)
    assert (request.take(), request.take()) == (True, False)
