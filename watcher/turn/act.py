"""Carry out the releases that are due, one at a time, each on facts read seconds before.

Re-read → judge and plan again → intent → DELETE → verification → conclusion. Whatever stops in between,
the intent tells the next turn to read back before anything else.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event as StopSignal
from typing import Protocol

from watcher.brakes import Halt
from watcher.brakes.docket import Docket
from watcher.brakes.fleet_state import FleetState
from watcher.decide.gate import Gate, GateFacts
from watcher.decide.gathered import Due
from watcher.decide.orders import Orders
from watcher.facts.accounts import Account, AccountId, ProjectId, begins_with
from watcher.facts.activity import NOT_ASKED, remembering
from watcher.facts.health import HEALTH_NOT_ASKED
from watcher.facts.listing import FRESH_FOR, Listing, ids_in
from watcher.messages.renewal_messages import evidence_in_words
from watcher.messages.words import REASON
from watcher.ports.clock import Clock
from watcher.ports.leases import (
    ApiError,
    Denied,
    Done,
    LeaseReader,
    LeaseReleaser,
    NotSent,
    NotThere,
    ReleaseAnswer,
    Throttled,
    is_about_the_key,
    is_missing,
)
from watcher.ports.ledger import Ledger
from watcher.record.attempts import Attempt
from watcher.record.intents import Ending, Intent
from watcher.record.overrides import Overrides
from watcher.record.reasons import Reason
from watcher.texts.spans import counted, span
from watcher.turn.clock_proof import ClockProof
from watcher.turn.conclude import Conclusions
from watcher.turn.elsewhere import evidence_there, formerly, still_there, together
from watcher.turn.gather import Gatherer
from watcher.turn.ledger_lost import LOST, lost_in
from watcher.turn.read_back import AT_ONCE
from watcher.turn.verify import gone_meanwhile

_SAME = ("id", "project", "handle", "renews_at")
"""What pins an account, with its lease's begin: where one differs from the plan's, another may be meant."""


_OBJECTED = {Reason.BRAKED: Ending.HALTED, Reason.RULES_TO_COME: Ending.NOT_SENT}
"""How an attempt ends that the gate stopped for a reason other than the account's own facts."""


_GONE = (Ending.RELEASED, Ending.GONE_NOT_BY_US)
"""How attempts end after which their account is no longer listed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Situation:
    """What holds for all releases of a turn."""

    turn: str
    docket: Docket
    state: FleetState
    unbroken_since: datetime
    clock_proof: ClockProof
    """What the clock was worth when the turn began."""


class Actor(Protocol):
    def act(self, due: Sequence[Due], situation: Situation, /) -> Iterator[Attempt]:
        """Carry out what is due, in this order; raises the reader's key errors."""
        ...


