"""A turn under way: settle → gather → decide → act → tell → report (design §7).

What is decided is pure (`watcher.decide`); here facts are fetched, plans applied, and releases carried out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from watcher.brakes import FleetState
from watcher.brakes.docket import Docket
from watcher.decide.background import Background
from watcher.decide.fleet import FleetFacts, FleetPlan, decide_fleet, decide_rest
from watcher.decide.focus import Focus
from watcher.decide.gathered import Gathered
from watcher.decide.project import decide_project
from watcher.decide.readings import Asking, Failed, Reading
from watcher.decide.report import Report
from watcher.decide.turn_record import ended, watermark
from watcher.decide.twins import Twins
from watcher.decide.unmatched import Words
from watcher.decide.unread import decide_undiscovered, decide_unread
from watcher.facts.accounts import AccountId, Unread
from watcher.memory.remembered import FleetMemory, ProjectMemory, TurnKind, TurnRecord
from watcher.memory.writes import Forgotten, TurnEnded, Write
from watcher.messages.events import Event
from watcher.ports.leases import ApiError, Identity
from watcher.record.attempts import Attempt
from watcher.rules.targets import DISCOVERY, Target
from watcher.turn.act import Situation
from watcher.turn.clock_proof import ClockProof
from watcher.turn.elsewhere import also_asked, recalled, to_recall
from watcher.turn.gather import targets
from watcher.turn.read_back import gone_after_all, sent_within
from watcher.turn.tools import Tools, trouble_of

_TOGETHER = 32
"""So many projects are decided about and written at once: their memory is read in a handful of queries."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """A turn's report, and what the next focused turn builds on."""

    report: Report
    docket: Docket
    state: FleetState


