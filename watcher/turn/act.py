"""Carry out the releases that are due, one at a time, each on facts read seconds before.

Re-read → judge and plan again → intent → DELETE → verification → conclusion. Whatever stops in between,
the intent tells the next turn to read back before anything else.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Event as StopSignal
from typing import Protocol, assert_never

from watcher.decide.gathered import Due
from watcher.decide.orders import Orders
from watcher.decide.troubles import pause_event
from watcher.facts.accounts import Account, AccountId, ProjectId, begins_with
from watcher.facts.activity import NOT_ASKED, remembering
from watcher.facts.listing import FRESH_FOR, Listing, ids_in
from watcher.memory.writes import Said
from watcher.messages.telling import attempt_events, evidence_in_words
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
    Uncertain,
    WhyNotSent,
    is_about_the_key,
    is_missing,
)
from watcher.ports.ledger import Ledger, LedgerUnavailable
from watcher.record.attempts import Attempt, Ended
from watcher.record.intents import Ending, Intent
from watcher.record.overrides import Override, OverrideKind, Overrides
from watcher.record.reasons import Reason
from watcher.texts.commands import to_pause
from watcher.texts.spans import span
from watcher.turn.clock_proof import ClockProof
from watcher.turn.endings import ENDED, GONE, OBJECTED, so_far, too_old
from watcher.turn.former import evidence_there, formerly, still_there, together
from watcher.turn.gate import Gate, Situation
from watcher.turn.gather import Gatherer
from watcher.turn.lost import LOST, lost_in
from watcher.turn.settle import AT_ONCE, SETTLES_AFTER, released_outcome, settled
from watcher.turn.verify import Verified, gone_meanwhile, verify

_SAME = ("id", "project", "handle", "renews_at")
"""What pins an account, with its lease's begin: where one differs from the plan's, another may be meant."""


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

    def act(self, due: Sequence[Due], situation: Situation, /) -> Iterator[Attempt]:
        done: set[AccountId] = set()
        for one in due:
            if self.rules_to_come():
                yield self._attempt(one.decision.account, Ended.NOT_SENT, reason=Reason.RULES_TO_COME)
                continue
            # First the wait for the rate limit, then the facts: the DELETE goes on facts of seconds ago.
            if self.stop.is_set() or not self.releaser.ready():
                return
            if not self.ledger.keep_lease(self.clock.now()):
                return
            attempt = self._release(one, situation, done)
            if attempt.ended in GONE:
                done.add(attempt.period.account)
            yield attempt
            if attempt.reason is Reason.LEASE_LOST:
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
                return self._attempt(
                    planned, Ended.UNREADABLE, detail=too_old("its project's list", before.age)
                )
            if (short := self._others_gone(due, before, done)) is not None:
                return short
            account = next((one for one in before.accounts if one.id == planned.id), None)
            if account is None or not _is_same(account, planned):
                return self._attempt(planned, Ended.CHANGED, reason=Reason.FACTS_CHANGED)
            proof = situation.clock_proof.proved_again(self.clock, before.skew)
            if (off := self._clock_off(proof)) is not None:
                return self._attempt(planned, Ended.HALTED, reason=Reason.BRAKED, detail=off)
            now = self.clock.now()
            found = self.gatherer.evidence(due.target, [account], shown_before=due.shown, now=now)
            activity, age = found.activity, found.age
            shown = self.ledger.fleet(now).shown if others else frozenset()
            for other in formerly(planned, still_there(listed), self.orders):
                there = evidence_there(self.gatherer, due.target, other, [account], shown=shown, now=now)
                activity, age = together(activity, there.activity), max(age, there.age)
            if age > FRESH_FOR:
                return self._attempt(planned, Ended.UNREADABLE, detail=too_old("evidence of its use", age))
        except ApiError as error:
            if is_about_the_key(error):
                raise
            return self._attempt(planned, Ended.UNREADABLE, detail=error.summary)
        gate = Gate(
            account=account,
            activity=remembering(activity.get(account.id, NOT_ASKED), due.known.used),
            target=due.target,
            memory=due.memory,
            situation=situation,
            orders=self.orders,
            clock=self.clock,
            rules_to_come=self.rules_to_come,
        )
        now = self.clock.now()
        judgement = gate.judged(Overrides(), now)
        policy, window = judgement.policy, judgement.window
        if policy is None or window is None:
            return self._attempt(account, Ended.CHANGED, reason=judgement.reason)
        intent = self.ledger.write_intent(
            Intent(
                account=account,
                turn=situation.turn,
                policy=policy.name,
                reason=f"lease-watcher: policy {policy.name}, {evidence_in_words(judgement, now)}, "
                f"turn {situation.turn}",
                written_at=now,
            ),
            gate.objection,
        )
        if isinstance(intent, Reason):
            return self._attempt(account, OBJECTED.get(intent, Ended.CHANGED), reason=intent)
        if (off := self._clock_off(proof)) is not None:
            return self._conclude(intent, Ending.NOT_SENT, off, None, reason=Reason.BRAKED)
        return self._send(intent, before, closes=window.closes - self.orders.limits.max_clock_skew)

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
        who = f"{len(gone)} other accounts were" if several else "another account was"
        why = f"{who} gone right before the release of {account.id}, since the turn read its project's list"
        stopped = self.ledger.fleet(self.clock.now()).overrides.pauses(self.clock.now())
        if not any(one.project in (None, None if several else account.project) for one in stopped):
            self._pause(None if several else account, why)
        return self._attempt(account, Ended.HALTED, reason=Reason.BRAKED, detail=why)

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
                    return self._attempt(account, Ended.CHANGED, reason=Reason.LISTED_TWICE)
                if not is_missing(error):
                    raise
                continue
            if account.id in ids_in(listing):
                return self._attempt(account, Ended.CHANGED, reason=Reason.LISTED_TWICE)
            if not listing.is_fresh:
                return self._attempt(
                    account, Ended.UNREADABLE, detail=too_old("another project's list", listing.age)
                )
        return None

    def _send(self, intent: Intent, before: Listing, *, closes: datetime) -> Attempt:
        account = intent.account
        # While nobody can have taken the lease over: a process that was frozen here sends nothing later.
        soon = intent.written_at + self.orders.timeout + AT_ONCE
        answer = self.releaser.release(account.id, reason=intent.reason, latest=min(closes, soon))
        try:
            return self._answered(answer, intent, before, closes=closes)
        except LOST as lost:
            if isinstance(answer, Denied | Throttled | NotSent):
                # Certainly not carried out; that it is noted as open is read back.
                raise
            raise lost_in(account, so_far(answer), lost) from lost

    def _answered(
        self, answer: ReleaseAnswer, intent: Intent, before: Listing, *, closes: datetime
    ) -> Attempt:
        match answer:
            case Done(request_id=request_id):
                return self._verified(intent, before, Ending.RELEASED, request_id)
            case NotThere(request_id=request_id):
                earlier = self._tried_before(intent)
                ending = Ending.RELEASED if earlier else Ending.GONE_NOT_BY_US
                return self._verified(intent, before, ending, request_id, "404: not there")
            case Denied(status=status, code=code, request_id=request_id):
                if (trouble := answer.about_the_key) is not None:
                    # Not of this account, which stays as it was; and no other fares better now.
                    self._conclude(intent, Ending.NOT_SENT, f"{status} {code}", request_id)
                    raise trouble
                return self._conclude(intent, Ending.REFUSED, f"{status} {code}", request_id)
            case Throttled(request_id=request_id):
                return self._conclude(intent, Ending.NOT_SENT, "429: over the rate limit", request_id)
            case NotSent(why=why):
                # Too late for the intent alone: the next turn has another look, and another try.
                missed = why is WhyNotSent.TOO_LATE and self.clock.now() + self.orders.timeout >= closes
                late = Reason.TOO_LATE if missed else None
                return self._conclude(intent, Ending.NOT_SENT, why.value.replace("_", " "), None, reason=late)
            case Uncertain(detail=detail, request_id=request_id):
                return self._read_back(intent, before, detail, request_id)
            case _:
                assert_never(answer)

    def _tried_before(self, intent: Intent) -> bool:
        """Whether an earlier DELETE of ours for this lease period may have landed after all."""
        memory = self.ledger.project(intent.account.project)
        return intent.account.period in memory.not_done

    def _read_back(self, intent: Intent, before: Listing, detail: str, request_id: str | None) -> Attempt:
        """Look at once, and again when the lists have had time to follow; never send again here."""
        sent = self.clock.monotonic()
        ending = self._settled(intent, seconds_since_sent=0.0)
        if ending is None and self.clock.wait(self.clock.now() + SETTLES_AFTER, self.stop):
            ending = self._settled(intent, seconds_since_sent=self.clock.monotonic() - sent)
        match ending:
            case None:
                return self._attempt(intent.account, Ended.UNKNOWN, detail=detail)
            case Ending.RELEASED:
                return self._verified(intent, before, ending, request_id, f"{detail}; read back")
            case Ending.NOT_DONE | Ending.NOT_SENT | Ending.REFUSED | Ending.GONE_NOT_BY_US:
                return self._conclude(intent, ending, f"{detail}; read back", request_id)
            case _:
                assert_never(ending)

    def _settled(self, intent: Intent, *, seconds_since_sent: float) -> Ending | None:
        try:
            return settled(intent, self.reader, seconds_since_sent=seconds_since_sent)
        except ApiError:
            return None

    def _verified(
        self, intent: Intent, before: Listing, ending: Ending, request_id: str | None, detail: str = ""
    ) -> Attempt:
        """Conclude after looking who else is gone; pause where the world differs from what we did."""
        account = intent.account
        match verify(self.reader, self.clock, before, account, self.stop, ours=self._is_ours):
            case Verified.STILL_THERE:
                self._pause(None, f"{account.id} is still leased after its release was confirmed")
                return self._attempt(account, Ended.UNKNOWN, detail="confirmed, but still listed")
            case Verified.ONE_OTHER_GONE:
                self._pause(account, f"another account was gone after the release of {account.id}")
                return self._conclude(
                    intent, ending, f"{detail} another account was gone too".strip(), request_id
                )
            case Verified.OTHERS_GONE:
                self._pause(None, f"several other accounts were gone after the release of {account.id}")
                return self._conclude(
                    intent, ending, f"{detail} several other accounts were gone too".strip(), request_id
                )
            case Verified.UNREADABLE if ending is not Ending.RELEASED or detail:
                return self._attempt(account, Ended.UNKNOWN, detail=f"{detail}; cannot be read back")
            case Verified.UNREADABLE:
                return self._conclude(intent, ending, "not verified: unreadable", request_id, verified=False)
            case Verified.CLEAN:
                return self._conclude(intent, ending, detail, request_id)

    def _is_ours(self, account: Account) -> bool:
        """Whether we released this lease, or are about to."""
        memory = self.ledger.project(account.project)
        return account.id in memory.unresolved or account.period in memory.released

    def _pause(self, account: Account | None, why: str) -> None:
        pause = Override(
            kind=OverrideKind.PAUSE,
            at=self.clock.now(),
            by="lease-watcher",
            why=why,
            project=account.project if account else None,
        )
        try:
            self.ledger.apply(
                (Said(override=pause, messages=self.orders.routes.messages([pause_event(pause)], live=True)),)
            )
        except LOST as lost:
            # Whoever reads this is the only one who will know.
            unsaid = f"Nor was a pause written, for {why}: `{to_pause(pause.project)}` before a turn runs."
            raise LedgerUnavailable(f"{lost} {unsaid}") from lost

    def _conclude(
        self,
        intent: Intent,
        ending: Ending,
        detail: str,
        request_id: str | None,
        *,
        reason: Reason | None = None,
        verified: bool = True,
    ) -> Attempt:
        ended = ENDED[ending]
        attempt = self._attempt(intent.account, ended, reason=reason, detail=detail, verified=verified)
        attempt = replace(attempt, policy=intent.policy)
        self.ledger.conclude(
            intent,
            ending,
            at=attempt.at,
            detail=detail,
            request_id=request_id,
            outcome=released_outcome(intent) if ending is Ending.RELEASED else None,
            messages=self.orders.routes.messages(attempt_events(attempt), live=True),
        )
        return attempt

    def _attempt(
        self,
        account: Account,
        ended: Ended,
        *,
        reason: Reason | None = None,
        detail: str = "",
        verified: bool = True,
    ) -> Attempt:
        return Attempt(
            period=account.period,
            project=account.project,
            handle=account.handle,
            platform=account.platform,
            price_cents=account.price_cents,
            ended=ended,
            at=self.clock.now(),
            reason=reason,
            detail=detail,
            verified=verified,
        )


def _is_same(account: Account, planned: Account) -> bool:
    same = all(getattr(account, name) == getattr(planned, name) for name in _SAME)
    return same and begins_with(account.assigned_at, planned.assigned_at)
