"""A turn under way: gather → judge → plan → brake → act → record → tell (design §7)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from watcher.brakes import FleetState, Halts, brake
from watcher.brakes.docket import HORIZON, Docket
from watcher.decide.readings import Asking
from watcher.decide.report import Report
from watcher.facts.moment import Moment
from watcher.memory.fading import most_within
from watcher.memory.remembered import FleetMemory, Known, TurnRecord
from watcher.memory.writes import Note, Queued, ReadRecord, Said
from watcher.messages.events import Event
from watcher.messages.problems import by_project
from watcher.messages.telling import attempt_events, unsent_warning
from watcher.ports.leases import ApiError, Identity, LacksScope, Suspended
from watcher.record.attempts import Attempt
from watcher.record.attempts import Ended as AttemptEnded
from watcher.record.overrides import Overrides
from watcher.record.reasons import Reason
from watcher.rules.plan import Mode, Terms
from watcher.rules.targets import Target
from watcher.turn.act import Due
from watcher.turn.announce import Announcer, Outlook
from watcher.turn.clock_proof import ClockProof
from watcher.turn.consider import Background, consider
from watcher.turn.focus import Focus
from watcher.turn.former import also_asked, recalled
from watcher.turn.gate import Situation
from watcher.turn.gather import Failure, is_missing
from watcher.turn.harvest import Harvest
from watcher.turn.means import Means
from watcher.turn.projects import targets
from watcher.turn.reconcile import reconcile
from watcher.turn.scope import Scope
from watcher.turn.settle import gone_after_all, sent_within
from watcher.turn.troubles import trouble_of
from watcher.turn.turn_record import counted_since, watermark
from watcher.turn.twins import Twins, leave_alone
from watcher.turn.unmatched import Words
from watcher.turn.unread import Unreadable

_TO_COME = frozenset({AttemptEnded.HALTED, AttemptEnded.NOT_SENT, AttemptEnded.UNREADABLE})
"""How attempts end of which no message tells, and after which another follows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """A turn's report, and what the next focused turn builds on."""

    report: Report
    docket: Docket
    state: FleetState