@dataclass(kw_only=True, slots=True)
class Turn:
    """One turn under way, after the API said who we are."""

    tools: Tools
    record: TurnRecord
    focus: Focus | None
    identity: Identity
    clock_proof: ClockProof
    attempts: list[Attempt]
    """How the releases ended, as far as the turn came: its caller keeps them whatever happens."""
    refused: str | None = None
    """The mistake of a configuration that was to replace the one in force; None without one."""
    trouble: ApiError | None = None

    @property
    def now(self) -> datetime:
        return self.record.started_at

    def run(self, memory: FleetMemory) -> Ended:
        tools = self.tools
        self._collect(tools.settle(memory, self.now, self._sent_within))
        if self.attempts:
            memory = tools.ledger.fleet(self.now)
        background = Background.of(
            self.record,
            orders=tools.orders,
            memory=memory,
            skew=self.identity.skew,
            everything=tools.asking is Asking.ALL,
        )
        gathered = Gathered(
            now=self.now, keep=tools.keep, words=Words(tools.orders.configured_holds, self.now)
        )
        twins = Twins(before=tools.ledger.doubles(), watches=tools.orders.watches)
        self._gather(gathered, twins, background)
        facts = FleetFacts(
            focus=self.focus,
            trouble=None if self.trouble is None else trouble_of(self.trouble),
            stopped=tools.stop.is_set(),
            refused=self.refused,
            listings=tools.ledger.listings({one.id for one in gathered.to_come().values()}),
        )
        plan = decide_fleet(gathered, twins, facts, background)
        tools.write(plan.writes)
        if self.trouble is None and not facts.stopped:
            self._collect(tools.act(plan.go, self._situation(plan)))
        report = self._conclude(gathered, plan, facts, background)
        return Ended(report=report, docket=plan.docket, state=plan.state)

    @property
    def _sent_within(self) -> timedelta | None:
        """How long after its intent a DELETE may have left; None where our clock cannot say how long ago."""
        if not self.tools.clock_is_right(self.identity):
            return None
        orders = self.tools.orders
        return sent_within(timeout=orders.timeout, skew=orders.limits.max_clock_skew)

    def _collect(self, attempts: Iterator[Attempt]) -> None:
        """Those made before an error count."""
        try:
            for attempt in attempts:
                self.attempts.append(attempt)
        except ApiError as error:
            self.trouble = error

    def _gather(self, gathered: Gathered, twins: Twins, background: Background) -> None:
        """Decide about each project as it is read, some of them together: what they share is asked once.

        What a few projects come to is written at once. A kill before that loses nothing that the next turn
        does not read again; a project's memory is changed by its own reading alone.
        """
        for readings in self._read(gathered, background):
            writes: list[Write] = []
            try:
                for reading, memory in self._completed(readings, twins, background):
                    writes += self._decided(reading, memory, gathered, background)
            except ApiError as error:
                self.trouble = error
            self.tools.write(writes)
            if self.trouble is not None:
                return

    def _read(self, gathered: Gathered, background: Background) -> Iterator[list[Reading | Failed]]:
        tools = self.tools
        together: list[Reading | Failed] = []
        try:
            for reading in tools.gatherer.gather(
                self._targets(gathered, background),
                shown=background.memory.shown,
                unshown=background.memory.unshown,
                asking=tools.asking,
                now=self.now,
            ):
                if tools.stop.is_set():
                    break
                tools.keep_lock()
                together.append(reading)
                if len(together) == _TOGETHER:
                    yield together
                    together = []
        except ApiError as error:
            self.trouble = error
        if together:
            yield together

    def _completed(
        self, readings: Sequence[Reading | Failed], twins: Twins, background: Background
    ) -> Iterator[tuple[Reading | Failed, ProjectMemory]]:
        """The readings, without what another project lists too, with what is known of them elsewhere.

        Raises the reader's errors about the key.
        """
        ledger, fleet = self.tools.ledger, background.memory
        memories = ledger.projects([one.target.id for one in readings])
        gone = {one.target.id for one in readings if isinstance(one, Failed) and one.missing}
        readings = [twins.told(one) for one in readings]
        unknown, asked = set[AccountId](), set[AccountId]()
        for one in readings:
            if isinstance(one, Reading):
                unknown.update(to_recall(memories[one.target.id], one.listing.accounts, fleet))
                asked.update(one.activity)
        known = ledger.known(unknown) if unknown else {}
        listings = ledger.listings(asked) if asked else {}
        still = {id_: [one for one in listed if one.project not in gone] for id_, listed in listings.items()}
        for reading in readings:
            memory = memories[reading.target.id]
            if isinstance(reading, Reading):
                memory = recalled(memory, reading.listing.accounts, fleet, known)
                reading = also_asked(reading, still, self.tools.gatherer, background)
            yield reading, memory

    def _decided(
        self, reading: Reading | Failed, memory: ProjectMemory, gathered: Gathered, background: Background
    ) -> Sequence[Write]:
        """What one project comes to, taken up in `gathered`; answers what is to be written of it."""
        tools = self.tools
        if isinstance(reading, Failed):
            unread = decide_unread(reading, memory, background)
            gathered.add_unread(reading.target.id, unread)
            return unread.writes
        disconnected = gone_after_all(reading.listing, memory, tools.reader)
        plan = decide_project(reading, memory, background, disconnected=disconnected)
        gathered.add(reading, memory, plan, tools.orders.routes)
        tools.progress(reading.target.name, len(reading.listing.accounts))
        return plan.writes

    def _targets(self, gathered: Gathered, background: Background) -> Iterator[Target]:
        tools = self.tools

        def undiscovered(unread: Unread) -> None:
            plan = decide_undiscovered(unread, background)
            gathered.add_unread(DISCOVERY, plan)
            tools.write(plan.writes)

        wanted = targets(tools.orders, tools.reader, inhabited=tools.ledger.inhabited, failed=undiscovered)
        if self.focus is None:
            return wanted
        projects = self.focus.projects
        return (target for target in wanted if target.id in projects)

    def _situation(self, plan: FleetPlan) -> Situation:
        return Situation(
            turn=self.record.id,
            docket=plan.docket,
            state=plan.state,
            unbroken_since=self.record.unbroken_since,
            clock_proof=self.clock_proof,
        )

    def _conclude(
        self, gathered: Gathered, plan: FleetPlan, facts: FleetFacts, background: Background
    ) -> Report:
        """Tell what is left to tell, let the courier go, and put it all together."""
        tools = self.tools
        trouble, detail = (trouble_of(self.trouble), self.trouble.summary) if self.trouble else (None, "")
        facts = replace(facts, trouble=trouble, stopped=tools.stop.is_set())
        told, writes = decide_rest(plan, self.attempts, facts, background, detail=detail, acting=tools.acting)
        tools.write(writes)
        undelivered = tools.tell(not plan.halts.of_the_clock and self._is_clock_as_proved)
        events: list[Event] = [*gathered.events, *plan.events, *told]
        report = replace(
            tools.blank(self.record),
            organization=self.identity.organization_name or self.identity.organization_id,
            skew=self.identity.skew,
            trouble=trouble,
            trouble_detail=detail,
            totals=gathered.totals,
            decisions=tuple(gathered.decisions),
            project_names=gathered.names,
            quarantined=tuple(gathered.quarantined),
            unread=tuple(gathered.unread),
            docket=plan.docket,
            halts=plan.halts,
            attempts=tuple(self.attempts),
            events=tuple(events),
            outcomes=tuple(gathered.outcomes),
            warned_in_use=gathered.warned_in_use,
            warned_in_use_cents=gathered.warned_in_use_cents,
            missed=tuple(dict.fromkeys(gathered.missed)),
            unmatched=plan.unmatched,
            undone=tuple(gathered.undone),
            unresolved=len(tools.ledger.fleet(self.now).unresolved),
            undelivered=undelivered,
            unrouted=gathered.unrouted + tools.orders.routes.unheard(events),
            stopped=tools.stop.is_set(),
        )
        since = watermark(plan.halts, background.since, self.now)
        end(tools, self.record, report, since=since)
        return report

    @property
    def _is_clock_as_proved(self) -> bool:
        """Whether nobody set it since: what a message's acceptance is stamped with must be right."""
        skew = self.clock_proof.skew_by(self.tools.clock)
        return skew is not None and skew <= self.tools.orders.limits.max_clock_skew


def end(tools: Tools, record: TurnRecord, report: Report, *, since: datetime | None) -> None:
    """Write how a turn ended. `since`: from then on vanished accounts count in the turns to come.

    Nothing is forgotten by a clock that is not proved: years ahead it would forget everything.
    """
    proved = report.skew is not None and not report.halts.of_the_clock
    if record.kind is TurnKind.FULL and proved:
        tools.write((Forgotten(observed_before=record.started_at - tools.orders.keep_observations),))
    tools.write((TurnEnded(turn=ended(record, report, tools.clock.now()), watermark=since),))
