"""Our releases as they are seen afterwards, and what was paid meanwhile: from the memory."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from watcher.adapters.ledger.memory.state import Kept, State
from watcher.adapters.ledger.rules import LeaseSeen, began_in, past_release
from watcher.facts.activity import use_in
from watcher.facts.handles import folded
from watcher.record.outcomes import Outcome, OutcomeKind
from watcher.record.past_releases import PastRelease


def past_releases(state: State, before: datetime) -> list[PastRelease]:
    kept = _in_order(state, OutcomeKind.RELEASED)
    released = [one for one in kept if one.outcome.at < before]
    of_id, called = _sightings(state)
    return [
        past_release(
            one.outcome,
            one.undone_at,
            list(state.attempts_on(one.outcome.period.account)),
            [*of_id[one.outcome.period.account], *called[folded(one.outcome.handle)]],
        )
        for one in released
    ]


def renewals_paid(state: State, since: datetime, until: datetime) -> list[Outcome]:
    paid = (one.outcome for one in _in_order(state, OutcomeKind.PAID))
    return [one for one in paid if since <= one.at < until]


def _in_order(state: State, kind: OutcomeKind) -> Iterable[Kept]:
    found = (kept for (_, of), kept in state.outcomes.items() if of is kind)
    return sorted(found, key=lambda one: one.outcome.at)


_Sightings = defaultdict[str, list[LeaseSeen]]


def _sightings(state: State) -> tuple[_Sightings, _Sightings]:
    """By the account's id, and by its folded handle."""
    of_id, called = _Sightings(list), _Sightings(list)
    for known in state.known.values():
        for id_, one in known.items():
            seen = LeaseSeen(
                account=id_,
                handle=one.account.handle,
                platform=one.account.platform,
                assigned_at=one.account.assigned_at,
                seen_at=one.first_seen_at,
                used_at=None if (used := use_in(one.used)) is None else used.at,
            )
            of_id[id_].append(seen)
            called[folded(seen.handle or "")].append(seen)
    for noted in state.observations:
        if "assigned_at" in noted.facts:
            of_id[noted.account].append(LeaseSeen(account=noted.account, **began_in(noted.facts, noted.at)))
    return of_id, called
