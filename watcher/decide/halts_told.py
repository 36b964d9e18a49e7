"""That brakes will halt announced releases is told by whichever turn sees it first, and once.

Announcements and warnings say it of their own releases. What people do later (a pause, a lower limit, an
approval withdrawn) would otherwise be told only with the next of these, or when it is due.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Final

from watcher.brakes import Halt, HaltedRelease
from watcher.brakes.kinds.paused import PAUSED
from watcher.decide.background import Background
from watcher.decide.halts_ahead import HaltsAhead
from watcher.decide.matters import all_halted
from watcher.facts.accounts import LeasePeriod
from watcher.memory.writes import Queued
from watcher.messages.events import AnnouncementFacts, Event, EventKind, RenewalFacts
from watcher.messages.halt_messages import halt_event, halt_parts, halts_now
from watcher.messages.problems import Followed, Problem, ProblemParts, follow

_ID: Final = EventKind.BRAKE_AHEAD.value


def told_ahead(
    ahead: HaltsAhead,
    announced: Collection[LeasePeriod],
    events: Iterable[Event],
    background: Background,
    *,
    whole: bool,
) -> tuple[tuple[Event, ...], Queued]:
    """What is news of it, and what is to be remembered as told.

    `announced`: the releases that people were told to expect; `events`: what this turn tells of them already.
    `whole`: all was read, so what is not found is over.
    """
    events = tuple(events)
    now, known = background.now, background.memory.problems.get(_ID)
    remembered: Mapping[str, Problem] = {} if known is None else {_ID: known}
    stopped = ahead.to_decide if background.enforcing else ()
    due = frozenset(one.entry.period for one in stopped if one.is_due)
    parts = halt_parts(one for one in stopped if one.entry.period in announced and _is_for_people(one))
    if not parts.periods and (known is None or not (whole or due.intersection(known.periods))):
        return (), Queued(messages=(), at=now)
    matter = all_halted(ahead, background.orders, background.memory, now) if parts.periods else None
    found = [] if matter is None else [halt_event(matter, stopped, now, kind=EventKind.BRAKE_AHEAD)]
    if known is not None and _covers(known, parts):
        remembered = {_ID: replace(known, told_at=now)}  # once, and not once a day
    followed = follow(
        found,
        remembered,
        now,
        parts={_ID: parts},
        overrides=background.overrides,
        to_come=frozenset(announced),
    )
    halted = any(event.problem == EventKind.BRAKE_HALTED.value for event in events)
    told = halted or _is_told(parts, known, events)
    if due or told:
        # A halt that is due is told by itself, with all that it stops; an incident for what was ahead closes.
        ends = (halts_now(one, known, due, now) for one in followed.events if known and one.ends_topic)
        news = () if told else (one for one in followed.events if not one.ends_topic)
        followed = Followed(events=(*ends, *news), standing=followed.standing, over=followed.over)
    messages = background.orders.routes.about_problems(followed, background.overrides, now)
    return followed.events, Queued(messages=messages, at=now, problems=followed.standing, over=followed.over)


def _is_for_people(one: HaltedRelease) -> bool:
    """Whether it is lost by what people said or configured; what goes wrong is told in words of its own."""
    return one.is_lost and not one.is_due and any(map(_is_by_people, one.halts))


def _is_by_people(halt: Halt) -> bool:
    return halt.brake is PAUSED or halt.brake.approvable


def _covers(known: Problem, parts: ProblemParts) -> bool:
    return parts.words <= set(known.content.split("\n")) and parts.periods <= set(known.periods)


def _is_told(parts: ProblemParts, known: Problem | None, events: Iterable[Event]) -> bool:
    """Whether this turn says it anyway of whatever is news."""
    told = {event.period for event in events if _says_it(event)}
    news = parts.periods
    if known is not None and parts.words <= set(known.content.split("\n")):
        news = news - set(known.periods)
    return bool(news) and news <= told


def _says_it(event: Event) -> bool:
    match event.facts:
        case AnnouncementFacts(brakes=brakes) | RenewalFacts(brakes=brakes):
            return bool(brakes)
        case _:
            return False
