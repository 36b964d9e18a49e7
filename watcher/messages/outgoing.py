"""Events as they go out: what was true when they were written, made ready for who reads them now."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from watcher.facts.accounts import ProjectId
from watcher.messages.clauses import Clause, Role, to_keep
from watcher.messages.events import Event, Facts
from watcher.texts.spans import span
from watcher.texts.striking import Strikeout

OLD = timedelta(hours=1)
"""From then on, "in 2 d 4 h" misleads: the text says how old it is."""


def presented(
    event: Event,
    *,
    names: Mapping[ProjectId, str],
    owners: Mapping[ProjectId, str] = {},
    keep_url: str | None,
    now: datetime,
) -> Event:
    """The event with its project's name and owner, its age if it waited, and the link that keeps its account.

    The link stands early in the text: a channel that clips long texts cuts their end.
    """
    what, clauses = event.what, event.clauses
    if keep_url is not None:
        clauses = (to_keep(keep_url), *(clause for clause in clauses if clause.role is not Role.KEEP))
    if now - event.at >= OLD:
        age = f" (written {span(now - event.at)} ago)"
        if clauses:
            clauses = (*clauses[:-1], replace(clauses[-1], text=clauses[-1].text + age))
        else:
            what += age
    return replace(
        event,
        what=what,
        clauses=clauses,
        project_name=None if event.project is None else names.get(event.project),
        owner=None if event.project is None else owners.get(event.project),
        keep_url=keep_url,
    )


def without_secrets(event: Event, hidden: Strikeout) -> Event:
    """The event whose words hold none of them; what identifies it and its account stays as it is."""
    return replace(
        event,
        what=hidden.text(event.what),
        clauses=tuple(_struck(clause, hidden) for clause in event.clauses),
        handle=None if event.handle is None else hidden.text(event.handle),
        platform=None if event.platform is None else hidden.text(event.platform),
        facts=None if event.facts is None else _cleaned(event.facts, hidden),
    )


def _struck(clause: Clause, hidden: Strikeout) -> Clause:
    text = hidden.text(clause.text)
    if text == clause.text:
        return clause
    return replace(clause, text=text, command=clause.command and hidden.text(clause.command))


def _cleaned(facts: Facts, hidden: Strikeout) -> Facts:
    """Closed words hold no secret."""
    words = {each.name: getattr(facts, each.name) for each in fields(facts)}
    foreign: dict[str, Any] = {
        name: struck
        for name, word in words.items()
        if isinstance(word, str) and not isinstance(word, StrEnum) and (struck := hidden.text(word)) != word
    }
    return replace(facts, **foreign) if foreign else facts
