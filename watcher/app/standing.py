"""Telling of problems that stand, beyond one turn: begun, changed, still open, over."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from watcher.domain.events import Event
from watcher.domain.overrides import Overrides
from watcher.domain.problems import Problem, follow, unnoted
from watcher.domain.routes import Routes
from watcher.ports.ledger import Ledger


def follow_standing(
    found: Iterable[Event],
    looked_at: Collection[str],
    *,
    ledger: Ledger,
    routes: Routes,
    remembered: Mapping[str, Problem],
    overrides: Overrides,
    now: datetime,
    parts: Mapping[str, frozenset[str]] = {},
) -> tuple[Event, ...]:
    """Queue what is to be told of these problems; answers the events.

    `looked_at`: the ids of every problem that would have been found if it stood. What is remembered of
    those and was not found is over. `parts`: what a problem consists of, as in `follow`.
    """
    known = {id_: remembered[id_] for id_ in looked_at if id_ in remembered}
    followed = follow(found, known, now, parts=parts)
    ledger.queue(
        [
            *routes.messages(followed.events, live=True),
            *routes.reminders(unnoted(followed.silent, overrides), now, live=True),
        ],
        at=now,
        problems=followed.standing,
        over=followed.over,
    )
    return followed.events