@dataclass(kw_only=True, slots=True)
class Turning:
    """One turn under way, after the API said who we are."""

    means: Means
    record: TurnRecord
    focus: Focus | None
    identity: Identity
    clock_proof: ClockProof
    attempts: list[Attempt]
    """How the releases ended, as far as the turn came: its caller keeps them whatever happens."""
    refused: str | None = None
    """The mistake of a configuration that was to replace the one in force; None without one."""
    trouble: ApiError | None = None
    proved_at: datetime | None = None  # when a clock last was, before this turn

    @property
    def now(self) -> datetime:
        return self.record.started_at

    @property
    def _clock(self) -> Moment:
        """What our clock is worth in this turn."""
        limits, skew = self.means.orders.limits, self.identity.skew
        return Moment.by(self.now, skew=skew, allowed=limits.max_clock_skew, proved_at=self.proved_at)

    @property
    def _is_clock_as_proved(self) -> bool:
        """Whether nobody set it since: what a message's acceptance is stamped with must be right."""
        skew = self.clock_proof.skew_by(self.means.clock)
        return skew is not None and skew <= self.means.orders.limits.max_clock_skew

    def run(self, memory: FleetMemory) -> Ended:
        self.proved_at = memory.last_proved.started_at if memory.last_proved else None
        self._reconcile(memory)
        if self.attempts:
            memory = self.means.ledger.fleet(self.now)
        overrides = memory.overrides.with_words(self.means.orders.configured_holds.said)
        since = counted_since(memory, self.now)
        harvest = Harvest(
            now=self.now,
            keep=self.means.keep,
            words=Words(self.means.orders.configured_holds, self.now),
        )
        twins = Twins(before=self.means.ledger.doubles(), watches=self.means.orders.watches)
        self._gather(harvest, twins, memory, overrides, since)
        leave_alone(twins, harvest, means=self.means, memory=memory, now=self.now)
        docket = self._docket(harvest, memory)
        state = self._state(harvest, memory, overrides)
        halts = brake(docket, state, self.means.orders.limits, overrides.approved(self.now, harvest.begun))
        scope = Scope(
            full=self.focus is None,
            cut_short=self.means.stop.is_set() or self.trouble is not None,
            shard=self.means.orders.shard,
        )
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
            unmatched=scope.unmatched(harvest),
            fleet_cents=scope.fleet_cents(harvest),
            unwatched=scope.unwatched(harvest, memory.problems),
        )
        announcer = Announcer(
            ledger=self.means.ledger, orders=self.means.orders, turn=self.record.id, now=self.now
        )
        events = [
            *harvest.events,
            *announcer.announce(harvest.announcing, outlook),
        ]
        events += self._act(harvest, docket, state, halts)
        self._tell_unknown(self.attempts)
        report = replace(
            self._conclude(harvest, docket, halts, events, memory), unmatched=outlook.unmatched or ()
        )
        self.means.end(self.record, report, since=watermark(halts, since, self.now))
        return Ended(report=report, docket=docket, state=state)

    def _reconcile(self, memory: FleetMemory) -> None:
        if not memory.unresolved or not self.means.acting:
            return
        settled = reconcile(
            memory.unresolved,
            memory.overrides.said,
            reader=self.means.reader,
            ledger=self.means.ledger,
            routes=self.means.orders.routes,
            now=self.now,
            sent_within=self._sent_within(),
        )
        self._collect(settled)

    def _sent_within(self) -> timedelta | None:
        if not self.means.clock_is_right(self.identity):
            return None
        orders = self.means.orders
        return sent_within(timeout=orders.timeout, skew=orders.limits.max_clock_skew)

    def _collect(self, attempts: Iterator[Attempt]) -> None:
        """Those made before an error count."""
        try:
            for attempt in attempts:
                self.attempts.append(attempt)
        except ApiError as error:
            self.trouble = error

    def _gather(
        self,
        harvest: Harvest,
        twins: Twins,
        memory: FleetMemory,
        overrides: Overrides,
        since: datetime | None,
    ) -> None:
        means = self.means
        background = Background(
            orders=means.orders,
            terms=Terms(now=self.now, mode=self.record.mode, ledger_since=memory.ledger_since),
            overrides=overrides,
            skew=self.identity.skew,
            proved_at=self.proved_at,
            unbroken_since=self.record.unbroken_since,
            enforced_before=memory.last_turn is not None and memory.last_turn.mode is Mode.ENFORCE,
            everything=means.asking is Asking.ALL,
            failing_since=memory.failing_since,
            problems=by_project(memory.problems),
            since=since,
        )
        live = self.record.mode is Mode.ENFORCE
        turn, noted_at = self.record.id, self._clock.noted_at
        unreadable = Unreadable(
            means=means, harvest=harvest, memory=memory, turn=turn, now=self.now, noted_at=noted_at
        )
        try:
            for reading in means.gatherer.gather(
                self._targets(unreadable),
                shown=memory.shown,
                unshown=memory.unshown,
                asking=means.asking,
                now=self.now,
            ):
                if means.stop.is_set():
                    return
                means.ledger.keep_lease(means.clock.now())
                remembered = means.ledger.project(reading.target.id)
                if isinstance(reading, Failure):
                    twins.heard(reading.target.id, reading.error.listed)
                    if is_missing(reading.error):
                        twins.has_answered(reading.target.id)
                        if unreadable.left(reading.target, reading.error, remembered):
                            continue
                        harvest.lose(reading.target, remembered, since)
                    unreadable.project(reading.target, reading.error, remembered)
                    continue
                reading = twins.parted(reading)
                remembered = recalled(remembered, reading.listing.accounts, memory, means.ledger)
                reading = also_asked(
                    reading,
                    memory,
                    means.ledger,
                    means.gatherer,
                    means.orders,
                    max(self.now, reading.listing.read_until),
                )
                after_all = gone_after_all(reading.listing, remembered, means.reader)
                considered = consider(reading, remembered, background, disconnected=after_all)
                harvest.add(reading, remembered, considered, means.orders.routes)
                read = ReadRecord(
                    project=reading.target.id,
                    turn=self.record.id,
                    at=self.now,
                    noted_at=self._clock.noted_at,
                    shown=reading.shown,
                    blank=reading.blank,
                    known=considered.review.known,
                    strange=frozenset(one.id for one in reading.listing.quarantined if one.id),
                    voided=considered.review.voided,
                    outcomes=considered.review.outcomes,
                    undone=considered.undone if considered.followed.standing else (),
                    messages=(
                        *means.orders.routes.messages(considered.events, live=live),
                        *means.orders.routes.reminders(considered.reminders, self.now, live=live),
                        *considered.latecomers,
                    ),
                    problems=considered.followed.standing,
                    over=considered.followed.over,
                )
                # Words before the reading: it would hide that the renewal was another.
                means.ledger.apply((*(Said(override=word) for word in considered.words), read))
                means.progress(reading.target.name, len(reading.listing.accounts))
        except ApiError as error:
            self.trouble = error

    def _targets(self, unreadable: Unreadable) -> Iterator[Target]:
        means = self.means
        wanted = targets(
            means.orders, means.reader, inhabited=means.ledger.inhabited, failed=unreadable.discovery
        )
        if self.focus is None:
            return wanted
        projects = self.focus.projects
        return (target for target in wanted if target.id in projects)

    def _docket(self, harvest: Harvest, memory: FleetMemory) -> Docket:
        docket = harvest.docket(memory.done, memory.unresolved)
        return docket if self.focus is None else self.focus.widened(docket)

    def _state(self, harvest: Harvest, memory: FleetMemory, overrides: Overrides) -> FleetState:
        unresolved = self.means.ledger.fleet(self.now).unresolved if memory.unresolved else ()
        state = FleetState(
            now=self.now,
            projects=dict(harvest.projects),
            asked=harvest.totals.asked + len(harvest.quarantined),
            unknown=harvest.totals.doubtful + len(harvest.quarantined),
            unreadable=harvest.unreadable,
            turned_idle=most_within(harvest.turned_idle, HORIZON),
            oldest_reading=harvest.oldest_reading,
            skew=self.identity.skew,
            ledger_since=memory.ledger_since,
            unresolved=tuple(intent.account.project for intent in unresolved),
            pauses=overrides.pauses(self.now),
            key_suspended=isinstance(self.trouble, Suspended),
            refused=self.refused,
        )
        return state if self.focus is None else self.focus.completed(state)

    def _act(self, harvest: Harvest, docket: Docket, state: FleetState, halts: Halts) -> list[Event]:
        """Carry out what no brake stops. What one did stop is noted, and warned about where that is due."""
        if self.means.stop.is_set():
            return []
        go, warnings = [], []
        for due in harvest.due_in_order():
            account = due.decision.account
            stopped_by = halts.on(account.period, account.project)
            reason = Reason.BRAKED if stopped_by else due.decision.reason
            news = due.known.reason is not reason
            known = (replace(due.known, reason=reason, decided_at=self._clock.noted_at),) if news else ()
            warning = None
            if stopped_by:
                warning = unsent_warning(due.decision, stopped_by, docket.id, self._clock.earliest)
            else:
                go.append(due)
            warnings += self._note(due, warning, known=known)
        if self.trouble is None:
            situation = Situation(
                turn=self.record.id,
                docket=docket,
                state=state,
                unbroken_since=self.record.unbroken_since,
                clock_proof=self.clock_proof,
            )
            self._collect(self.means.actor.act(go, situation))
        return [*warnings, *self._warn_of_unsent(go, docket)]

    def _warn_of_unsent(self, tried: Iterable[Due], docket: Docket) -> Iterator[Event]:
        """Warnings that are due of releases which nothing else is told about in this turn."""
        last = {attempt.period: attempt for attempt in self.attempts}
        over = any(attempt.reason is Reason.LEASE_LOST for attempt in last.values())
        if over or not self.means.acting or self.means.stop.is_set():
            return
        for due in tried:
            attempt = last.get(due.decision.account.period)
            halted = attempt is not None and attempt.ended is AttemptEnded.HALTED
            if attempt is None or (attempt.ended in _TO_COME and attempt.reason is not Reason.TOO_LATE):
                warning = unsent_warning(due.decision, (), docket.id, self._clock.earliest, halted=halted)
                yield from self._note(due, warning, self._unasked(due) if attempt is None else ())

    def _unasked(self, due: Due) -> tuple[Known, ...]:
        """Why a release was not even tried, so that the price of it can be told."""
        if not isinstance(self.trouble, LacksScope):
            return ()
        return (replace(due.known, reason=Reason.KEY_LACKS_SCOPE, decided_at=self._clock.noted_at),)

    def _note(self, due: Due, warning: Event | None, known: tuple[Known, ...] = ()) -> list[Event]:
        """Write what became of a release that is due; answers the warning."""
        told = [] if warning is None else [warning]
        if told or known:
            note = Note(
                project=due.decision.account.project,
                turn=self.record.id,
                at=self.now,
                known=known,
                messages=self.means.orders.routes.messages(told, live=True),
            )
            self.means.ledger.apply((note,))
        return told

    def _tell_unknown(self, attempts: Iterable[Attempt]) -> None:
        """What is not concluded comes with no message of its own."""
        events = [
            event
            for attempt in attempts
            if attempt.ended is AttemptEnded.UNKNOWN
            for event in attempt_events(attempt)
        ]
        self.means.ledger.apply(
            (Queued(messages=self.means.orders.routes.messages(events, live=True), at=self.now),)
        )

    def _conclude(
        self,
        harvest: Harvest,
        docket: Docket,
        halts: Halts,
        events: list[Event],
        memory: FleetMemory,
    ) -> Report:
        """Tell what is left to tell, let the courier go, and put it all together."""
        means = self.means
        trouble, detail = (trouble_of(self.trouble), self.trouble.summary) if self.trouble else (None, "")
        events += means.follow_trouble(trouble, detail, memory, self.now, attempts=self.attempts)
        undelivered = means.courier.tell(clock_proved=not halts.of_the_clock and self._is_clock_as_proved)
        return replace(
            means.blank(self.record),
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
            attempts=tuple(self.attempts),
            events=tuple(events),
            outcomes=tuple(harvest.outcomes),
            warned_in_use=harvest.warned_in_use,
            warned_in_use_cents=harvest.warned_in_use_cents,
            missed=tuple(dict.fromkeys(harvest.missed)),
            undone=tuple(harvest.undone),
            unresolved=len(means.ledger.fleet(self.now).unresolved),
            undelivered=undelivered,
            unrouted=harvest.unrouted + means.orders.routes.unheard(events),
            stopped=means.stop.is_set(),
        )
