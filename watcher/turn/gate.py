"""The last look before a DELETE: all the plan rested on, asked again in the intent's transaction."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from watcher.brakes import FleetState, brake
from watcher.brakes.docket import Docket
from watcher.brakes.recount import recounted
from watcher.decide.orders import Orders
from watcher.facts.accounts import Account, LeasePeriod
from watcher.facts.activity import Activity
from watcher.memory.gaps import longest_gap
from watcher.memory.remembered import ProjectMemory
from watcher.memory.standing import standing_of
from watcher.ports.clock import Clock
from watcher.ports.ledger import GateFacts
from watcher.record.intents import Ending
from watcher.record.overrides import Overrides
from watcher.record.reasons import Reason
from watcher.rules.judge import Judgement, Subject, judge
from watcher.rules.plan import Release, Terms, plan
from watcher.rules.targets import Target
from watcher.turn.clock_proof import ClockProof


@dataclass(frozen=True, kw_only=True, slots=True)
class Situation:
    """What holds for all releases of a turn."""

    turn: str
    docket: Docket
    state: FleetState
    unbroken_since: datetime
    clock_proof: ClockProof
    """What the clock was worth when the turn began."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Gate:
    """One account, as it was read seconds ago, before the gate.

    `clock` and `rules_to_come` are read when the gate is asked.
    """

    account: Account
    activity: Activity
    target: Target
    memory: ProjectMemory
    situation: Situation
    orders: Orders
    clock: Clock
    rules_to_come: Callable[[], bool]

    def judged(self, overrides: Overrides, now: datetime) -> Judgement:
        subject = Subject(
            account=self.account,
            policies=self.target.policies,
            enrolled=self.target.enrolled,
            hold=overrides.hold_on(self.account.id, now),
            activity=self.activity,
        )
        return judge(subject, now)

    def objection(self, facts: GateFacts) -> Reason | None:
        """Why this account must not be released now, by what the transaction reads; None: it may."""
        if self.rules_to_come():
            return Reason.RULES_TO_COME
        now = self.clock.now()
        overrides = facts.overrides.with_words(self.orders.configured_holds.said)
        judgement = self.judged(overrides, now)
        policy, window = judgement.policy, judgement.window
        if policy is None or window is None:
            return judgement.reason
        standing = standing_of(
            self.account,
            policy,
            self._remembered(facts),
            required=self.orders.routes.receipts_for(policy, self.account),
            overrides=overrides,
            enforcing=True,
            unbroken_since=self._unbroken_since(now),
            activity=self.activity,
        )
        state = self.situation.state
        terms = Terms(now=now, mode=self.orders.mode, ledger_since=state.ledger_since)
        decision = plan(judgement, standing, terms)
        if not isinstance(decision.step, Release):
            return decision.reason
        docket, state = recounted(
            self.situation.docket,
            state,
            done=facts.done,
            unresolved=facts.unresolved,
            pauses=overrides.pauses(now),
            now=now,
        )
        halts = brake(docket, state, self.orders.limits, overrides.approved(now, self._begun))
        if halts.on(self.account.period, self.account.project):
            return Reason.BRAKED
        skew = self.orders.limits.max_clock_skew
        if not window.may_send(now, timeout=self.orders.timeout, skew=skew):
            return Reason.TOO_LATE
        return None

    @property
    def _begun(self) -> dict[LeasePeriod, datetime]:
        since = self.account.leased_since
        return {} if since is None else {self.account.period: since}

    def _unbroken_since(self, now: datetime) -> datetime:
        """A gap lies within this turn where its process was stopped for so long."""
        gap = now - self.situation.state.now > longest_gap(self.orders.poll)
        return now if gap else self.situation.unbroken_since

    def _remembered(self, facts: GateFacts) -> ProjectMemory:
        """The project's memory with what the transaction reads of this lease period put in its place."""
        period = self.account.period
        endings = [intent.ending for intent in facts.attempts]
        refused = {
            intent.account.id: intent.ended_at or intent.written_at
            for intent in facts.attempts
            if intent.ending is Ending.REFUSED
        }
        return replace(
            self.memory,
            notices={period: facts.notice} if facts.notice else {},
            not_done={period: endings.count(Ending.NOT_DONE)},
            released=frozenset({period}) if Ending.RELEASED in endings else frozenset(),
            refused={**self.memory.refused, **refused},
            unresolved=frozenset(
                intent.account.id for intent in facts.unresolved if intent.account.id == self.account.id
            ),
        )
