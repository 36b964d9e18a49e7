"""The start of every turn: settle what an earlier one, perhaps killed, left unresolved."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from watcher.memory.writes import Concluded
from watcher.messages.events import Event
from watcher.messages.release_messages import attempt_events
from watcher.messages.routes import Routes
from watcher.ports.leases import ApiError, LeaseReader
from watcher.ports.ledger import Ledger
from watcher.record.attempts import Attempt
from watcher.record.intents import Conclusion, Ending, Intent
from watcher.record.overrides import Override, OverrideKind
from watcher.turn.read_back import is_last_attempt, released_outcome, settled


def reconcile(
    unresolved: Iterable[Intent],
    said: Iterable[Override],
    *,
    reader: LeaseReader,
    ledger: Ledger,
    routes: Routes,
    now: datetime,
    sent_within: timedelta | None,
) -> Iterator[Attempt]:
    """Conclude every intent that a person resolved or that reading back proves; answer how each ended.

    `sent_within`: how long after its intent a DELETE may have left; None where the clock cannot say how
    long ago that was, so that an account still listed proves nothing.

    Raises the reader's key errors; other failures leave the intent unresolved.
    """
    words = list(said)
    for intent in unresolved:
        ending, by = _by_person(intent, words)
        detail = f"resolved by {by}" if by else "read back after an unknown answer"
        if ending is None:
            try:
                age = 0.0 if sent_within is None else (now - intent.written_at - sent_within).total_seconds()
                ending = settled(intent, reader, seconds_since_sent=age)
            except ApiError as error:
                yield Attempt.on(
                    intent.account,
                    Ending.UNKNOWN,
                    at=now,
                    detail=f"cannot be read back: {error.summary}",
                    policy=intent.policy,
                    asked_by=intent.asked_by,
                )
                continue
        if ending is None:
            yield Attempt.on(
                intent.account,
                Ending.UNKNOWN,
                at=now,
                detail="the lists do not yet show how it ended",
                policy=intent.policy,
                asked_by=intent.asked_by,
            )
            continue
        attempt = Attempt.on(
            intent.account,
            ending,
            at=now,
            detail=detail,
            policy=intent.policy,
            asked_by=intent.asked_by,
        )
        if ending is Ending.NOT_DONE and by is None:
            attempt = replace(attempt, spent=is_last_attempt(intent, ledger))
        ledger.conclude(
            Concluded(
                intent=intent,
                ending=ending,
                at=now,
                detail=detail,
                said_by=by,
                outcome=released_outcome(intent) if ending is Ending.RELEASED else None,
                messages=tuple(routes.messages(tuple[Event, ...](attempt_events(attempt)), live=True)),
            )
        )
        yield attempt


def _by_person(intent: Intent, words: Iterable[Override]) -> tuple[Conclusion | None, str | None]:
    """What a person said about this intent after it was written, last word first."""
    endings: dict[OverrideKind, Conclusion] = {
        OverrideKind.RESOLVE_RELEASED: Ending.RELEASED,
        OverrideKind.RESOLVE_NOT_RELEASED: Ending.NOT_DONE,
    }
    for word in reversed(list(words)):
        if word.account == intent.account.id and word.kind in endings and word.at >= intent.written_at:
            return endings[word.kind], word.by
    return None, None
