"""Giving accounts back: the only DELETE there is, handed to nothing but an enforcing turn."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from watcher.adapters.http.answer import Answer, Unanswered, WhyUnanswered, retry_after
from watcher.adapters.layers.bodies import segment
from watcher.adapters.layers.errors import envelope, problem, request_id
from watcher.adapters.layers.session import LONGEST, Session
from watcher.adapters.layers.wire import confirms
from watcher.facts.accounts import AccountId
from watcher.ports.leases import Denied, Done, NotSent, NotThere, ReleaseAnswer, Throttled, Uncertain
from watcher.record.intents import WhyNotSent

LONGEST_REASON = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class LayersReleaser:
    """`LeaseReleaser` over HTTP."""

    session: Session

    def ready(self) -> bool:
        return self.session.writes.wait_for_place(self.session.stop)

    def release(self, account: AccountId, *, reason: str, latest: datetime) -> ReleaseAnswer:
        """One DELETE, once. Raises ValueError for an id no account can have."""
        session = self.session
        path = f"/v1/leased-accounts/{segment(account)}"
        entered_at, entered = session.clock.now(), session.clock.monotonic()
        content = json.dumps({"reason": reason[:LONGEST_REASON]}).encode()
        if not session.writes.take(session.stop):
            return NotSent(why=WhyNotSent.STOPPING)
        try:
            # Only now: the wait for the budget may have taken a minute. From here on, `send` lets no byte
            # out after the timeout, so what is sent at all is sent before `latest`; if the machine sleeps
            # meanwhile, that is looked at once more.
            # A clock that was put back while we waited makes nothing earlier.
            waited = timedelta(seconds=session.clock.monotonic() - entered)
            if max(session.clock.now(), entered_at + waited) + session.timeout >= latest:
                return NotSent(why=WhyNotSent.TOO_LATE)
            outcome = session.send("DELETE", path, content=content, latest=latest)
        finally:
            session.writes.end()
        if isinstance(outcome, Unanswered):
            return _without_an_answer(outcome)
        if outcome.status == 429 and (span := retry_after(outcome, session.clock.now(), longest=LONGEST)):
            session.writes.close_for(span)
        return _understood(outcome, account, f"DELETE {path}")


def _without_an_answer(outcome: Unanswered) -> ReleaseAnswer:
    if outcome.trouble in (WhyUnanswered.NO_CONNECTION, WhyUnanswered.OUT_OF_BOUNDS):
        return NotSent(why=WhyNotSent.NO_CONNECTION)
    return Uncertain(detail=outcome.detail, request_id=None)


def _understood(answer: Answer, account: AccountId, asked: str) -> ReleaseAnswer:
    id_ = request_id(answer)
    said = envelope(answer)
    match answer.status:
        case 200 if problem(answer, asked) is None and confirms(answer.body, account):
            return Done(request_id=id_)
        case 429:
            return Throttled(request_id=id_)
        case 404 if said is not None:
            return NotThere(request_id=id_)
        case status if 400 <= status < 500 and said is not None:
            return Denied(status=status, code=said.code, request_id=id_)
        case status:
            # Also a 404 or 403 without the API's envelope: somebody in between may have said it.
            trouble = problem(answer, asked)
            detail = trouble.summary if trouble else f"{asked}: {status} does not confirm this release"
            return Uncertain(detail=detail, request_id=id_)
