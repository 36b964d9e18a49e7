"""Projects that could not be read, and a discovery that could not: remembered, told as standing problems."""

from dataclasses import dataclass

from watcher.brakes import ProjectState
from watcher.decide.background import Background
from watcher.decide.open_problems import follow_open
from watcher.decide.readings import Failed
from watcher.facts.accounts import Unread
from watcher.memory.departed import departed, is_accepted
from watcher.memory.remembered import ProjectMemory
from watcher.memory.review import vanished_since
from watcher.memory.writes import GoneRecord, UnreadRecord, Write
from watcher.messages.events import Event
from watcher.messages.reading_messages import unread_event


@dataclass(frozen=True, kw_only=True, slots=True)
class UnreadPlan:
    """What becomes of a project that was not read. `unread` None: it is no more, as a person accepted."""

    unread: Unread | None
    state: ProjectState | None = None
    """What brakes are to know of a project that is not there: who vanished with it."""
    events: tuple[Event, ...]
    writes: tuple[Write, ...]


def decide_unread(failed: Failed, memory: ProjectMemory, background: Background) -> UnreadPlan:
    """Of a project that no longer exists and that a person accepted as gone, the accounts are noted as gone,
    and told once; then only what discovery lists again is read again. Its standing problems are over by its
    absence. Any other is told as unreadable; where the API itself says that it is not there, its accounts
    have vanished, not by us, when that was first said.
    """
    accepted = is_accepted(memory, background.memory.overrides, background.now)
    if failed.target.named_by_nobody and failed.missing and accepted:
        return _gone(failed, memory, background)
    noted_at = background.clock.noted_at
    record = UnreadRecord(
        project=failed.target.id,
        at=background.now,
        noted_at=noted_at,
        unreadable_since=memory.unreadable_since or noted_at,
        missing=failed.missing,
        partly=frozenset(failed.listed.keys() - memory.leased),
    )
    unread = Unread(
        project=failed.target.id,
        name=failed.target.name,
        code=failed.code,
        why=failed.why,
        leased=len(memory.leased),
    )
    return _told(unread, background, record, state=_vanished(failed, memory, background))


def decide_undiscovered(unread: Unread, background: Background) -> UnreadPlan:
    """Of a discovery that failed: projects may be missing that nobody can name."""
    return _told(unread, background)


def _gone(failed: Failed, memory: ProjectMemory, background: Background) -> UnreadPlan:
    known, events = departed(memory, background.now)
    record = GoneRecord(
        project=failed.target.id,
        turn=background.turn.id,
        at=background.now,
        known=known,
        messages=background.orders.routes.messages(events, live=background.enforcing),
    )
    return UnreadPlan(unread=None, events=tuple(events), writes=(record,))


def _told(
    unread: Unread, background: Background, *writes: Write, state: ProjectState | None = None
) -> UnreadPlan:
    events, queued = follow_open(
        [unread_event(unread, background.now)],
        (),
        routes=background.orders.routes,
        remembered=background.memory.problems,
        overrides=background.memory.overrides,
        now=background.now,
    )
    return UnreadPlan(unread=unread, state=state, events=events, writes=(*writes, queued))


def _vanished(failed: Failed, memory: ProjectMemory, background: Background) -> ProjectState | None:
    if not failed.missing or not memory.known:
        return None
    since = background.since
    vanished = vanished_since(memory.known, memory.released, since)
    if since is None or (memory.missing_since or background.now) > since:
        vanished += len(memory.leased)
    return ProjectState(assigned=0, vanished=vanished, keep_at_least=failed.target.keep_at_least)
