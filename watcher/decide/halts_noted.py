"""What is remembered of a halt beside the account that it is to stop, and that it is over.

It says why a renewal was paid where no turn came in its window, and why a release went that nobody approved.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from watcher.brakes import Halts
from watcher.decide.background import Background
from watcher.decide.gathered import Due
from watcher.decide.halts_ahead import HaltsAhead
from watcher.facts.accounts import LeasePeriod, ProjectId
from watcher.memory.causes import halted_by, halted_title, over, told_by
from watcher.memory.remembered import Known
from watcher.memory.writes import Note
from watcher.record.outcomes import Cause, Explanation


def halts_to_note(
    announced: Mapping[LeasePeriod, Known], ahead: HaltsAhead, background: Background
) -> Iterator[Note]:
    """Which announced releases brakes are going to stop until it is too late, where that is news: should no
    turn come in time to see it, that is why they were not done.
    """
    if not background.enforcing:
        return
    lost = {one.entry.period: one for one in ahead.releases if one.is_lost}
    noted: dict[ProjectId, list[Known]] = {}
    for period, known in announced.items():
        before, found = known.explanation, lost.get(period)
        if found is not None:
            closes, orders = found.entry.closes, background.orders
            by = told_by(closes, before, background.now, orders.poll)
            why: Explanation | None = halted_by(found.halts, closes, orders.names, by=by)
        elif before is not None and before.cause is Cause.BRAKED:
            why = over(before)
        else:
            continue
        if why != before:
            noted.setdefault(known.account.project, []).append(replace(known, explanation=why))
    for project, those in noted.items():
        yield Note(project=project, turn=background.turn.id, at=background.now, known=tuple(those))


def halt_over(due: Due, halts: Halts) -> str | None:
    """What was to halt it and does not, though nobody approved: history tells it with the release."""
    halt = due.known.explanation
    if halt is None or halt.cause is not Cause.BRAKED or due.decision.account.period in halts.approved:
        return None
    return halted_title(halt)
