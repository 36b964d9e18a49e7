"""Warn of renewals that a release is to save: what will become of that release, brakes have to say.

What will renew whatever brakes do is warned of with its project (`decide_project`).
"""

from collections.abc import Iterable

from watcher.brakes.docket import Place, entry_for
from watcher.decide.announce import Outlook
from watcher.decide.background import Background
from watcher.decide.dockets import known_without_a_turn
from watcher.messages.events import Event
from watcher.messages.matters import Matter
from watcher.messages.renewal_messages import decision_events
from watcher.rules.plan import Decision


def warn(warning: Iterable[Decision], outlook: Outlook, background: Background) -> tuple[Event, ...]:
    """The warnings that are due, the next renewal first."""
    names, now = background.orders.names, background.now
    due = sorted(
        warning,
        key=lambda one: (one.account.renews_at, names.get(one.account.project, ""), one.account.handle),
    )
    ahead = outlook.ahead
    whole = ahead.matter(background.orders, now) if due else None
    named = {one.entry.period for one in ahead.told}
    return tuple(
        event
        for one in due
        for event in decision_events(
            one,
            now,
            mode=background.turn.mode,
            sure=background.clock.sure,
            coming=_matter_of(one, outlook, background),
            whole=whole if one.account.period in named else None,
        )
    )


def _matter_of(decision: Decision, outlook: Outlook, background: Background) -> Matter | None:
    """What stops its release until it is too late; None where that is nothing, or not known yet.

    What is further off than the docket is held against pauses alone: these are known long before.
    """
    account, window, orders, now = (
        decision.account,
        decision.judgement.window,
        background.orders,
        background.now,
    )
    found = outlook.ahead.matter_of(account.period, orders, now)
    if found is not None or window is None:
        return found
    entry = entry_for(account, Place.OPENING, opens=window.opens, closes=window.closes)
    alone = known_without_a_turn([entry], background.overrides, orders, now, suspended=False)
    return alone.matter_of(account.period, orders, now)
