"""However often the process dies, whoever is down: nothing due is lost, and every repetition is counted."""

import sqlite3
import tempfile
from collections import Counter
from contextlib import closing
from datetime import UTC, timedelta
from functools import cache
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.builders import NOW, waiting_in
from tests.fakes.clock import FakeClock
from watcher.adapters.ledger.ledger import SqlLedger
from watcher.adapters.ledger.opening import open_ledger
from watcher.adapters.workers import Threads
from watcher.memory.writes import Queued
from watcher.messages.events import Event, EventKind
from watcher.messages.routes import Route, Routes
from watcher.ports.notifier import Accepted, Delivery, Digest, Postponed, Rejected
from watcher.turn.courier import Courier

NAMES = ("ops", "boss")
ROUTES = Routes(
    routes=tuple(Route(notifier=name, counts=True, events=("lease.*", "account.gone")) for name in NAMES)
)


class Killed(BaseException):
    """The process is gone."""


@cache
def new_ledger() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "watcher.db"
        open_ledger(path).close()
        return path.read_bytes()


class People:
    """Those behind the channels: what each was told, how often, and how they answer."""

    def __init__(self) -> None:
        self.told = {name: Counter[str]() for name in NAMES}
        self.answers = dict.fromkeys(NAMES, "accepts")


class Channel:
    counts, most = True, 3

    def __init__(self, name: str, people: People) -> None:
        self.name = name
        self._people = people

    def deliver(self, digest: Digest) -> Delivery:
        how = self._people.answers[self.name]
        if how == "down":
            return Postponed(why="no answer")
        if how == "dies before it is told":
            raise Killed
        if how == "refuses 13s" and any(event.key.endswith("13") for event in digest.events):
            return Rejected(why="unlucky")
        for event in digest.events:
            self._people.told[self.name][event.key] += 1
        if how == "dies after it was told":
            raise Killed
        return Accepted()


class Delivering(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "watcher.db"
        self.path.write_bytes(new_ledger())
        self.people, self.clock = People(), FakeClock(NOW)
        self.ledger = self.opened()
        self.queued: list[str] = []

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.ledger.close()
            self.folder.cleanup()

    def restart(self) -> None:
        self.ledger.close()
        self.ledger = self.opened()

    def opened(self) -> SqlLedger:
        ledger = open_ledger(self.path)
        assert ledger.take_lock(self.clock.now()) is None
        return ledger

    @rule(count=st.integers(1, 5), critical=st.booleans())
    def something_happens(self, count: int, critical: bool) -> None:
        kind = EventKind.ACCOUNT_GONE if critical else EventKind.LEASE_NEW
        events = []
        for _ in range(count):
            self.queued.append(f"{kind}:{len(self.queued)}")
            events.append(Event(kind=kind, key=self.queued[-1], at=self.clock.now(), what=self.queued[-1]))
        self.ledger.apply((Queued(messages=ROUTES.messages(events, live=True), at=self.clock.now()),))

    @rule(
        name=st.sampled_from(NAMES),
        how=st.sampled_from(("accepts", "accepts", "down", "refuses 13s")),
    )
    def people_change(self, name: str, how: str) -> None:
        self.people.answers[name] = how

    @rule(
        name=st.sampled_from(NAMES),
        how=st.sampled_from(("dies before it is told", "dies after it was told")),
        later=st.integers(0, 40),
    )
    def a_turn_is_killed(self, name: str, how: str, later: int) -> None:
        before, self.people.answers[name] = self.people.answers[name], how
        self.clock.advance(timedelta(minutes=later))
        courier = self.courier()
        try:
            courier.tell()
            courier.close()
        except Killed:
            self.restart()
        self.people.answers[name] = before

    @rule(step=st.sampled_from(("begin_delivery", "end_delivery")), later=st.integers(0, 40))
    def a_turn_is_killed_at_the_ledger(self, step: str, later: int) -> None:
        def killed(*_: object, **__: object) -> None:
            raise Killed

        self.clock.advance(timedelta(minutes=later))
        setattr(self.ledger, step, killed)
        courier = self.courier()
        try:
            courier.tell()
            courier.close()
        except Killed:
            pass
        self.restart()

    @rule(later=st.integers(0, 40))
    def a_turn_tells(self, later: int) -> None:
        self.clock.advance(timedelta(minutes=later))
        self.tell()

    def tell(self) -> None:
        courier = self.courier()
        courier.tell()
        courier.close()

    def courier(self) -> Courier:
        return Courier(
            notifiers=tuple(Channel(name, self.people) for name in NAMES),
            ledger=self.ledger,
            clock=self.clock,
            workers=Threads(),
            routes=ROUTES,
            zone=UTC,
            names={},
            owners={},
            jitter=lambda: 0.0,
            patient=True,
        )

    @invariant()
    def nothing_is_lost_and_every_repetition_is_counted(self) -> None:
        if not hasattr(self, "ledger"):
            return
        for name in NAMES:
            told = self.people.told[name]
            given_up = {
                one.text for one in self.ledger.undelivered() if one.notifier == name and one.given_up_at
            }
            waiting = {one.message.event.key: one for one in waiting_in(self.ledger, name)}
            there = {key for key in {*told, *given_up, *waiting} if not _about_delivery(key)}
            assert set(self.queued) == there, "lost"
            repeated = {key: count - 1 for key, count in told.items() if count > 1}
            assert all(self.twice(name)[key] >= count for key, count in repeated.items()), "repeated silently"

    @rule()
    def all_is_well_again(self) -> None:
        """Everybody hears the rest."""
        self.people.answers = dict.fromkeys(NAMES, "accepts")
        for _ in range(2):
            self.clock.advance(timedelta(hours=1))
            self.tell()
        for name in NAMES:
            assert waiting_in(self.ledger, name) == []
        dead = [one for one in self.ledger.undelivered() if one.given_up_at]
        assert self.ledger.overdue(NAMES) == len(dead)

    def twice(self, name: str) -> dict[str, int]:
        """How often each message may have arrived more than once, by the ledger's own count."""
        with closing(sqlite3.connect(self.path)) as connection:
            rows = connection.execute("SELECT key, twice FROM outbox WHERE notifier = ?", (name,))
            return dict(rows.fetchall())


def _about_delivery(key: str) -> bool:
    """What the courier itself tells of another channel."""
    return EventKind.DELIVERY_FAILED.value in key


TestDelivering = Delivering.TestCase
TestDelivering.settings = settings(max_examples=15, stateful_step_count=30, deadline=None)