class Observer:
    """The actor of observe mode: it has no way to release anything."""

    def act(self, _due: Sequence[Due], _situation: Situation, /) -> Iterator[Attempt]:
        return iter(())


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveActor:
    """The only thing that releases. `stop` is looked at between steps, never in a DELETE."""

    reader: LeaseReader
    releaser: LeaseReleaser
    gatherer: Gatherer
    ledger: Ledger
    clock: Clock
    orders: Orders
    stop: StopSignal
    rules_to_come: Callable[[], bool] = lambda: False
    """Whether a changed configuration waits to be read: it may hold what is due, so nothing goes before."""

    @property
    def conclusions(self) -> Conclusions:
        """How attempts end."""
        return Conclusions(
            reader=self.reader, ledger=self.ledger, clock=self.clock, orders=self.orders, stop=self.stop
        )

    def act(self, due: Sequence[Due], situation: Situation, /) -> Iterator[Attempt]:
        done: set[AccountId] = set()
        for one in due:
            if self.rules_to_come():
                yield self.conclusions.attempt(
                    one.decision.account, Ending.NOT_SENT, reason=Reason.RULES_TO_COME
                )
                continue
            # First the wait for the rate limit, then the facts: the DELETE goes on facts of seconds ago.
            if self.stop.is_set() or not self.releaser.ready():
                return
            if not self.ledger.keep_lock(self.clock.now()):
                return
            attempt = self._release(one, situation, done)
            if attempt.ended in _GONE:
                done.add(attempt.period.account)
            yield attempt
            if attempt.reason is Reason.LOCK_LOST:
                return

    def _release(self, due: Due, situation: Situation, done: Set[AccountId]) -> Attempt:
        """One release, as far as it comes. `done`: accounts that are gone since this turn's own attempts."""
        planned = due.decision.account
        try:
            listed = self.ledger.listings([planned.id]).get(planned.id, ())
            others = formerly(planned, listed, self.orders)
            if (doubted := self._elsewhere(planned, others)) is not None:
                return doubted
            before = self.reader.leased(planned.project)
            if not before.is_fresh:
                return self.conclusions.attempt(
                    planned, Ending.UNREADABLE, detail=_too_old("its project's list", before.age)
                )
            if (short := self._others_gone(due, before, done)) is not None:
                return short
            account = next((one for one in before.accounts if one.id == planned.id), None)
            if account is None or not _is_same(account, planned):
                return self.conclusions.attempt(planned, Ending.CHANGED, reason=Reason.FACTS_CHANGED)
            proof = situation.clock_proof.proved_again(self.clock, before.skew)
            if (off := self._clock_off(proof)) is not None:
                return self.conclusions.attempt(planned, Ending.HALTED, reason=Reason.BRAKED, detail=off)
            now = self.clock.now()
            found = self.gatherer.evidence(
                due.target, [account], shown_before=due.shown, now=now, due=(account.id,)
            )
            activity, age = found.activity, found.age
            shown = self.ledger.fleet(now).shown if others else frozenset()
            for other in formerly(planned, still_there(listed), self.orders):
                there = evidence_there(
                    self.gatherer, due.target, other, [account], healths=found.health, shown=shown, now=now
                )
                activity, age = together(activity, there.activity), max(age, there.age)
            if age > FRESH_FOR:
                return self.conclusions.attempt(
                    planned, Ending.UNREADABLE, detail=_too_old("evidence of its use", age)
                )
        except ApiError as error:
            if is_about_the_key(error):
                raise
            return self.conclusions.attempt(planned, Ending.UNREADABLE, detail=error.summary)
        gate = Gate(
            account=account,
            activity=remembering(activity.get(account.id, NOT_ASKED), due.known.used),
            health=found.health.get(account.id, HEALTH_NOT_ASKED),
            target=due.target,
            memory=due.memory,
            orders=self.orders,
            docket=situation.docket,
            state=situation.state,
            unbroken_since=situation.unbroken_since,
            word=due.word,
        )

        halts: list[Halt] = []
        said: list[Overrides] = []

        def objection(facts: GateFacts) -> Reason | None:
            now = self.clock.now()
            said[:] = [facts.overrides]
            found = Reason.RULES_TO_COME if self.rules_to_come() else gate.objection(facts, now)
            halts[:] = gate.halts(facts, now) if found is Reason.BRAKED else ()
            return found

        now = self.clock.now()
        judgement = gate.judged(Overrides(), now)
        policy, window = judgement.policy, judgement.window
        if policy is None or window is None:
            return self.conclusions.attempt(account, Ending.CHANGED, reason=judgement.reason)
        if judgement.is_governed and policy != due.decision.judgement.policy:
            # By the other one nothing was planned, and nothing announced: that is for the next turn.
            return self.conclusions.attempt(account, Ending.CHANGED, reason=Reason.FACTS_CHANGED)
        why = f"policy {policy.name}" if due.word is None else "a person asked for it"
        intent = self.ledger.write_intent(
            Intent(
                account=account,
                turn=situation.turn,
                policy=policy.name,
                reason=f"lease-watcher: {why}, {evidence_in_words(judgement, now)}, turn {situation.turn}",
                written_at=now,
                asked_by=None if due.word is None else due.word.by,
                asked_at=None if due.word is None else due.word.at,
                halt_over=due.halt_over,
            ),
            objection,
        )
        if intent is Reason.TOO_LATE and due.word is not None:
            # Nothing was planned, so nothing is missed.
            return self.conclusions.attempt(account, Ending.CHANGED, detail=REASON[intent])
        if isinstance(intent, Reason):
            return self.conclusions.attempt(
                account,
                _OBJECTED.get(intent, Ending.CHANGED),
                reason=intent,
                detail="; ".join(halt.in_words(self.orders.names) for halt in halts),
            )
        if (off := self._clock_off(proof)) is not None:
            return self.conclusions.conclude(intent, Ending.NOT_SENT, off, None, reason=Reason.BRAKED)
        coming = [word for words in said for word in words.pauses_to_come(intent.written_at)]
        pause = self.orders.planned_pauses.with_said(coming).next_begin(account.project, intent.written_at)
        closes = window.closes - self.orders.limits.max_clock_skew
        return self._send(intent, before, closes=closes, pause=pause)

    def _others_gone(self, due: Due, before: Listing, done: Set[AccountId]) -> Attempt | None:
        """The end of an attempt where others are gone since the turn read its project, and not by us.

        As after a DELETE: one stops its project, several the fleet.
        """
        account = due.decision.account
        memory = self.ledger.project(account.project)
        gone = gone_meanwhile(due.listed, before, account, memory, done)
        if not gone:
            return None
        several = len(gone) > 1
        who = f"{counted(len(gone), 'other account')} were" if several else "another account was"
        why = f"{who} gone right before the release of {account.id}, since the turn read its project's list"
        stopped = self.ledger.fleet(self.clock.now()).overrides.pauses(self.clock.now())
        if not any(one.project in (None, None if several else account.project) for one in stopped):
            self.conclusions.pause(None if several else account, why)
        return self.conclusions.attempt(account, Ending.HALTED, reason=Reason.BRAKED, detail=why)

    def _clock_off(self, proof: ClockProof) -> str | None:
        """What is wrong with our clock by now, although it was proved when the turn began."""
        skew = proof.skew_by(self.clock)
        if skew is None or skew <= self.orders.limits.max_clock_skew:
            return None  # where nothing proved it no release is due
        return f"clock off: {span(skew)} off the API's, and it was not when the turn began"

    def _elsewhere(self, account: Account, others: Iterable[ProjectId]) -> Attempt | None:
        """The end of an attempt on what others may list. All that are watched and ever did are asked.

        Raises the reader's errors; a project that answers 404 lists nothing.
        """
        for other in others:
            try:
                listing = self.reader.leased(other)
            except ApiError as error:
                if account.id in error.listed:
                    return self.conclusions.attempt(account, Ending.CHANGED, reason=Reason.LISTED_TWICE)
                if not is_missing(error):
                    raise
                continue
            if account.id in ids_in(listing):
                return self.conclusions.attempt(account, Ending.CHANGED, reason=Reason.LISTED_TWICE)
            if not listing.is_fresh:
                return self.conclusions.attempt(
                    account, Ending.UNREADABLE, detail=_too_old("another project's list", listing.age)
                )
        return None

    def _send(self, intent: Intent, before: Listing, *, closes: datetime, pause: datetime | None) -> Attempt:
        """`pause`: when the next one begins, into which no request may reach."""
        account = intent.account
        # While nobody can have taken the lock over: a process that was frozen here sends nothing later.
        soon = intent.written_at + self.orders.timeout + AT_ONCE
        latest = min(one for one in (closes, soon, pause) if one is not None)
        answer = self.releaser.release(account.id, reason=intent.reason, latest=latest)
        try:
            return self.conclusions.answered(answer, intent, before, closes=closes)
        except LOST as lost:
            if isinstance(answer, Denied | Throttled | NotSent):
                # Certainly not carried out; that it is noted as open is read back.
                raise
            raise lost_in(account, _so_far(answer), lost) from lost


def _is_same(account: Account, planned: Account) -> bool:
    same = all(getattr(account, name) == getattr(planned, name) for name in _SAME)
    return same and begins_with(account.assigned_at, planned.assigned_at)


def _too_old(what: str, age: timedelta) -> str:
    return f"{what} came {span(age)} old, right before the release: somebody in between keeps answers"


def _so_far(answer: ReleaseAnswer) -> str:
    match answer:
        case Done():
            return "was released, as the API confirmed"
        case NotThere():
            return "is not leased any more, as the API answered its DELETE"
        case _:
            return "may have been released: its DELETE was sent, and how it ended is not known"
