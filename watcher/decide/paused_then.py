"""Which releases to come a planned pause will stop until it is too late, as far ahead as both are known.

Turns look a few days ahead; who plans a pause wants its price before.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from watcher.facts.accounts import AccountId, ProjectId
from watcher.record.planned_pauses import PauseInForce, PlannedPauses
from watcher.rules.plan import Announce, Decision, Wait


def paused_then(
    decisions: Iterable[Decision], planned: PlannedPauses, now: datetime
) -> Mapping[AccountId, PauseInForce]:
    """By account: the pause that is on as its release may first be done, and until its window closes.

    What opens before the pause or closes after it goes in between, and is not named.
    """
    found = ((one.account.id, pause_then(one, planned, now)) for one in decisions if planned.pauses)
    return {account: pause for account, pause in found if pause is not None}


def pause_then(decision: Decision, planned: PlannedPauses, now: datetime) -> PauseInForce | None:
    """The same of one release; None where it is none, or none stops it so long."""
    window = decision.judgement.window
    if not planned.pauses or window is None or not decision.release_ahead:
        return None
    return pause_through(planned, decision.account.project, goes_at(decision, now), window.closes)


def pause_through(
    planned: PlannedPauses, project: ProjectId, opens: datetime, closes: datetime
) -> PauseInForce | None:
    """The pause that is on as a window opens and until it closes."""
    for pause in planned.on(opens):
        lasts = pause.until is None or pause.until >= closes
        if pause.project in (None, project) and lasts:
            return pause
    return None


def goes_at(decision: Decision, now: datetime) -> datetime:
    """When it is released at the earliest, as things are."""
    window = decision.judgement.window
    opens = now if window is None else window.opens
    match decision.course:
        case Announce(not_before=not_before):
            return max(not_before, opens)
        case Wait(until=until):
            return max(until, opens)
        case _:
            return now
