"""Events as they go out: what was true when they were written, made ready for who reads them now."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from watcher.facts.accounts import ProjectId
from watcher.messages.events import Event, EventKind
from watcher.rules.judge import Usage
from watcher.texts.spans import span
from watcher.texts.striking import Strikeout

_OLD = timedelta(hours=1)
"""From then on, "in 2 d 4 h" misleads: the text says how old it is."""

TO_KEEP: Final = "to keep it: "
"""Begins the clause that says how an announced release is stopped; clauses are parted by `; `."""


def presented(event: Event, *, names: Mapping[ProjectId, str], keep_url: str | None, now: datetime) -> Event:
    """The event with its project's name, its age if it waited, and the link that keeps its account.

    The link stands early in the text: a channel that clips long texts cuts their end.
    """
    text = event.text
    if keep_url is not None:
        what, *clauses = text.split("; ")
        others = [clause for clause in clauses if not clause.startswith(TO_KEEP)]
        text = "; ".join([f"{what}; {TO_KEEP}{keep_url}", *others])
    if now - event.at >= _OLD:
        text += f" (written {span(now - event.at)} ago)"
    return replace(
        event,
        text=text,
        project_name=None if event.project is None else names.get(event.project),
        facts=event.facts if keep_url is None else {**event.facts, "keep_url": keep_url},
    )


def without_secrets(event: Event, hidden: Strikeout) -> Event:
    """The event whose words hold none of them; what identifies it and its account stays as it is."""

    def clean(value: str | int | bool | None) -> str | int | bool | None:
        return hidden.text(value) if isinstance(value, str) else value

    return replace(
        event,
        text=hidden.text(event.text),
        handle=None if event.handle is None else hidden.text(event.handle),
        platform=None if event.platform is None else hidden.text(event.platform),
        facts={name: clean(value) for name, value in event.facts.items()},
    )


def renews_in_use(event: Event) -> bool:
    """Whether it warns of the renewal of an account in use: for people, one line for all of them."""
    return event.kind is EventKind.RENEWAL_WARNING and event.facts.get("usage") == Usage.IN_USE
