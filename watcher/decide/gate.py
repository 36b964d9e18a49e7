"""The last look before a DELETE: all the plan rested on, asked again in the intent's transaction."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from watcher.brakes import FleetState, Halt, brake
from watcher.brakes.docket import Docket, Entry, Place, unresolved_entry
from watcher.decide.orders import Orders
from watcher.decide.turn_record import longest_gap
from watcher.facts.accounts import Account, LeasePeriod
from watcher.facts.activity import Activity
from watcher.facts.health import Health
from watcher.memory.period_state import period_state_of
from watcher.memory.remembered import ProjectMemory
from watcher.record.intents import Ending, Intent, proved_at
from watcher.record.notices import Notice
from watcher.record.overrides import Override, OverrideKind, Overrides
from watcher.record.planned_pauses import PauseInForce
from watcher.record.reasons import Reason
from watcher.rules.asked_release import decide_asked, is_used_since
from watcher.rules.judge import Judgement, Subject, judge
from watcher.rules.plan import Release, Terms, plan
from watcher.rules.targets import Target


@dataclass(frozen=True, kw_only=True, slots=True)
class GateFacts:
    """What the last check before a DELETE looks at, read in the transaction that writes the intent."""

    overrides: Overrides
    notice: Notice | None
    unresolved: tuple[Intent, ...]
    attempts: tuple[Intent, ...]
    """Earlier attempts on the same lease period."""
    done: tuple[Entry, ...]
    """Our releases of the last 24 h, of the fleet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Gate:
    """One account, as it was read seconds ago, before the gate.

    `docket`, `state`: the fleet as the turn judged it; `unbroken_since`: no turn was missed since then.
    `word`: the person's word by which it is due; None where the rules alone want it.
    """

    account: Account
    activity: Activity
    health: Health
    target: Target
    memory: ProjectMemory
    orders: Orders
    docket: Docket
    state: FleetState
    unbroken_since: datetime
    word: Override | None = None

    def judged(self, overrides: Overrides, now: datetime) -> Judgement:
        subject = Subject(
            account=self.account,
            policies=self.target.policies,
            enrolled=self.target.enrolled,
            hold=overrides.hold_on(self.account.id, now),
            activity=self.activity,
            health=self.health,
        )
        return judge(subject, now)

    def objection(self, facts: GateFacts, now: datetime) -> Reason | None:
        """Why this account must not be released now, by what the transaction reads; None: it may."""
        overrides = facts.overrides.with_words(self.orders.configured_holds.said)
        judgement = self.judged(overrides, now)
        policy, window = judgement.policy, judgement.window
        if policy is None or window is None:
            return judgement.reason
        standing = period_state_of(
            self.account,
            policy,
            self._remembered(facts),
            required=self.orders.routes.receipts_for(policy, self.account),
            overrides=overrides,
            enforcing=True,
            unbroken_since=self._unbroken_since(now),
            activity=self.activity,
        )
        terms = Terms(now=now, mode=self.orders.mode, ledger_since=self.state.ledger_since)
        decision = plan(judgement, standing, terms)
        if self.word is not None:
            if not self._is_heard(self.word, facts, now):
                return Reason.WORD_OVER
            if is_used_since(self.activity, self.word):
                return Reason.IN_USE
            decision = decide_asked(decision, terms)
            window = decision.judgement.window or window
        if not isinstance(decision.step, Release):
            return decision.reason
        if self.halts(facts, now):
            return Reason.BRAKED
        skew = self.orders.limits.max_clock_skew
        if not window.may_send(now, timeout=self.orders.timeout, skew=skew):
            return Reason.TOO_LATE
        return None

    def halts(self, facts: GateFacts, now: datetime) -> tuple[Halt, ...]:
        """The brakes that stop it now; empty: none does."""
        overrides = facts.overrides
        docket, state = recounted(
            self.docket,
            self.state,
            done=facts.done,
            unresolved=facts.unresolved,
            pauses=overrides.pauses(now),
            # What is sent now may be under way for as long as it may take.
            planned=self.orders.planned_pauses.with_said(overrides.pauses_to_come(now)).on(
                now, within=self.orders.timeout
            ),
            now=now,
        )
        halts = brake(docket, state, self.orders.limits, overrides.approved(now, self._begun))
        return halts.on(self.account.period, self.account.project)

    def _is_heard(self, word: Override, facts: GateFacts, now: datetime) -> bool:
        """Whether a word for this release still counts, and no attempt was made by it or by a later one.

        Which word an attempt was by is written with it: no two clocks are held against each other.
        """
        by = {intent.asked_at for intent in facts.attempts if intent.asked_at is not None}
        if word not in facts.overrides.asked_releases(now) or not word.names(self.account):
            return False
        said = facts.overrides.about(self.account.id)
        since = said[said.index(word) :]
        return not any(one.kind is OverrideKind.RELEASE and one.at in by for one in since)

    @property
    def _begun(self) -> dict[LeasePeriod, datetime]:
        since = self.account.leased_since
        return {} if since is None else {self.account.period: since}

    def _unbroken_since(self, now: datetime) -> datetime:
        """A gap lies within this turn where its process was stopped for so long."""
        gap = now - self.state.now > longest_gap(self.orders.poll)
        return now if gap else self.unbroken_since

    def _remembered(self, facts: GateFacts) -> ProjectMemory:
        """The project's memory with what the transaction reads of this lease period put in its place."""
        period = self.account.period
        endings = [intent.ending for intent in facts.attempts]
        without_effect = [intent for intent in facts.attempts if intent.ending is Ending.NOT_DONE]
        refused = {
            intent.account.id: intent.ended_at or intent.written_at
            for intent in facts.attempts
            if intent.ending is Ending.REFUSED
        }
        return replace(
            self.memory,
            notices={period: facts.notice} if facts.notice else {},
            not_done={period: len(without_effect)},
            not_done_at={one.account.period: proved_at(one) for one in without_effect},
            released=frozenset({period}) if Ending.RELEASED in endings else frozenset(),
            refused={**self.memory.refused, **refused},
            unresolved=frozenset(
                intent.account.id for intent in facts.unresolved if intent.account.id == self.account.id
            ),
        )


def recounted(
    docket: Docket,
    state: FleetState,
    *,
    done: Sequence[Entry],
    unresolved: Sequence[Intent],
    pauses: Sequence[Override],
    planned: Sequence[PauseInForce],
    now: datetime,
) -> tuple[Docket, FleetState]:
    """What brakes look at right before a DELETE.

    `done`: our releases of the last 24 h, `unresolved`: those whose end is unknown, both as the ledger has
    them now. Releases that were still assigned when the fleet was read move from "due" to "done" and leave
    the count of their project.
    """
    counted = {entry.period for entry in docket.entries if entry.place is Place.DONE}
    fresh = Counter(entry.project for entry in done if entry.period not in counted)
    attempted = (*done, *map(unresolved_entry, unresolved))
    periods = {entry.period for entry in attempted}
    entries = (*attempted, *(entry for entry in docket.entries if entry.period not in periods))
    projects = {
        id_: replace(one, assigned=max(one.assigned - fresh[id_], 0)) for id_, one in state.projects.items()
    }
    return Docket(entries=entries), replace(
        state,
        now=now,
        projects=projects,
        unresolved=tuple(intent.account.project for intent in unresolved),
        pauses=tuple(pauses),
        planned=tuple(planned),
    )
