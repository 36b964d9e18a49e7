"""The ledger in figures, for metrics."""

from collections import Counter

from watcher.adapters.ledger.memory.state import State
from watcher.decide.measures import LedgerCounts
from watcher.messages.outbox import Delivered
from watcher.record.outcomes import Cause, OutcomeKind


def counts(state: State) -> LedgerCounts:
    kept = [one.outcome for one in state.outcomes.values() if one.undone_at is None]
    released = [one.price_cents for one in kept if one.kind is OutcomeKind.RELEASED]
    paid: dict[Cause, tuple[int, int]] = {}
    for one in kept:
        if one.kind is not OutcomeKind.RELEASED:
            number, cents = paid.get(one.cause or Cause.UNEXPLAINED, (0, 0))
            paid[one.cause or Cause.UNEXPLAINED] = (number + 1, cents + one.price_cents)
    return LedgerCounts(
        last_good_at=state.finished[-1].ended_at if state.finished else None,
        released=len(released),
        released_cents=sum(released),
        paid=paid,
        unresolved=len(state.unresolved),
        waiting=_by_notifier(state, Delivered.WAITING),
        dead=_by_notifier(state, Delivered.GIVEN_UP),
        problems=Counter(problem.kind for problem in state.problems.values()),
    )


def _by_notifier(state: State, how: Delivered) -> dict[str, int]:
    return dict(Counter(one.notifier for one in state.letters.values() if one.state is how))
