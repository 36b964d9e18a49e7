"""What people are told of what could not be read or understood."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from watcher.facts.accounts import Flaw, ProjectId, Quarantined, Unread
from watcher.facts.activity import Unknown
from watcher.facts.handles import at
from watcher.messages.clauses import follows, to_decide
from watcher.messages.events import (
    Event,
    EventKind,
    UnreadableFacts,
)
from watcher.messages.matters import unreadable_project
from watcher.messages.words import DOUBT, FLAW
from watcher.rules.plan import Decision
from watcher.texts.spans import counted


def quarantine_event(one: Quarantined, now: datetime, names: Mapping[ProjectId, str]) -> Event:
    """That an account is left alone, and why; `names`: what people call the projects."""
    who = at(one.handle) if one.handle else one.id or "an account without an id"
    if one.handle and one.id:
        # Of what is not understood the platform is not known: the id tells one handle from another.
        who += f" ({one.id})"
    problem = f"{EventKind.ACCOUNT_QUARANTINED}:{one.project}:{one.id}:{one.flaw}:{one.field}"
    if one.flaw is Flaw.LISTED_TWICE:
        others = ", ".join(names.get(project, project) for project in one.also_in)
        verb = "lists" if len(one.also_in) == 1 else "list"
        what = (
            f"{who} is left alone in this project: {others} {verb} it too, and what is listed twice is "
            "released from neither"
        )
    else:
        what = f"{who} is left alone: the API's answer is not understood: {FLAW[one.flaw]} ({one.field})"
    return Event(
        kind=EventKind.ACCOUNT_QUARANTINED,
        key=problem,
        problem=problem,
        at=now,
        what=what,
        project=one.project,
        handle=one.handle,
    )


def unread_event(unread: Unread, now: datetime) -> Event:
    problem = f"{EventKind.PROJECT_UNREADABLE}:{unread.project}"
    ways = unreadable_project(unread).ways
    return Event(
        kind=EventKind.PROJECT_UNREADABLE,
        key=problem,
        problem=problem,
        at=now,
        what=f"project {unread.name} cannot be read: {unread.why}",
        clauses=(*((follows(unread.at_stake),) if unread.at_stake else ()), *map(to_decide, ways)),
        project=unread.project,
        facts=UnreadableFacts(code=unread.code),
    )


def doubt_event(project: str, name: str, doubtful: Iterable[Decision], now: datetime) -> Event | None:
    """That evidence could not be had in a project; None where it could."""
    doubts = [
        activity.why
        for decision in doubtful
        if isinstance(activity := decision.judgement.subject.activity, Unknown)
    ]
    reasons = sorted(set(doubts))
    if not reasons:
        return None
    who = counted(len(doubts), "account")
    causes = "; ".join(DOUBT[one] for one in reasons)
    what = f"the use of {who} in project {name} is unknown ({causes}): not released"
    return Event(
        kind=EventKind.ACTIVITY_UNKNOWN,
        key=f"{EventKind.ACTIVITY_UNKNOWN}:{project}:{','.join(reasons)}",
        problem=f"{EventKind.ACTIVITY_UNKNOWN}:{project}",
        at=now,
        what=what,
        project=ProjectId(project),
    )
