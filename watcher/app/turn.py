"""Turns: what one needs, how it begins and ends; what it does is `watcher.app.turning`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Event as StopSignal

from watcher.app.act import Actor
from watcher.app.courier import Courier
from watcher.app.focus import Focus
from watcher.app.gather import Asking, Gatherer
from watcher.app.harvest import noteworthy
from watcher.app.standing import follow_standing
from watcher.app.targets import Orders
from watcher.app.troubles import problem_of, trouble_event, trouble_of
from watcher.app.turn_record import begun, ended
from watcher.app.turning import Ended, Turning
from watcher.domain.brakes import FleetState
from watcher.domain.docket import Docket
from watcher.domain.events import Event
from watcher.domain.memory import FleetMemory, TurnKind, TurnRecord
from watcher.domain.plan import Decision
from watcher.domain.report import Attempt, Report, Trouble
from watcher.ports.clock import Clock
from watcher.ports.leases import ApiError, Identity, LeaseReader
from watcher.ports.ledger import Held, LeaseLost, Ledger

__all__ = ["Ended", "Turns"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Turns:
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

    def run(self, focus: Focus | None = None) -> Ended:
        """Do one turn. What it meets is in the report; only `LedgerUnusable` and defects are raised."""
        now = self.clock.now()
        held = self.ledger.take_lease(now)
        memory = self.ledger.fleet(now)
        record = begun(
            memory.last_turn,
            kind=TurnKind.FOCUSED if focus else TurnKind.FULL,
            mode=self.orders.mode,
            poll=self.orders.poll,
            now=now,
        )
        if held is not None:
            return self._without_lease(record, held, ())
        attempts: list[Attempt] = []
        try:
            return self._run(record, memory, focus, attempts)
        except LeaseLost as lost:
            # Whoever took over reads back and tells what this turn left behind.
            return self._without_lease(record, lost.by, attempts)

    def _run(
        self, record: TurnRecord, memory: FleetMemory, focus: Focus | None, attempts: list[Attempt]
    ) -> Ended:
        try:
            identity = self.reader.whoami()
        except ApiError as error:
            return self._without_api(record, memory, error)
        self.ledger.bind(organization=identity.organization_id, base_url=self.orders.base_url)
        if memory.last_turn is not None and not self.clock_is_right(identity):
            # A gap measured by a clock that is off is none: it would void every notice.
            record = replace(record, unbroken_since=memory.last_turn.unbroken_since)
        self.ledger.begin_turn(record)
        turn = Turning(turns=self, record=record, focus=focus, identity=identity, attempts=attempts)
        return turn.run(memory)

    def clock_is_right(self, identity: Identity) -> bool:
        """Whether the API proved it for this turn."""
        return identity.skew is not None and identity.skew <= self.orders.limits.max_clock_skew

    def _without_lease(self, record: TurnRecord, held: Held | None, attempts: Sequence[Attempt]) -> Ended:
        """The end of a turn that may not act, or no longer: it writes nothing and tells nobody."""
        report = Report(
            turn=record.id,
            kind=record.kind,
            mode=record.mode,
            acting=self.acting,
            started_at=record.started_at,
            trouble=Trouble.LEDGER_HELD,
            trouble_detail="" if held is None else str(held),
            attempts=tuple(attempts),
        )
        return Ended(report=report, docket=Docket(), state=FleetState(now=record.started_at))

    def _without_api(self, record: TurnRecord, memory: FleetMemory, error: ApiError) -> Ended:
        """The end of a turn that could not even ask who it is: told, recorded, nothing else."""
        trouble = trouble_of(error)
        self.ledger.begin_turn(record)
        events = self.follow_trouble(trouble, error.summary, memory, record.started_at)
        undelivered = self.courier.tell(clock_proved=False)
        report = Report(
            turn=record.id,
            kind=record.kind,
            mode=record.mode,
            acting=self.acting,
            started_at=record.started_at,
            trouble=trouble,
            trouble_detail=error.summary,
            events=events,
            unresolved=len(memory.unresolved),
            undelivered=undelivered,
        )
        self.end(record, report, since=None)
        return Ended(report=report, docket=Docket(), state=FleetState(now=record.started_at))

    def follow_trouble(
        self, trouble: Trouble | None, detail: str, memory: FleetMemory, now: datetime
    ) -> tuple[Event, ...]:
        """Tell of a trouble as of a standing problem. A turn without one shows that all of them are over."""
        return follow_standing(
            [] if trouble is None else [trouble_event(trouble, detail, now)],
            {problem_of(one) for one in (Trouble if trouble is None else (trouble,))},
            ledger=self.ledger,
            routes=self.orders.routes,
            remembered=memory.problems,
            overrides=memory.overrides,
            now=now,
        )

    def end(self, record: TurnRecord, report: Report, *, since: datetime | None) -> None:
        """`since`: from then on vanished accounts count in the turns to come."""
        if record.kind is TurnKind.FULL:
            self.ledger.forget(observed_before=record.started_at - self.orders.keep_observations)
        self.ledger.end_turn(ended(record, report, self.clock.now()), watermark=since)
