"""Several processes of the watcher at one time, on one clock: who runs when.

Each has a thread of its own, of which only one ever runs: it is handed on where a process waits, for an
answer, for a moment or for something to happen. What is to happen happens while none of them runs. So a
history with several is as much the same each time as one with one.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, Semaphore, Thread

from tests.fakes.passing import PassingClock

_DAEMON = "watcher.daemon"


@dataclass(kw_only=True, eq=False)
class Line:
    """The thread of one process, and what it waits for. `live`: raises where its process was killed."""

    life: Callable[[], None]
    live: Callable[[], None]
    ended: bool = False
    slept: timedelta = timedelta()
    """So much less has passed on its steady clock."""
    error: BaseException | None = None
    not_before: datetime | None = None
    until: datetime | None = None
    ends_wait: Event | None = None
    happened: int = 0
    _turn: Semaphore = field(default_factory=lambda: Semaphore(0))
    _back: Semaphore = field(default_factory=lambda: Semaphore(0))
    _thread: Thread | None = None

    def wakes_at(self, happened: int) -> datetime | None:
        """None: at once. Something that happened ends a wait for anything, but not before its time."""
        if self.ends_wait is None:
            return self.until
        if self.ends_wait.is_set() or happened != self.happened:
            return self.not_before
        return self.until

    def go_on(self) -> None:
        """Until it waits again, or has ended. Raises what it raised."""
        if self._thread is None:
            self._thread = Thread(target=self._live, daemon=True)
            self._thread.start()
        self._turn.release()
        self._back.acquire()
        if self.error is not None:
            raise self.error

    def hand_on(self) -> None:
        """By its own thread: others run until it is time."""
        self._back.release()
        self._turn.acquire()
        self.live()

    def _live(self) -> None:
        self._turn.acquire()
        try:
            self.life()
        except BaseException as error:
            self.error = error
        finally:
            self.ended = True
            self._back.release()


class SharedClock(PassingClock):
    """One clock for all of them. In a process's own thread time passes by others having it."""

    def __init__(self, now: datetime, *, look: timedelta) -> None:
        super().__init__(now, look=look)
        self.current: Line | None = None
        self.lines: list[Line] = []
        self.happened = 0

    def play(self) -> None:
        """Everybody, until they have ended: each is told to by what happens at that moment."""
        for line in self.lines:
            line.until = self.true()
        turn = 0
        while there := [one for one in self.lines if not one.ended]:
            now = self.true()
            order = [there[(turn + n) % len(there)] for n in range(len(there))]
            ready = next((one for one in order if (one.wakes_at(self.happened) or now) <= now), None)
            if ready is not None:
                turn += 1
                self.current = ready
                try:
                    ready.go_on()
                finally:
                    self.current = None
                continue
            moments = [moment for one in there if (moment := one.wakes_at(self.happened)) is not None]
            coming = self._next()
            self._step_to(min([*moments, *([] if coming is None else [coming])]))
            self.happened += coming is not None and coming <= self.true()

    def wake(self, number: int) -> None:
        """Whatever it waits for: it was killed."""
        line = self.lines[number]
        line.until = line.not_before = self.true()

    def monotonic(self) -> float:
        slept = timedelta() if self.current is None else self.current.slept
        return super().monotonic() - slept.total_seconds()

    def slept(self, span: timedelta) -> None:
        if self.current is not None:
            self.current.slept += span
        else:
            super().slept(span)

    def go_to(self, moment: datetime) -> None:
        if self.current is None:
            super().go_to(moment)
        else:
            self._wait(self.current, max(moment, self.true()))

    def wait(self, until: datetime, stop: Event | None = None) -> bool:
        line = self.current
        if line is None:
            return super().wait(until, stop)
        asked_by = sys._getframe(1).f_globals["__name__"]
        if stop is not None and stop.is_set():
            return False
        before = self.true() + (until - self.now())
        if stop is None or not asked_by.startswith(_DAEMON):
            self._wait(line, max(before, self.true()))
        else:
            look = self._start + ((self.true() - self._start) // self._look + 1) * self._look
            line.not_before, line.ends_wait, line.happened = before, stop, self.happened
            self._wait(line, max(look, before))
        return stop is None or not stop.is_set()

    def _wait(self, line: Line, until: datetime) -> None:
        line.until = until
        try:
            line.hand_on()
        finally:
            line.ends_wait = line.not_before = None
