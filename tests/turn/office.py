"""A post office: notifiers that answer what a test says, over a ledger in memory and a fake clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.builders import NOW, D
from tests.fakes.clock import FakeClock
from watcher.adapters.workers import Threads
from watcher.facts.accounts import AccountId, LeasePeriod, ProjectId
from watcher.memory.writes import Queued
from watcher.messages.events import Event, EventKind
from watcher.messages.routes import Routes
from watcher.ports.ledger import Ledger
from watcher.ports.notifier import Accepted, Delivery, Digest, Postponed
from watcher.turn.courier import Courier

M = timedelta(minutes=1)
PERIOD = LeasePeriod(account=AccountId("sa_latte"), renews_at=NOW + 3 * D)


def event(key: str, kind: EventKind = EventKind.LEASE_NEW, **fields: object) -> Event:
    return Event(kind=kind, key=key, at=NOW, what=f"about {key}", **fields)  # type: ignore[arg-type]


@dataclass
class Channel:
    """A notifier that answers what the test says, and keeps what it was given."""

    name: str
    answers: Callable[[Digest], Delivery] = lambda _: Accepted()
    most: int = 100
    counts: bool = True
    got: list[Digest] = field(default_factory=list)

    def deliver(self, digest: Digest) -> Delivery:
        self.got.append(digest)
        return self.answers(digest)

    @property
    def keys(self) -> list[list[str]]:
        return [[event.key for event in digest.events] for digest in self.got]


@dataclass
class Post:
    """Notifiers, a ledger and a clock, with a courier for each round."""

    ledger: Ledger
    clock: FakeClock
    channels: tuple[Channel, ...]
    routes: Routes
    patient: bool = True

    def queue(self, *events: Event) -> None:
        self.ledger.apply((Queued(messages=self.routes.messages(events, live=True), at=self.clock.now()),))

    def courier(self) -> Courier:
        return Courier(
            notifiers=self.channels,
            ledger=self.ledger,
            clock=self.clock,
            workers=Threads(),
            routes=self.routes,
            zone=UTC,
            names={ProjectId("prj_acme"): "acme"},
            owners={},
            jitter=lambda: 0.0,
            patient=self.patient,
        )

    def tell(self, at: datetime | None = None, *, clock_proved: bool = True) -> int:
        if at is not None:
            self.clock.advance(at - self.clock.now())
        courier = self.courier()
        try:
            return courier.tell(clock_proved=clock_proved)
        finally:
            courier.close()


def down(_: Digest) -> Delivery:
    return Postponed(why="no answer in time")
