"""The watchdog is fed by a daemon that takes its turns, not by one that merely ticks."""

from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.builders import NOW
from tests.fakes.clock import FakeClock
from watcher.adapters.heartbeat import Heartbeat, HeartbeatOptions
from watcher.adapters.http.client import Http
from watcher.adapters.layers.budget import Meter
from watcher.adapters.pages.server import Pages
from watcher.daemon.concerns import Concerns
from watcher.daemon.daemon import Daemon
from watcher.daemon.jumps import Jumps
from watcher.daemon.promises import BROKEN_AFTER, LATE_AFTER, Keeping, Promises
from watcher.daemon.reload import Read
from watcher.daemon.rig import Rig, Workshop
from watcher.daemon.systemd import ServiceManager
from watcher.daemon.watch import Watch
from watcher.ports.ledger import Ledger, LedgerUnavailable

POLL = timedelta(minutes=15)
LATE, BROKEN = LATE_AFTER.total_seconds(), BROKEN_AFTER.total_seconds()


@pytest.mark.parametrize(
    ("overdue", "keeping"),
    [
        (-900, Keeping.KEPT),
        (0, Keeping.KEPT),
        (LATE, Keeping.KEPT),
        (LATE + 1, Keeping.LATE),
        (BROKEN, Keeping.LATE),
        (BROKEN + 1, Keeping.BROKEN),
    ],
)
def test_a_regular_turn_may_begin_a_little_late(overdue: float, keeping: Keeping) -> None:
    assert Promises(regular=1000.0).keeping(1000.0 + overdue) is keeping


def test_an_opening_is_promised_even_long_before_the_next_poll() -> None:
    promises = Promises(regular=86_400.0, opening=1000.0)

    assert promises.keeping(1000.0) is Keeping.KEPT
    assert promises.keeping(1000.0 + LATE + 1) is Keeping.LATE
    assert promises.keeping(1000.0 + BROKEN + 1) is Keeping.BROKEN


def test_a_poll_is_promised_even_long_before_the_next_opening() -> None:
    assert Promises(regular=0.0, opening=86_400.0).keeping(BROKEN + 1) is Keeping.BROKEN


class DeadAlarm:
    """Its timers never ring; `restarts` counts how often they were set anew."""

    def __init__(self) -> None:
        self.restarts = 0

    def start(self, regular: object) -> None: ...
    def at_opening(self, moment: object, do: object) -> None: ...
    def at_retry(self, moment: object, do: object) -> None: ...
    def stop(self) -> None: ...

    def restart(self) -> None:
        self.restarts += 1


class Watchdog:
    """Counts how often it was fed."""

    def __init__(self) -> None:
        self.fed = 0

    def alive(self) -> None:
        self.fed += 1

    def ready(self) -> None: ...
    def stopping(self) -> None: ...


class NoCourier:
    def collect(self) -> None: ...
    def resume(self) -> None: ...


class NoLedger:
    def keep_lease(self, now: object) -> bool:
        return True


class NoConcerns:
    refused = None

    def failed(self) -> None: ...
    def follow(self, turns: object, **how: object) -> None: ...


@dataclass
class Orders:
    poll: timedelta = POLL


@dataclass
class FailingTurns:
    """Turns on a clock that stands still otherwise; each one fails. After `most` the daemon is stopped."""

    most: int
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOW))
    orders: Orders = field(default_factory=Orders)
    courier: NoCourier = field(default_factory=NoCourier)
    ledger: NoLedger = field(default_factory=NoLedger)
    stop: Event = field(default_factory=Event)
    began: list[float] = field(default_factory=list)

    def run(self, focus: object, *, refused: str | None) -> Any:
        self.began.append(self.clock.monotonic())
        if len(self.began) == self.most:
            self.stop.set()
        raise LedgerUnavailable("the disk is full")


def daemon(turns: FailingTurns, alarm: DeadAlarm, watchdog: Watchdog) -> Daemon:
    heartbeat = Heartbeat(HeartbeatOptions(), http=cast(Http, None), clock=turns.clock)
    wiring = SimpleNamespace(settings=SimpleNamespace(heartbeat=HeartbeatOptions()))
    rig = SimpleNamespace(wiring=wiring, turns=turns, alarm=alarm, heartbeat=heartbeat, close=lambda: None)
    watch = Watch(turns.clock, Meter(), POLL)
    return Daemon(
        rig=cast(Rig, rig),
        workshop=Workshop(ledger=cast(Ledger, None), pages=Pages(), watch=watch),
        manager=cast(ServiceManager, watchdog),
        alive=watchdog.alive,
        jumps=Jumps(turns.clock),
        read=cast(Read, None),
        concerns=cast(Concerns, NoConcerns()),
    )


def test_dead_timers_are_set_anew_and_their_turn_is_taken() -> None:
    turns, alarm = FailingTurns(most=3), DeadAlarm()
    daemon(turns, alarm, Watchdog()).serve()

    first, second, third = turns.began
    assert alarm.restarts == 2
    assert POLL.total_seconds() <= second - first <= POLL.total_seconds() + LATE + 2
    assert POLL.total_seconds() <= third - second <= POLL.total_seconds() + LATE + 2


def test_turns_that_fail_are_no_reason_to_starve_the_watchdog() -> None:
    turns, watchdog = FailingTurns(most=3), Watchdog()
    daemon(turns, DeadAlarm(), watchdog).serve()

    assert watchdog.fed >= 2 * POLL.total_seconds()


def test_a_broken_promise_starves_the_watchdog_and_asks_for_a_turn() -> None:
    turns, watchdog = FailingTurns(most=1), Watchdog()
    broken = daemon(turns, DeadAlarm(), watchdog)
    broken.promises = Promises(regular=turns.clock.monotonic() - BROKEN - 1)
    broken._wait()

    assert watchdog.fed == 0
    assert broken.wishes.take() is not None
