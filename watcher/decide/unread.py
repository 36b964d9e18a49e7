"""Projects that could not be read, and a discovery that could not: remembered, told as standing problems."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from watcher.brakes import ProjectState
from watcher.decide.background import Background
from watcher.decide.open_problems import follow_open
from watcher.decide.openings import at_stake, openings
from watcher.decide.readings import Failed
from watcher.facts.accounts import Unread
from watcher.memory.lease_messages import gone
from watcher.memory.remembered import Known, ProjectMemory
from watcher.memory.review import vanished_since
from watcher.memory.writes import GoneRecord, UnreadRecord, Write
from watcher.messages.events import Event
from watcher.messages.matters import MatterAccount, in_time, matter_account
from watcher.messages.reading_messages import unread_event
from watcher.record.overrides import Overrides


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
    accepted = _is_accepted(memory, background.memory.overrides, background.now)
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
    state = _vanished(failed, memory, background)
    return _told(unread, background, record, state=state, waiting=_waiting(memory, background))


def _waiting(memory: ProjectMemory, background: Background) -> tuple[MatterAccount, ...]:
    """Its announced releases that nothing keeps but, perhaps, use that nobody can read."""
    orders, now = background.orders, background.now
    announced = {
        period: notice
        for period, notice in memory.notices.items()
        if notice.stands and period not in memory.released
    }
    known = {id_: (one,) for id_, one in memory.known.items()}
    found = openings(announced, known, {}, background.overrides, orders, now)
    return tuple(
        matter_account(one.account, in_time([one.closes], now, orders.poll))
        for one in at_stake(found.to_come, background.turn.mode)
    )


def decide_undiscovered(unread: Unread, background: Background) -> UnreadPlan:
    """Of a discovery that failed: projects may be missing that nobody can name."""
    return _told(unread, background)


def _is_accepted(memory: ProjectMemory, overrides: Overrides, now: datetime) -> bool:
    """Whether a person accepted a baseline no earlier than it was first said that there is no such project.

    Not while a release of ours there has no ending: that is read back, or resolved, before.
    """
    accepted = overrides.baseline_accepted_at()
    if memory.missing_since is None or accepted is None or memory.unresolved:
        return False
    return memory.missing_since <= accepted <= now  # as it counts no more as vanished then


def _gone(failed: Failed, memory: ProjectMemory, background: Background) -> UnreadPlan:
    known, events = _departed(memory, background.now)
    record = GoneRecord(
        project=failed.target.id,
        turn=background.turn.id,
        at=background.now,
        known=known,
        messages=background.orders.routes.messages(events, live=background.enforcing),
    )
    return UnreadPlan(unread=None, events=tuple(events), writes=(record,))


def _departed(memory: ProjectMemory, now: datetime) -> tuple[tuple[Known, ...], tuple[Event, ...]]:
    """Its accounts as they are from now on, gone since the project is; and what is to be told of them."""
    left = [one for one in memory.known.values() if one.gone_at is None]
    known = tuple(replace(one, gone_at=memory.missing_since) for one in left)
    events = (gone(one.account, now) for one in left if one.account.period not in memory.released)
    return known, tuple(events)


def _told(
    unread: Unread,
    background: Background,
    *writes: Write,
    state: ProjectState | None = None,
    waiting: Sequence[MatterAccount] = (),
) -> UnreadPlan:
    events, queued = follow_open(
        [unread_event(unread, background.now, waiting=waiting)],
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
