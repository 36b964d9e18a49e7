"""The accounts of a project that is no more: they are gone with it."""

from dataclasses import replace
from datetime import datetime

from watcher.memory.lease_messages import gone
from watcher.memory.remembered import Known, ProjectMemory
from watcher.messages.events import Event
from watcher.record.overrides import Overrides


def is_accepted(memory: ProjectMemory, overrides: Overrides, now: datetime) -> bool:
    """Whether a person accepted a baseline no earlier than it was first said that there is no such project.

    Not while a release of ours there has no ending: that is read back, or resolved, before.
    """
    accepted = overrides.baseline_accepted_at()
    if memory.missing_since is None or accepted is None or memory.unresolved:
        return False
    return memory.missing_since <= accepted <= now  # as it counts no more as vanished then


def departed(memory: ProjectMemory, now: datetime) -> tuple[tuple[Known, ...], tuple[Event, ...]]:
    """Its accounts as they are from now on, gone since the project is; and what is to be told of them."""
    left = [one for one in memory.known.values() if one.gone_at is None]
    known = tuple(replace(one, gone_at=memory.missing_since) for one in left)
    events = (gone(one.account, now) for one in left if one.account.period not in memory.released)
    return known, tuple(events)
