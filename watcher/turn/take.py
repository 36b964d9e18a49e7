"""A turn under way: settle → gather → decide → act → tell → report (design §7).

What is decided is pure (`watcher.decide`); here facts are fetched, plans applied, and releases carried out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from watcher.brakes import FleetState
from watcher.brakes.docket import Docket, Entry
from watcher.decide.answers import answers, answers_to_attempts
from watcher.decide.background import Background
from watcher.decide.fleet import FleetFacts, FleetPlan, decide_fleet, decide_rest
from watcher.decide.fleet_problems import problem_of
from watcher.decide.focus import Focus
from watcher.decide.gathered import Gathered
from watcher.decide.lost import in_halts
from watcher.decide.matters import turn_matters
from watcher.decide.paused_then import paused_then
from watcher.decide.readings import Asking
from watcher.decide.remains import Remains, what_remains
from watcher.decide.report import Report
from watcher.decide.turn_record import ended, watermark
from watcher.decide.twins import Twins
from watcher.decide.unmatched import Words
from watcher.decide.warn import halts_by_now
from watcher.facts.accounts import LeasePeriod
from watcher.facts.projects import told_apart
from watcher.memory.remembered import FleetMemory, TurnKind, TurnRecord
from watcher.memory.writes import Forgotten, TurnEnded
from watcher.messages.events import Event
from watcher.ports.leases import ApiError, Identity
from watcher.record.attempts import Attempt
from watcher.record.intents import Ending
from watcher.record.reasons import Trouble
from watcher.turn.act import Situation
from watcher.turn.clock_proof import ClockProof
from watcher.turn.each_project import EachProject
from watcher.turn.month import tell_the_month
from watcher.turn.read_back import sent_within
from watcher.turn.tools import Tools, trouble_of


@dataclass(frozen=True, kw_only=True, slots=True)
class TurnResult:
    """A turn's report, and what the next focused turn builds on."""

    report: Report
    docket: Docket
    state: FleetState
    to_come: tuple[Entry, ...] = ()
    """Every release to come, also beyond the docket."""


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
    only: LeasePeriod | None = None
    """All else that is due is left to another turn: this one is taken for a person's word."""
    refused: str | None = None
    """The mistake of a configuration that was to replace the one in force; None without one."""
    trouble: ApiError | None = None

    @property
    def now(self) -> datetime:
        return self.record.started_at

    def run(self, memory: FleetMemory) -> TurnResult:
        tools = self.tools
        self._collect(tools.settle(memory, self.now, self._sent_within))
        if self.attempts:
            asked = memory.overrides.asked_releases(self.now)
            tools.write(tuple(answers_to_attempts(asked, self.attempts)))
            memory = tools.ledger.fleet(self.now)
        background = Background.of(
            self.record,
            orders=tools.orders,
            memory=memory,
            skew=self.identity.skew,
            everything=tools.asking is Asking.ALL,
        )
        gathered = Gathered(
            now=self.now,
            keep=tools.keep,
            recall=tools.recall,
            words=Words(tools.orders.configured_holds, self.now),
        )
        twins = Twins(before=tools.ledger.doubles(), watches=tools.orders.watches)
        each = EachProject(
            tools=tools, focus=self.focus, gathered=gathered, twins=twins, background=background
        )
        self.trouble = each.decide() or self.trouble
        facts = FleetFacts(
            focus=self.focus,
            trouble=None if self.trouble is None else trouble_of(self.trouble),
            stopped=tools.stop.is_set(),
            refused=self.refused,
            listings=tools.ledger.listings({one.id for one in gathered.to_come().values()}),
            halted=tools.ledger.known(in_halts(memory.problems)),
        )
        plan = self._only_what_is_asked(decide_fleet(gathered, twins, facts, background))
        tools.write(plan.writes)
        if self.trouble is None and not facts.stopped:
            self._collect(tools.act(plan.go, self._situation(plan)))
        report = self._conclude(gathered, plan, facts, background)
        return TurnResult(report=report, docket=plan.docket, state=plan.state, to_come=plan.to_come)

    def _only_what_is_asked(self, plan: FleetPlan) -> FleetPlan:
        if self.only is None:
            return plan
        return replace(plan, go=tuple(due for due in plan.go if due.decision.account.period == self.only))

    @property
    def _sent_within(self) -> timedelta | None:
        """How long after its intent a DELETE may have left; None where our clock cannot say how long ago."""
        if not self.tools.clock_is_right(self.identity.skew):
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

    def _halted_by_now(self, plan: FleetPlan) -> Remains | None:
        """What a release that was stopped right before it was sent was stopped by is known to the ledger."""
        if all(one.ended is not Ending.HALTED for one in self.attempts):
            return None
        memory = self.tools.ledger.fleet(self.now)
        return what_remains(plan, memory, self.tools.orders, self.now, self.attempts)

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
        facts = replace(
            facts,
            trouble=trouble,
            stopped=tools.stop.is_set(),
            at_stake=() if trouble is None else tools.at_stake(tools.ledger.fleet(self.now), self.now),
        )
        by_now = self._halted_by_now(plan)
        ahead = None if by_now is None else by_now.ahead
        told, writes = decide_rest(
            plan,
            self.attempts,
            facts,
            background,
            detail=detail,
            ahead=ahead,
            acting=tools.acting,
        )
        # On its own: whoever has lost the lock may still say how a release ended.
        asked = background.memory.overrides.asked_releases(self.now)
        tools.write(answers(asked, gathered, self.attempts, facts, background, detail=detail))
        tools.write(writes)
        of_month = tell_the_month(tools, gathered, facts, background)
        halts = None
        if background.enforcing:
            whole = not gathered.unread and trouble is None and not facts.stopped
            halts = halts_by_now(
                ahead or plan.ahead, plan.to_come, gathered.decisions, background, whole=whole
            )
        undelivered = tools.tell(not plan.halts.of_the_clock and self._is_clock_as_proved, halts)
        memory = tools.ledger.fleet(self.now)
        remains = what_remains(plan, memory, tools.orders, self.now, self.attempts, before=by_now)
        tools.write(remains.writes)
        events: list[Event] = [*gathered.events, *plan.events, *told, *of_month]
        planned = tools.orders.planned_pauses.with_said(background.overrides.pauses_to_come(self.now))
        report = replace(
            tools.blank(self.record),
            organization=self.identity.organization_name or self.identity.organization_id,
            skew=self.identity.skew,
            trouble=trouble,
            trouble_detail=detail,
            totals=gathered.totals,
            last_read=None if gathered.totals.projects else background.memory.last_turn,
            decisions=tuple(gathered.decisions),
            project_names=told_apart(gathered.names, configured=tools.orders.names),
            owners=tools.orders.owners,
            labels={one.id: one.labels for one in tools.orders.targets if one.labels},
            quarantined=tuple(gathered.quarantined),
            unread=tuple(gathered.unread),
            docket=plan.docket,
            halts=plan.halts,
            planned_pauses=planned,
            paused_then=paused_then(gathered.decisions, planned, self.now),
            lost={one.entry.period: one.halts for one in remains.ahead.releases if one.is_lost},
            may_release=problem_of(Trouble.KEY_LACKS_SCOPE) not in memory.problems,
            attempts=tuple(self.attempts),
            events=tuple(events),
            outcomes=tuple(gathered.outcomes),
            warned_in_use=gathered.warned_in_use,
            warned_in_use_cents=gathered.warned_in_use_cents,
            missed=tuple(dict.fromkeys(gathered.missed)),
            too_late=tuple(dict.fromkeys(gathered.too_late)),
            unmatched=plan.unmatched,
            undone=tuple(gathered.undone),
            matters=turn_matters(
                ahead=remains.ahead,
                let_go=remains.let_go,
                decisions=gathered.decisions,
                attempts=self.attempts,
                unread=gathered.unread,
                left_alone=gathered.quarantined,
                memory=memory,
                orders=tools.orders,
                now=self.now,
            ),
            unresolved=len(memory.unresolved),
            undelivered=undelivered,
            unrouted=gathered.unrouted + tools.orders.routes.unheard(events),
            stopped=tools.stop.is_set(),
        )
        since = watermark(plan.halts, background.since, self.now)
        end(tools, self.record, report, since=since, last=background.memory.last_proved)
        return report

    @property
    def _is_clock_as_proved(self) -> bool:
        """Whether nobody set it since: what a message's acceptance is stamped with must be right."""
        return self.tools.clock_is_right(self.clock_proof.skew_by(self.tools.clock))


def end(
    tools: Tools, record: TurnRecord, report: Report, *, since: datetime | None, last: TurnRecord | None
) -> None:
    """Write how a turn ended. `since`: from then on vanished accounts count in the turns to come.

    `last`: the turn before, of those whose clock was proved. Once a day what is old is forgotten, for it is
    looked for everywhere. Nothing is by a clock that is not proved: years ahead it would forget everything.
    """
    proved = report.skew is not None and not report.halts.of_the_clock
    today = last is not None and last.started_at.date() == record.started_at.date()
    if record.kind is TurnKind.FULL and proved and not today:
        tools.write((Forgotten(before=record.started_at - tools.orders.keep_observations),))
    tools.write((TurnEnded(turn=ended(record, report, tools.clock.now()), watermark=since),))
