"""Warn of renewals that a release is to save: what will become of that release, brakes have to say.

What will renew whatever brakes do is warned of with its project (`decide_project`).
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from watcher.brakes.docket import Entry, Place, entry_for
from watcher.decide.announce import Outlook
from watcher.decide.background import Background
from watcher.decide.dockets import known_without_a_turn
from watcher.decide.halts_ahead import HaltsAhead
from watcher.facts.accounts import LeasePeriod
from watcher.messages.events import Event
from watcher.messages.halts_by_now import HaltsByNow
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
    found = outlook.ahead.matter_of(decision.account.period, background.orders, background.now)
    if found is not None:
        return found
    entry = _far_off(decision)
    return None if entry is None else _paused(entry, background)


def _far_off(decision: Decision) -> Entry | None:
    window = decision.judgement.window
    if window is None:
        return None
    return entry_for(decision.account, Place.OPENING, opens=window.opens, closes=window.closes)


def _paused(entry: Entry, background: Background) -> Matter | None:
    """What pauses alone make of it."""
    overrides, orders, now = background.overrides, background.orders, background.now
    if not (orders.planned_pauses.pauses or overrides.pauses(now) or overrides.pauses_to_come(now)):
        return None
    alone = known_without_a_turn([entry], overrides, orders, now, suspended=False)
    return alone.matter_of(entry.period, orders, now)


def halts_by_now(
    ahead: HaltsAhead,
    to_come: Iterable[Entry],
    decisions: Iterable[Decision],
    background: Background,
    *,
    whole: bool,
) -> HaltsByNow:
    """What messages that waited are held against. `whole`: all was read.

    What is further off than `to_come` is held against pauses alone, as when it is warned of.
    """
    near = ahead.by_now(to_come, background.orders, background.now, whole=whole)
    if not whole:
        return near
    further = {
        one.account.period: entry
        for one in decisions
        if one.account.period not in near.to_come
        and one.release_ahead
        and (entry := _far_off(one)) is not None
    }

    def matter_of(period: LeasePeriod) -> Matter | None:
        entry = further.get(period)
        return near.matter_of(period) if entry is None else _paused(entry, background)

    return replace(near, to_come=near.to_come.union(further), matter_of=cache(matter_of))
