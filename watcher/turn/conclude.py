"""What came of a DELETE: its answer, the lists after it, the ledger and whoever must be told.

Nothing is ever sent from here: an answer that proves nothing is read back.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from threading import Event as StopSignal
from typing import assert_never

from watcher.decide.fleet_problems import pause_event
from watcher.decide.orders import Orders
from watcher.facts.accounts import Account
from watcher.facts.listing import Listing
from watcher.memory.writes import Concluded, Said
from watcher.messages.matters import in_time
from watcher.messages.release_messages import attempt_events
from watcher.messages.words import NOT_SENT
from watcher.ports.clock import Clock
from watcher.ports.leases import (
    ApiError,
    Denied,
    Done,
    LeaseReader,
    NotSent,
    NotThere,
    ReleaseAnswer,
    Throttled,
    Uncertain,
)
from watcher.ports.ledger import Ledger, LedgerUnavailable
from watcher.record.attempts import Attempt
from watcher.record.intents import Conclusion, Ending, Intent, WhyNotSent
from watcher.record.overrides import Override, OverrideKind
from watcher.record.reasons import Reason
from watcher.texts.commands import to_pause
from watcher.turn.ledger_lost import LOST
from watcher.turn.read_back import SETTLES_AFTER, is_last_attempt, released_outcome, settled
from watcher.turn.verify import Verified, verify


@dataclass(frozen=True, kw_only=True, slots=True)
class Conclusions:
    """Ends attempts. `stop` ends a wait between two looks, never the first look."""

    reader: LeaseReader
    ledger: Ledger
    clock: Clock
    orders: Orders
    stop: StopSignal

    def answered(
        self, answer: ReleaseAnswer, intent: Intent, before: Listing, *, closes: datetime
    ) -> Attempt:
        match answer:
            case Done(request_id=request_id):
                return self._verified(intent, before, Ending.RELEASED, request_id)
            case NotThere(request_id=request_id):
                ours = self._tried_before(intent)
                ending: Conclusion = Ending.RELEASED if ours else Ending.GONE_NOT_BY_US
                return self._verified(intent, before, ending, request_id, "404: not there")
            case Denied(status=status, code=code, request_id=request_id):
                if (trouble := answer.about_the_key) is not None:
                    # Not of this account, which stays as it was; and no other fares better now.
                    self.conclude(intent, Ending.NOT_SENT, f"{status} {code}", request_id)
                    raise trouble
                by = in_time([closes], self.clock.now(), self.orders.poll)
                return self.conclude(intent, Ending.REFUSED, f"{status} {code}", request_id, by=by)
            case Throttled(request_id=request_id):
                throttled = WhyNotSent.THROTTLED
                return self.conclude(
                    intent, Ending.NOT_SENT, NOT_SENT[throttled], request_id, unsent=throttled
                )
            case NotSent(why=why):
                # Too late for the intent alone: the next turn has another look, and another try.
                missed = why is WhyNotSent.TOO_LATE and self.clock.now() + self.orders.timeout >= closes
                late = Reason.TOO_LATE if missed and intent.asked_by is None else None
                return self.conclude(intent, Ending.NOT_SENT, NOT_SENT[why], None, reason=late, unsent=why)
            case Uncertain(detail=detail, request_id=request_id):
                return self._read_back(intent, before, detail, request_id, closes)
            case _:
                assert_never(answer)

    def _tried_before(self, intent: Intent) -> bool:
        """Whether an earlier DELETE of ours for this lease period may have landed after all."""
        memory = self.ledger.project(intent.account.project)
        return intent.account.period in memory.not_done

    def _read_back(
        self, intent: Intent, before: Listing, detail: str, request_id: str | None, closes: datetime
    ) -> Attempt:
        """Look at once, and again when the lists have had time to follow; never send again here."""
        sent = self.clock.monotonic()
        ending = self._settled(intent, seconds_since_sent=0.0)
        if ending is None and self.clock.wait(self.clock.now() + SETTLES_AFTER, self.stop):
            ending = self._settled(intent, seconds_since_sent=self.clock.monotonic() - sent)
        match ending:
            case None:
                return self.attempt(intent.account, Ending.UNKNOWN, detail=detail)
            case Ending.RELEASED:
                return self._verified(intent, before, ending, request_id, f"{detail}; read back")
            case Ending.NOT_DONE:
                by = in_time([closes], self.clock.now(), self.orders.poll)
                return self.conclude(intent, ending, f"{detail}; read back", request_id, by=by)
            case Ending.NOT_SENT | Ending.REFUSED | Ending.GONE_NOT_BY_US:
                return self.conclude(intent, ending, f"{detail}; read back", request_id)
            case _:
                assert_never(ending)

    def _settled(self, intent: Intent, *, seconds_since_sent: float) -> Conclusion | None:
        try:
            return settled(intent, self.reader, seconds_since_sent=seconds_since_sent)
        except ApiError:
            return None

    def _verified(
        self, intent: Intent, before: Listing, ending: Conclusion, request_id: str | None, detail: str = ""
    ) -> Attempt:
        """Conclude after looking who else is gone; pause where the world differs from what we did."""
        account = intent.account
        match verify(self.reader, self.clock, before, account, self.stop, ours=self._is_ours):
            case Verified.STILL_THERE:
                self.pause(None, f"{account.id} is still leased after its release was confirmed")
                return self.attempt(account, Ending.UNKNOWN, detail="confirmed, but still listed")
            case Verified.ONE_OTHER_GONE:
                self.pause(account, f"another account was gone after the release of {account.id}")
                return self.conclude(
                    intent, ending, f"{detail} another account was gone too".strip(), request_id
                )
            case Verified.OTHERS_GONE:
                self.pause(None, f"several other accounts were gone after the release of {account.id}")
                return self.conclude(
                    intent, ending, f"{detail} several other accounts were gone too".strip(), request_id
                )
            case Verified.UNREADABLE if ending is not Ending.RELEASED or detail:
                return self.attempt(account, Ending.UNKNOWN, detail=f"{detail}; cannot be read back")
            case Verified.UNREADABLE:
                return self.conclude(intent, ending, "not verified: unreadable", request_id, verified=False)
            case Verified.CLEAN:
                return self.conclude(intent, ending, detail, request_id)

    def _is_ours(self, account: Account) -> bool:
        """Whether we released this lease, or are about to."""
        memory = self.ledger.project(account.project)
        return account.id in memory.unresolved or account.period in memory.released

    def pause(self, account: Account | None, why: str) -> None:
        pause = Override(
            kind=OverrideKind.PAUSE,
            at=self.clock.now(),
            by="lease-watcher",
            why=why,
            project=account.project if account else None,
        )
        told = pause_event(pause, self.orders.names)
        try:
            self.ledger.apply(
                (Said(override=pause, messages=self.orders.routes.messages([told], live=True)),)
            )
        except LOST as lost:
            # Whoever reads this is the only one who will know.
            unsaid = f"Nor was a pause written, for {why}: `{to_pause(pause.project)}` before a turn runs."
            raise LedgerUnavailable(f"{lost} {unsaid}") from lost

    def conclude(
        self,
        intent: Intent,
        ending: Conclusion,
        detail: str,
        request_id: str | None,
        *,
        reason: Reason | None = None,
        verified: bool = True,
        by: datetime | None = None,
        unsent: WhyNotSent | None = None,
    ) -> Attempt:
        """`by`: until when a person may still have one tried again that is not tried without a word."""
        attempt = self.attempt(intent.account, ending, reason=reason, detail=detail, verified=verified)
        spent = ending is Ending.NOT_DONE and is_last_attempt(intent, self.ledger)
        attempt = replace(attempt, policy=intent.policy, asked_by=intent.asked_by, unsent=unsent, spent=spent)
        self.ledger.conclude(
            Concluded(
                intent=intent,
                ending=ending,
                at=attempt.at,
                detail=detail,
                request_id=request_id,
                outcome=released_outcome(intent) if ending is Ending.RELEASED else None,
                messages=tuple(self.orders.routes.messages(attempt_events(attempt, by=by), live=True)),
            )
        )
        return attempt

    def attempt(
        self,
        account: Account,
        ended: Ending,
        *,
        reason: Reason | None = None,
        detail: str = "",
        verified: bool = True,
    ) -> Attempt:
        """An attempt that ended now, of which nothing is written."""
        now = self.clock.now()
        return Attempt.on(account, ended, at=now, reason=reason, detail=detail, verified=verified)
