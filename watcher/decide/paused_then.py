"""Which releases to come a planned pause will stop until it is too late, as far ahead as both are known.

Turns look a few days ahead; who plans a pause wants its price before.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from watcher.facts.accounts import AccountId
from watcher.record.planned_pauses import PauseInForce, PlannedPauses
from watcher.rules.plan import Announce, Decision, Wait


def paused_then(
    decisions: Iterable[Decision], planned: PlannedPauses, now: datetime
) -> Mapping[AccountId, PauseInForce]:
    """By account: the pause that is on as its release may first be done, and until its window closes.

    What opens before the pause or closes after it goes in between, and is not named.
    """
    if not planned.pauses:
        return {}
    found: dict[AccountId, PauseInForce] = {}
    for one in decisions:
        window = one.judgement.window
        if window is None or not one.is_planned:
            continue
        for pause in planned.on(goes_at(one, now)):
            if pause.project in (None, one.account.project) and pause.until >= window.closes:
                found[one.account.id] = pause
                break
    return found


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
