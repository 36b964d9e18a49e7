"""Events as they go out: what was true when they were written, made ready for who reads them now."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from watcher.domain.accounts import ProjectId
from watcher.domain.events import Event
from watcher.domain.spans import span

_OLD = timedelta(hours=1)
"""From then on, "in 2 d 4 h" misleads: the text says how old it is."""


def presented(event: Event, *, names: Mapping[ProjectId, str], keep_url: str | None, now: datetime) -> Event:
    """The event with its project's name, its age if it waited, and the link that keeps its account.

    The link stands early in the text: a channel that clips long texts cuts their end.
    """
    text = event.text
    if keep_url is not None:
        what, *clauses = text.split("; ")
        others = [clause for clause in clauses if not clause.startswith("to keep it: ")]
        text = "; ".join([f"{what}; to keep it: {keep_url}", *others])
    if now - event.at >= _OLD:
        text += f" (written {span(now - event.at)} ago)"
    return replace(
        event,
        text=text,
        project_name=None if event.project is None else names.get(event.project),
        facts=event.facts if keep_url is None else {**event.facts, "keep_url": keep_url},
    )
