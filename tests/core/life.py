"""One project from turn to turn: the pure turn on the ledger in memory, which is all that a forecast is."""

from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.builders import QUIET, D, waiting_in
from tests.core.world import gate, is_asked_about, orders, reading
from watcher.adapters.ledger.memory.ledger import MemoryLedger, MemoryWords
from watcher.adapters.ledger.memory.state import State
from watcher.decide.background import Background
from watcher.decide.fleet import FleetFacts, FleetPlan, decide_fleet, decide_rest
from watcher.decide.gathered import Due, Gathered, noteworthy
from watcher.decide.orders import Orders
from watcher.decide.project import decide_project
from watcher.decide.report import Report
from watcher.decide.turn_record import begun, ended, proved, watermark
from watcher.decide.twins import Twins
from watcher.decide.unmatched import Words
from watcher.facts.accounts import Account, AccountId
from watcher.facts.activity import Activity
from watcher.memory.remembered import TurnKind
from watcher.memory.writes import Concluded, Said, TurnBegun, TurnEnded
from watcher.messages.delivery import Channel, DeliveryNote
from watcher.messages.events import EventKind
from watcher.record.attempts import Attempt
from watcher.record.intents import Ending, Intent
from watcher.record.outcomes import released
from watcher.record.reasons import Reason
from watcher.rules.targets import Target


@dataclass(kw_only=True)
class Life:
    """Turns without threads, sockets or files: time is an argument.

    `accounts` and `activity` are the world, and change between turns; channels accept at once.
    """

    accounts: list[Account]
    activity: dict[AccountId, Activity] = field(default_factory=dict)
    orders: Orders = field(default_factory=orders)
    state: State = field(default_factory=State)
    released: dict[AccountId, datetime] = field(default_factory=dict)
    told: list[tuple[datetime, EventKind]] = field(default_factory=list)
    """What kinds of things people were told, and when."""
    turns: int = 0

    def turn(self, now: datetime) -> FleetPlan:
        """One turn: what it plans, applied, carried out and told."""
        with closing(MemoryLedger(self.state)) as ledger:
            assert ledger.take_lock(now) is None
            memory = ledger.fleet(now)
            self.turns += 1
            record = begun(
                memory, id=f"turn-{self.turns}", kind=TurnKind.FULL, mode=self.orders.mode, now=now
            )
            record = proved(record, memory, poll=self.orders.poll)
            ledger.apply((TurnBegun(turn=record),))
            by = Background.of(record, orders=self.orders, memory=memory, skew=timedelta())
            gathered = Gathered(now=now, keep=noteworthy, words=Words(self.orders.configured_holds, now))
            for project in self.orders.targets:
                self._decide(project, gathered, by, ledger)
            wanted = {one.id for one in gathered.to_come().values()}
            facts = FleetFacts(listings=ledger.listings(wanted))
            twins = Twins(before=ledger.doubles(), watches=self.orders.watches)
            plan = decide_fleet(gathered, twins, facts, by)
            ledger.apply(plan.writes)
            attempts = [self._release(due, plan, by, ledger) for due in plan.go]
            _, writes = decide_rest(plan, attempts, facts, by, acting=True)
            ledger.apply(writes)
            self._deliver(ledger, now)
            report = Report(
                turn=record.id,
                kind=record.kind,
                mode=record.mode,
                acting=True,
                started_at=now,
                skew=timedelta(),
                totals=gathered.totals,
                halts=plan.halts,
                attempts=tuple(attempts),
            )
            since = watermark(plan.halts, by.since, now)
            ledger.apply((TurnEnded(turn=ended(record, report, now), watermark=since),))
            return plan

    def hear(self, *words: Said) -> None:
        """What a person says between two turns."""
        with closing(MemoryWords(self.state)) as ledger:
            ledger.apply(words)

    def _decide(self, project: Target, gathered: Gathered, by: Background, ledger: MemoryLedger) -> None:
        there = [one for one in self.accounts if one.project == project.id]
        asked = {
            one.id: self.activity.get(one.id, QUIET)
            for one in there
            if is_asked_about(one, project.policies, by.now)
        }
        read = reading(*there, at=by.now, activity=asked, of=project)
        memory = ledger.project(project.id)
        plan = decide_project(read, memory, by)
        ledger.apply(plan.writes)
        gathered.add(read, memory, plan, self.orders.routes)

    def _release(self, due: Due, plan: FleetPlan, by: Background, ledger: MemoryLedger) -> Attempt:
        """The gate in the intent's transaction; then the account is gone, at once and for good."""
        one, now = due.decision.account, by.now
        passes = gate(one, by=by, due=due, docket=plan.docket, state=plan.state)
        intent = Intent(account=one, turn=by.turn.id, policy="standard", reason="unused", written_at=now)
        written = ledger.write_intent(intent, lambda facts: passes.objection(facts, now))
        if isinstance(written, Reason):
            return Attempt.on(one, Ending.CHANGED, at=now, reason=written)
        self.released[one.id] = now
        self.accounts.remove(one)
        ledger.conclude(Concluded(intent=written, ending=Ending.RELEASED, at=now, outcome=released(one, now)))
        return Attempt.on(one, Ending.RELEASED, at=now)

    def _deliver(self, ledger: MemoryLedger, now: datetime) -> None:
        for route in self.orders.routes.routes:
            waiting = waiting_in(ledger, route.notifier)
            ids = ledger.begin_delivery([one.id for one in waiting], at=now, lost_since=now - D)
            note = DeliveryNote(notifier=route.notifier, counts=route.counts, accepted=tuple(sorted(ids)))
            ledger.end_delivery(note, Channel(), at=now)
            self.told += [(now, one.message.event.kind) for one in waiting]
