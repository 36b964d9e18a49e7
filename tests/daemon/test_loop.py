"""The daemon's loop without its timers: turns are taken all the same, and only who takes them is alive."""

from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.builders import NOW
from tests.fakes.alarm import DeadAlarm
from tests.fakes.clock import FakeClock, SettableClock
from watcher.adapters.heartbeat import Heartbeat, HeartbeatOptions
from watcher.adapters.http.client import Http
from watcher.adapters.layers.rate_budget import Meter
from watcher.adapters.pages.server import Pages
from watcher.daemon.loop import Daemon
from watcher.daemon.problems import DaemonProblems
from watcher.daemon.reload import Read
from watcher.daemon.setup import Foundation, Setup
from watcher.daemon.supervise import Health, ServiceManager
from watcher.daemon.timetable import ClockReading, Every, LastTurn, Schedule
from watcher.facts.accounts import ProjectId
from watcher.memory.remembered import FleetMemory
from watcher.ports.ledger import Ledger, LedgerUnavailable
from watcher.record.overrides import Override, OverrideKind, Overrides
from watcher.wiring.daemon import StatusTold

POLL = timedelta(minutes=15)


class Watchdog:
    """Counts how often it was fed."""

    def __init__(self) -> None:
        self.fed = 0

    def alive(self) -> None:
        self.fed += 1

    def ready(self) -> None: ...
    def stopping(self) -> None: ...


class NoProblems:
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
    acting: bool = False
    doubted: int = 0
    stop: Event = field(default_factory=Event)
    began: list[float] = field(default_factory=list)

    ledger: Any = None

    def doubt_the_clock(self) -> None:
        self.doubted += 1

    def keep_lock(self) -> bool:
        return True

    def collect(self) -> None: ...
    def tell_on(self) -> None: ...

    def run(self, focus: object, *, refused: str | None) -> Any:
        self.began.append(self.clock.monotonic())
        if len(self.began) == self.most:
            self.stop.set()
        raise LedgerUnavailable("the disk is full")


def daemon(
    turns: FailingTurns, alarm: DeadAlarm, watchdog: Watchdog, schedule: Schedule | None = None
) -> Daemon:
    heartbeat = Heartbeat(HeartbeatOptions(), http=cast(Http, None), clock=turns.clock)
    wiring = SimpleNamespace(settings=SimpleNamespace(heartbeat=HeartbeatOptions()))
    schedule = schedule or Every(poll=POLL)
    setup = SimpleNamespace(
        wiring=wiring, turns=turns, schedule=schedule, heartbeat=heartbeat, close=lambda: None
    )
    health = Health(turns.clock, Meter().traffic, POLL)
    return Daemon(
        setup=cast(Setup, setup),
        foundation=Foundation(
            ledger=cast(Ledger, None),
            turns=nullcontext,
            pages=Pages(),
            health=health,
            told=cast(StatusTold, None),
        ),
        alarm=alarm,
        manager=cast(ServiceManager, watchdog),
        alive=watchdog.alive,
        read=cast(Read, None),
        show=lambda _: None,
        problems=cast(DaemonProblems, NoProblems()),
    )


def last_turn(clock: FakeClock, *, ago: timedelta = timedelta()) -> LastTurn:
    now = ClockReading.of(clock)
    then = ClockReading(at=now.at - ago, steady=now.steady - ago.total_seconds())
    return LastTurn(asked=then, ended=then, full_asked=then.at, since=then.at, looked=now)


def test_a_turn_whose_timer_is_dead_is_taken_within_a_second() -> None:
    turns, alarm = FailingTurns(most=3), DeadAlarm()
    daemon(turns, alarm, Watchdog()).serve()

    first, second, third = turns.began
    # Each fails, and is tried again after five minutes.
    assert 300 <= second - first <= 301
    assert 300 <= third - second <= 301
    assert set(alarm.set_to) == {NOW + timedelta(minutes=5), NOW + timedelta(minutes=10)}


class Never:
    """A schedule whose turns never come."""

    poll = POLL

    def next_after(self, moment: datetime, *, since: datetime) -> datetime:
        return moment + timedelta(days=999)


def test_a_schedule_that_never_comes_is_not_waited_for() -> None:
    turns = FailingTurns(most=1)
    stuck = daemon(turns, DeadAlarm(), Watchdog(), Never())
    stuck.last_turn = last_turn(turns.clock)
    stuck.serve()

    (began,) = turns.began
    assert POLL.total_seconds() <= began <= POLL.total_seconds() + 62


def test_turns_that_fail_are_no_reason_to_starve_the_watchdog() -> None:
    turns, watchdog = FailingTurns(most=7), Watchdog()
    daemon(turns, DeadAlarm(), watchdog).serve()

    assert turns.began[-1] >= 2 * POLL.total_seconds()
    assert watchdog.fed >= 2 * POLL.total_seconds()


