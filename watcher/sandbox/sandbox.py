"""The sandbox itself: the state, its movable clock, and the serving of it."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from watcher.sandbox import control, engine
from watcher.sandbox.api import Rules, reason_of
from watcher.sandbox.app import App
from watcher.sandbox.control import Controls
from watcher.sandbox.engine import Outcome, State
from watcher.sandbox.faults import Fault
from watcher.sandbox.log import Entry, RequestLog
from watcher.sandbox.shaping import Delivery, delivered, http_date
from watcher.sandbox.times import FIRST, LAST
from watcher.sandbox.values import Fleet, Key
from watcher.sandbox.web import HOST, WebServer
from watcher.sandbox.wire import Refused, Request
from watcher.sandbox.world import World

DEFAULT_KEY = Key(secret="lp_test_sandbox", id="key_sandbox")


@dataclass(frozen=True, kw_only=True)
class Serving:
    """A sandbox that is being served: where, and what it was asked."""

    url: str
    log: RequestLog


class Sandbox:
    """A Layers Partner API of one's own, for tests, the demo and people.

    `clock` gives the real time (aware UTC); the sandbox's own time is that plus what it was moved by.
    Every method may be called from any thread, also while the sandbox is served. `inbox` holds what
    webhooks posted to `/_sandbox/inbox`, as parsed JSON.
    """

    def __init__(
        self,
        *,
        fleet: Fleet,
        clock: Callable[[], datetime],
        seed: int = 0,
        keys: Sequence[Key] = (DEFAULT_KEY,),
        limits: bool = True,
        default_page: int = 200,
    ) -> None:
        self.log = RequestLog()
        self.inbox: list[Any] = []
        self._clock = clock
        self._seed = seed
        self._rules = Rules(limits=limits, default_page=default_page)
        self._lock = threading.RLock()
        self._offset = timedelta(0)
        self._state = State(world=World.of(fleet, keys))
        # Set, and replaced, when those who wait are to wait no longer.
        self._wake = threading.Event()

    # Time

    def now(self) -> datetime:
        """The sandbox's time."""
        with self._lock:
            return self._clock().astimezone(UTC) + self._offset

    def advance(self, delta: timedelta) -> None:
        """Move the clock; the renewals on the way happen."""
        with self._lock:
            self._move(self._offset + delta)

    def move_to(self, at: datetime) -> None:
        """Set the clock. Going back undoes no renewal."""
        with self._lock:
            self._move(at - self._clock())

    def _move(self, offset: timedelta) -> None:
        at = self._clock().astimezone(UTC) + offset
        if not FIRST <= at < LAST:
            raise ValueError(f"the sandbox's clock goes from {FIRST:%Y} to {LAST:%Y}")
        # Renew first: a step beyond the calendar then changes nothing.
        self._state = self._state.at(at)
        self._offset = offset

    # State

    @property
    def world(self) -> World:
        """The world as it is now: a value that later calls do not change."""
        with self._lock:
            self._state = self._state.at(self.now())
            return self._state.world

    def edit(self, change: Callable[[World], World]) -> World:
        """Replace the world by what `change` makes of it."""
        with self._lock:
            self._state = replace(self._state, world=change(self.world))
            return self.world

    def add_fault(self, *faults: Fault) -> None:
        """Let these faults meet the calls to come."""
        with self._lock:
            self._state = replace(self._state, book=self._state.book.with_faults(*faults))

    def clear_faults(self) -> None:
        """Forget every fault, and answer whoever hangs."""
        with self._lock:
            self._state = replace(self._state, book=self._state.book.cleared())
        self._wake_all()

    # Calls (what the application asks)

    def look(self, request: Request) -> tuple[Outcome, threading.Event]:
        """Answer a call; the event is set when it is to wait no longer."""
        return self._step(request, None)

    def look_again(self, request: Request, landing: Outcome) -> tuple[Outcome, threading.Event]:
        """Answer a call whose late hang is over."""
        return self._step(request, landing)

    def drown(self, request: Request, landing: Outcome) -> None:
        """Note that a call went down with the server before it was answered."""
        with self._lock:
            self._note(request, landing, self.now())

    def control(self, request: Request) -> Delivery:
        """Answer a call under `/_sandbox/`."""
        controls = Controls(
            now=self.now,
            advance=self.advance,
            move_to=self.move_to,
            world=lambda: self.world,
            edit=self.edit,
            faults=lambda: self._state.book.listed,
            add_fault=self.add_fault,
            clear_faults=self.clear_faults,
            log=self.log,
            inbox=self.inbox,
        )
        try:
            said = control.answer(controls, request)
        except Refused as refused:
            said = refused.answer("req_control")
        return delivered(said, (), now=self.now(), request_id="req_control")

    def _step(self, request: Request, landing: Outcome | None) -> tuple[Outcome, threading.Event]:
        with self._lock:
            now = self.now()
            self._state, outcome = engine.step(
                self._state, request, now=now, rules=self._rules, seed=self._seed, landing=landing
            )
            if not outcome.delivery.again:
                self._note(request, outcome, now)
            # Taken under the same lock as the fault: who clears the faults later wakes this call for sure.
            return outcome, self._wake

    def _note(self, request: Request, outcome: Outcome, now: datetime) -> None:
        key = self._state.world.key_for(request.secret)
        self.log.add(
            Entry(
                at=now,
                method=request.method,
                path=request.target,
                status=outcome.delivery.status,
                reason=reason_of(request),
                key=key.id if key else None,
                applied=outcome.applied,
                request_id=outcome.request_id,
                faults=tuple(type(held.fault).__name__ for held in outcome.fired),
            )
        )

    # Serving

    @contextmanager
    def serve(self, port: int = 0) -> Iterator[Serving]:
        """Serve on the loopback interface until the block ends; port 0 takes a free one.

        Afterwards nothing of it runs any more: hanging calls are dropped, connections closed, threads joined.
        The state and the log stay, and it may be served again.
        """
        stopping = threading.Event()
        server = WebServer(
            App(self, stopping),
            port=port,
            http_date=lambda: http_date(self.now()),
            arrived=lambda method, path: None if path.startswith("/_sandbox/") else self.log.saw(method),
        )
        try:
            server.prepare()
            thread = threading.Thread(target=server.serve, name="layers-sandbox", daemon=True)
            thread.start()
            try:
                yield Serving(url=f"http://{HOST}:{server.port}", log=self.log)
            finally:
                stopping.set()
                self._wake_all()
                server.stop()
                thread.join()
        finally:
            server.forget()

    def serve_forever(
        self, port: int, stop: threading.Event, *, ready: Callable[[Serving], None] | None = None
    ) -> None:
        """Serve until `stop` is set; `ready` is called once, when the port is open."""
        with self.serve(port) as serving, suppress(KeyboardInterrupt):
            if ready is not None:
                ready(serving)
            stop.wait()

    def _wake_all(self) -> None:
        with self._lock:
            wake, self._wake = self._wake, threading.Event()
        wake.set()
