"""What a turn needs, before it begins and until it has ended."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from threading import Event as StopSignal

from watcher.decide.orders import Orders
from watcher.decide.readings import Asking
from watcher.decide.report import Report, Trouble
from watcher.memory.remembered import FleetMemory, TurnKind, TurnRecord
from watcher.memory.writes import Forgotten, TurnEnded
from watcher.messages.events import Event
from watcher.ports.clock import Clock
from watcher.ports.leases import Identity, LeaseReader
from watcher.ports.ledger import Ledger
from watcher.record.attempts import Attempt, Ended
from watcher.rules.plan import Decision
from watcher.turn.act import Actor
from watcher.turn.courier import Courier
from watcher.turn.gather import Gatherer
from watcher.turn.harvest import noteworthy
from watcher.turn.standing import follow_standing
from watcher.turn.troubles import problem_of, trouble_event
from watcher.turn.turn_record import ended


@dataclass(frozen=True, kw_only=True, slots=True)
class Means:
    """Everything a turn needs. `acting` False: audit or dry run; its ledger and actor can do nothing."""

    reader: LeaseReader
    gatherer: Gatherer
    ledger: Ledger
    courier: Courier
    actor: Actor
    clock: Clock
    orders: Orders
    acting: bool
    stop: StopSignal
    asking: Asking = Asking.NEEDED
    keep: Callable[[Decision], bool] = noteworthy
    progress: Callable[[str, int], None] = lambda _project, _accounts: None

    def clock_is_right(self, identity: Identity) -> bool:
        """Whether the API proved it for this turn."""
        return identity.skew is not None and identity.skew <= self.orders.limits.max_clock_skew

    def blank(self, record: TurnRecord) -> Report:
        """The report of a turn of which nothing more is known than that it began."""
        return Report(
            turn=record.id,
            kind=record.kind,
            mode=record.mode,
            acting=self.acting,
            started_at=record.started_at,
        )

    def follow_trouble(
        self,
        trouble: Trouble | None,
        detail: str,
        memory: FleetMemory,
        now: datetime,
        *,
        attempts: Iterable[Attempt] = (),
    ) -> tuple[Event, ...]:
        """Tell of a trouble as of a standing problem. A turn that read everything shows which are over."""
        found = [] if trouble is None else [trouble_event(trouble, detail, now)]
        return self.follow(found, memory, now, {problem_of(one) for one in _looked_at(trouble, attempts)})

    def follow(
        self,
        found: Iterable[Event],
        memory: FleetMemory,
        now: datetime,
        looked_at: Collection[str] = (),
    ) -> tuple[Event, ...]:
        """Tell of standing problems, and that those of `looked_at` which were not found are over."""
        return follow_standing(
            found,
            looked_at,
            ledger=self.ledger,
            routes=self.orders.routes,
            remembered=memory.problems,
            overrides=memory.overrides,
            now=now,
        )

    def end(self, record: TurnRecord, report: Report, *, since: datetime | None) -> None:
        """`since`: from then on vanished accounts count in the turns to come.

        Nothing is forgotten by a clock that is not proved: years ahead it would forget everything.
        """
        proved = report.skew is not None and not report.halts.of_the_clock
        if record.kind is TurnKind.FULL and proved:
            self.ledger.apply((Forgotten(observed_before=record.started_at - self.orders.keep_observations),))
        self.ledger.apply((TurnEnded(turn=ended(record, report, self.clock.now()), watermark=since),))


def _looked_at(trouble: Trouble | None, attempts: Iterable[Attempt]) -> set[Trouble]:
    """The troubles of which a turn shows whether they stand; that a key may release only a release does."""
    if trouble is Trouble.KEY_LACKS_SCOPE or any(one.ended is Ended.RELEASED for one in attempts):
        return set(Trouble)
    return set(Trouble) - {Trouble.KEY_LACKS_SCOPE} if trouble is None else {trouble}
