"""Telling of problems that stand, beyond one turn: begun, changed, still open, over."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from watcher.memory.writes import Queued
from watcher.messages.events import Event
from watcher.messages.problems import Problem, ProblemParts, follow
from watcher.messages.routes import Routes
from watcher.record.overrides import Overrides


def follow_open(
    found: Iterable[Event],
    looked_at: Collection[str],
    *,
    routes: Routes,
    remembered: Mapping[str, Problem],
    overrides: Overrides,
    now: datetime,
    parts: Mapping[str, ProblemParts] = {},
    began: Mapping[str, datetime] = {},
) -> tuple[tuple[Event, ...], Queued]:
    """The events of these problems, and what is to be queued and remembered of them.

    `looked_at`: ids of problems that would have been found if they stood; what is found was looked at
    anyway. What is remembered of those and was not found is over. `parts`: what a problem consists of, and
    `began`: since when, as in `follow`.
    """
    events = list(found)
    wanted = {*looked_at, *(event.problem for event in events)}
    known = {id_: one for id_, one in remembered.items() if id_ in wanted}
    followed = follow(events, known, now, parts=parts, began=began)
    queued = Queued(
        messages=routes.about_problems(followed, overrides, now),
        at=now,
        problems=followed.standing,
        over=followed.over,
    )
    return followed.events, queued