def test_a_look_that_finds_a_turn_overdue_starves_the_watchdog_and_takes_it() -> None:
    turns, watchdog = FailingTurns(most=1), Watchdog()
    late = daemon(turns, DeadAlarm(), watchdog)
    late.last_turn = last_turn(turns.clock, ago=POLL + timedelta(minutes=6))
    late._look()

    assert watchdog.fed == 0
    assert len(turns.began) == 1


def test_a_look_that_finds_nothing_due_feeds_it_and_sets_the_alarm() -> None:
    turns, alarm, watchdog = FailingTurns(most=1), DeadAlarm(), Watchdog()
    early = daemon(turns, alarm, watchdog)
    early.last_turn = last_turn(turns.clock)
    early._look()

    assert watchdog.fed == 1
    assert turns.began == []
    assert alarm.set_to == [NOW + POLL]


def test_after_a_step_of_the_clock_nobody_knows_how_late_it_is_until_a_turn_has_proved_it() -> None:
    clock = SettableClock(NOW)
    turns = FailingTurns(most=1, clock=clock)
    one = daemon(turns, DeadAlarm(), Watchdog())
    one.last_turn = last_turn(clock)
    one._look()
    assert turns.began == []
    clock.set_by(timedelta(hours=-3))
    one._look()

    assert turns.doubted == 1
    assert len(turns.began) == 1


@dataclass
class Overheard:
    """A ledger to which words are said; counts how often it is asked, and read."""

    words: list[Override] = field(default_factory=list)
    asked: int = 0
    read: int = 0
    away: bool = False

    def last_word(self) -> int:
        self.asked += 1
        if self.away:
            raise LedgerUnavailable("the disk is full")
        return len(self.words)

    def fleet(self, _now: datetime) -> FleetMemory:
        self.read += 1
        return FleetMemory(overrides=Overrides(said=tuple(self.words)))


def asking(at: datetime) -> Override:
    return Override(
        kind=OverrideKind.RELEASE,
        at=at,
        by="maria",
        why="x",
        project=ProjectId("prj_a"),
        until=at + timedelta(hours=1),
    )


def listening(*, most: int = 1) -> tuple[Daemon, FailingTurns, Overheard]:
    turns, ledger = FailingTurns(most=most, acting=True), Overheard()
    turns.ledger = ledger
    one = daemon(turns, DeadAlarm(), Watchdog())
    one.last_turn = last_turn(turns.clock)
    return one, turns, ledger


def test_a_word_for_a_release_has_its_turn_within_three_seconds() -> None:
    one, turns, ledger = listening()
    for _ in range(10):
        one._look()
    assert turns.began == []
    ledger.words.append(asking(turns.clock.now()))
    said = turns.clock.monotonic()
    one.serve()

    (began,) = turns.began
    assert began - said <= 3


def test_listening_costs_one_small_question_in_two_seconds() -> None:
    one, turns, ledger = listening()
    ledger.words.append(Override(kind=OverrideKind.HOLD, at=NOW, by="maria", why="x"))
    for _ in range(60):
        one._look()

    assert turns.clock.monotonic() <= 61
    assert ledger.asked <= 31
    assert ledger.read == 1, "words are read where there are new ones"


def test_a_word_has_one_turn_at_once_whatever_comes_of_it() -> None:
    one, turns, ledger = listening(most=2)
    ledger.words.append(asking(NOW))
    one.serve()

    first, second = turns.began
    assert second - first >= 299, "what failed is tried again as ever"


def test_a_ledger_that_is_away_is_asked_as_seldom_as_deliveries_are_tried() -> None:
    one, _, ledger = listening()
    ledger.away = True
    for _ in range(60):
        one._look()
    assert ledger.asked <= 7


@dataclass
class Waiting:
    """Problems that cannot be written down, for these reasons in turn; None: they were."""

    whys: list[str | None]
    refused = None

    def failed(self) -> None: ...

    def follow(self, turns: object, **how: object) -> None:
        why = self.whys.pop(0)
        if why is not None:
            raise LedgerUnavailable(why)


def test_why_problems_wait_to_be_told_is_logged_once_until_that_changes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A process that waits for another one to leave the ledger logged the same line every five minutes."""
    ann, ben = "Another watcher holds the ledger: ann.", "Another watcher holds the ledger: ben."
    turns = FailingTurns(most=7)
    waiting = Waiting([ann, ann, ben, ben, None, ben, ben])
    one = daemon(turns, DeadAlarm(), Watchdog())
    one.problems = cast(DaemonProblems, waiting)
    with caplog.at_level("WARNING"):
        one.serve()

    told = [record.getMessage() for record in caplog.records if "problems wait" in record.getMessage()]
    assert waiting.whys == []
    assert [("ann." in line, "ben." in line) for line in told] == [
        (True, False),
        (False, True),
        (False, True),
    ]


def test_who_only_looks_hears_nobody() -> None:
    one, turns, ledger = listening()
    turns.acting = False
    for _ in range(10):
        one._look()
    assert ledger.asked == 0
