"""One turn: gather → judge → plan → brake → act → record → tell (design §7)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Event as StopSignal

from watcher.app.act import Actor
from watcher.app.announce import Announcer, Outlook
from watcher.app.consider import Background, consider
from watcher.app.courier import Courier
from watcher.app.focus import Focus
from watcher.app.gate import Situation
from watcher.app.gather import Asking, Failure, Gatherer
from watcher.app.harvest import Harvest, noteworthy
from watcher.app.projects import targets
from watcher.app.reconcile import reconcile
from watcher.app.scope import Scope
from watcher.app.standing import follow_standing
from watcher.app.targets import Orders, Target
from watcher.app.troubles import problem_of, trouble_event, trouble_of
from watcher.app.turn_record import begun, ended, latest, watermark
from watcher.domain.brakes import FleetState, Halts, brake
from watcher.domain.docket import Docket
from watcher.domain.events import Event
from watcher.domain.memory import FleetMemory, Message, ProjectRecord, TurnKind, TurnRecord
from watcher.domain.overrides import Overrides
from watcher.domain.plan import Decision, Mode, Terms
from watcher.domain.problems import Followed, by_project, follow
from watcher.domain.reasons import Reason
from watcher.domain.report import Attempt, Report, Trouble, Unread
from watcher.domain.report import Ended as AttemptEnded
from watcher.domain.telling import attempt_events, unread_event
from watcher.ports.clock import Clock
from watcher.ports.leases import ApiError, Identity, LeaseReader, Suspended
from watcher.ports.ledger import Ledger


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """A turn's report, and what the next focused turn builds on."""

    report: Report
    docket: Docket
    state: FleetState


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
        memory = self.ledger.fleet(now)
        record = begun(
            memory.last_turn,
            kind=TurnKind.FOCUSED if focus else TurnKind.FULL,
            mode=self.orders.mode,
            poll=self.orders.poll,
            now=now,
        )
        try:
            identity = self.reader.whoami()
        except ApiError as error:
            return self._without_api(record, memory, error)
        self.ledger.bind(organization=identity.organization_id, base_url=self.orders.base_url)
        if memory.last_turn is not None and not self._clock_is_right(identity):
            # A gap measured by a clock that is off is none: it would void every notice.
            record = replace(record, unbroken_since=memory.last_turn.unbroken_since)
        self.ledger.begin_turn(record)
        return _Turn(turns=self, record=record, focus=focus, identity=identity).run(memory)

    def _clock_is_right(self, identity: Identity) -> bool:
        return identity.skew is not None and identity.skew <= self.orders.limits.max_clock_skew

    def _without_api(self, record: TurnRecord, memory: FleetMemory, error: ApiError) -> Ended:
        """The end of a turn that could not even ask who it is: told, recorded, nothing else."""
        trouble = trouble_of(error)
        self.ledger.begin_turn(record)
        events = self._follow_trouble(trouble, error.summary, memory, record.started_at)
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
        self._end(record, report, since=None)
        return Ended(report=report, docket=Docket(), state=FleetState(now=record.started_at))

    def _follow_trouble(
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

    def _end(self, record: TurnRecord, report: Report, *, since: datetime | None) -> None:
        """`since`: from then on vanished accounts count in the turns to come."""
        if record.kind is TurnKind.FULL:
            self.ledger.forget(observed_before=record.started_at - self.orders.keep_observations)
        self.ledger.end_turn(ended(record, report, self.clock.now()), watermark=since)


@dataclass(kw_only=True, slots=True)
class _Turn:
    """One turn under way, after the API said who we are."""

    turns: Turns
    record: TurnRecord
    focus: Focus | None
    identity: Identity
    trouble: ApiError | None = None

    @property
    def now(self) -> datetime:
        return self.record.started_at

    def run(self, memory: FleetMemory) -> Ended:
        settled = self._reconcile(memory)
        if settled:
            memory = self.turns.ledger.fleet(self.now)
        overrides = memory.overrides.with_words(self.turns.orders.configured_holds.said)
        since = latest(memory.watermark, memory.overrides.baseline_accepted_at())
        harvest = Harvest(now=self.now, mode=self.record.mode, keep=self.turns.keep)
        self._gather(harvest, memory, overrides, since)
        docket = self._docket(harvest, memory)
        state = self._state(harvest, memory, overrides)
        halts = brake(docket, state, self.turns.orders.limits, overrides.approved(self.now))
        stopped = self.turns.stop.is_set()
        scope = Scope(full=self.focus is None, cut_short=stopped or self.trouble is not None)
        outlook = Outlook(
            docket=docket,
            state=state,
            halts=halts,
            prospects=harvest.prospects,
            done=memory.done,
            approved=halts.approved,
            problems=memory.problems,
            overrides=overrides,
            whole=scope.whole(harvest),
            fleet_cents=scope.fleet_cents(harvest),
            unwatched=scope.unwatched(harvest, memory.problems),
        )
        announcer = Announcer(
            ledger=self.turns.ledger, orders=self.turns.orders, turn=self.record.id, now=self.now
        )
        events = [
            *harvest.events,
            *announcer.announce(harvest.announcing, outlook),
        ]
        attempts = [*settled, *self._act(harvest, docket, state, halts)]
        self._tell_unknown(attempts)
        report = self._conclude(harvest, docket, halts, events, attempts, memory)
        self.turns._end(self.record, report, since=watermark(halts, since, self.now))
        return Ended(report=report, docket=docket, state=state)

    def _reconcile(self, memory: FleetMemory) -> list[Attempt]:
        if not memory.unresolved or not self.turns.acting:
            return []
        try:
            return list(
                reconcile(
                    memory.unresolved,
                    memory.overrides.said,
                    reader=self.turns.reader,
                    ledger=self.turns.ledger,
                    routes=self.turns.orders.routes,
                    now=self.now,
                )
            )
        except ApiError as error:
            self.trouble = error
            return []

    def _gather(
        self, harvest: Harvest, memory: FleetMemory, overrides: Overrides, since: datetime | None
    ) -> None:
        turns = self.turns
        background = Background(
            orders=turns.orders,
            terms=Terms(now=self.now, mode=self.record.mode, ledger_since=memory.ledger_since),
            overrides=overrides,
            unbroken_since=self.record.unbroken_since,
            everything=turns.asking is Asking.ALL,
            failing_since=memory.failing_since,
            problems=by_project(memory.problems),
            since=since,
        )
        live = self.record.mode is Mode.ENFORCE
        try:
            for reading in turns.gatherer.gather(
                self._targets(harvest, memory), shown=memory.shown, asking=turns.asking, now=self.now
            ):
                if turns.stop.is_set():
                    return
                remembered = turns.ledger.project(reading.target.id)
                if isinstance(reading, Failure):
                    since_when = remembered.unreadable_since
                    self._unread(harvest, reading.target, reading.error, since_when, memory)
                    continue
                considered = consider(reading, remembered, background)
                harvest.add(reading, remembered, considered)
                turns.ledger.record(
                    ProjectRecord(
                        project=reading.target.id,
                        turn=self.record.id,
                        at=self.now,
                        shown=reading.shown,
                        known=considered.review.known,
                        voided=considered.review.voided,
                        outcomes=considered.review.outcomes,
                        messages=(
                            *turns.orders.routes.messages(considered.events, live=live),
                            *turns.orders.routes.reminders(considered.reminders, self.now, live=live),
                            *considered.latecomers,
                        ),
                        problems=considered.followed.standing,
                        over=considered.followed.over,
                    )
                )
                turns.progress(reading.target.name, len(reading.listing.accounts))
        except ApiError as error:
            self.trouble = error

    def _targets(self, harvest: Harvest, memory: FleetMemory) -> Iterator[Target]:
        def failed(unread: Unread) -> None:
            followed, messages = self._tell_unread(unread, harvest, memory)
            self.turns.ledger.queue(messages, at=self.now, problems=followed.standing)

        wanted = targets(self.turns.orders, self.turns.reader, failed=failed)
        if self.focus is None:
            return wanted
        projects = self.focus.projects
        return (target for target in wanted if target.id in projects)

    def _unread(
        self,
        harvest: Harvest,
        target: Target,
        error: ApiError,
        since: datetime | None,
        memory: FleetMemory,
    ) -> None:
        since = since or self.now
        unread = Unread(project=target.id, name=target.name, code=error.code, why=error.summary)
        followed, messages = self._tell_unread(unread, harvest, memory)
        self.turns.ledger.record(
            ProjectRecord(
                project=target.id,
                turn=self.record.id,
                at=self.now,
                unreadable_since=since,
                messages=messages,
                problems=followed.standing,
            )
        )

    def _tell_unread(
        self, unread: Unread, harvest: Harvest, memory: FleetMemory
    ) -> tuple[Followed, tuple[Message, ...]]:
        event = unread_event(unread, self.now)
        known = {id_: one for id_, one in memory.problems.items() if id_ == event.problem}
        followed = follow([event], known, self.now)
        harvest.unread.append(unread)
        harvest.events += followed.events
        return followed, self.turns.orders.routes.about_problems(followed, memory.overrides, self.now)

    def _docket(self, harvest: Harvest, memory: FleetMemory) -> Docket:
        docket = harvest.docket(memory.done, memory.unresolved)
        return docket if self.focus is None else self.focus.widened(docket)

    def _state(self, harvest: Harvest, memory: FleetMemory, overrides: Overrides) -> FleetState:
        unresolved = self.turns.ledger.fleet(self.now).unresolved if memory.unresolved else ()
        state = FleetState(
            now=self.now,
            projects=dict(harvest.projects),
            asked=harvest.totals.asked + len(harvest.quarantined),
            unknown=harvest.totals.doubtful + len(harvest.quarantined),
            turned_idle=harvest.turned_idle,
            oldest_reading=harvest.oldest_reading,
            skew=self.identity.skew,
            ledger_since=memory.ledger_since,
            unresolved=tuple(intent.account.project for intent in unresolved),
            pauses=overrides.pauses(self.now),
            key_suspended=isinstance(self.trouble, Suspended),
        )
        return state if self.focus is None else self.focus.completed(state)

    def _act(self, harvest: Harvest, docket: Docket, state: FleetState, halts: Halts) -> Sequence[Attempt]:
        """Carry out what no brake stops; note what one did, so that the price of it can be told."""
        if self.trouble is not None or self.turns.stop.is_set():
            return []
        go = []
        for due in harvest.due_in_order():
            account = due.decision.account
            if not halts.on(account.period, account.project):
                go.append(due)
                continue
            self.turns.ledger.record(
                ProjectRecord(
                    project=account.project,
                    turn=self.record.id,
                    at=self.now,
                    shown=due.shown,
                    known=(replace(due.known, reason=Reason.BRAKED, decided_at=self.now),),
                )
            )
        situation = Situation(
            turn=self.record.id,
            docket=docket,
            state=state,
            unbroken_since=self.record.unbroken_since,
        )
        attempts: list[Attempt] = []
        try:
            for attempt in self.turns.actor.act(go, situation):
                attempts.append(attempt)  # noqa: PERF402 - those made before an error count
        except ApiError as error:
            self.trouble = error
        return attempts

    def _tell_unknown(self, attempts: Iterable[Attempt]) -> None:
        """What is not concluded comes with no message of its own."""
        events = [
            event
            for attempt in attempts
            if attempt.ended is AttemptEnded.UNKNOWN
            for event in attempt_events(attempt)
        ]
        self.turns.ledger.queue(self.turns.orders.routes.messages(events, live=True), at=self.now)

    def _conclude(
        self,
        harvest: Harvest,
        docket: Docket,
        halts: Halts,
        events: list[Event],
        attempts: list[Attempt],
        memory: FleetMemory,
    ) -> Report:
        """Tell what is left to tell, let the courier go, and put it all together."""
        turns = self.turns
        trouble, detail = (trouble_of(self.trouble), self.trouble.summary) if self.trouble else (None, "")
        events += turns._follow_trouble(trouble, detail, memory, self.now)
        undelivered = turns.courier.tell(clock_proved=not halts.of_the_clock)
        return Report(
            turn=self.record.id,
            kind=self.record.kind,
            mode=self.record.mode,
            acting=turns.acting,
            started_at=self.now,
            organization=self.identity.organization_name or self.identity.organization_id,
            skew=self.identity.skew,
            trouble=trouble,
            trouble_detail=detail,
            totals=harvest.totals,
            decisions=tuple(harvest.decisions),
            project_names=harvest.names,
            quarantined=tuple(harvest.quarantined),
            unread=tuple(harvest.unread),
            docket=docket,
            halts=halts,
            attempts=tuple(attempts),
            events=tuple(events),
            outcomes=tuple(harvest.outcomes),
            warned_in_use=harvest.warned_in_use,
            warned_in_use_cents=harvest.warned_in_use_cents,
            missed=tuple(dict.fromkeys(harvest.missed)),
            unresolved=len(turns.ledger.fleet(self.now).unresolved),
            undelivered=undelivered,
            stopped=turns.stop.is_set(),
        )
