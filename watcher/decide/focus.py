"""A focused turn looks at a few projects; the rest of the fleet is what the turn before it saw."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from watcher.brakes import FleetState
from watcher.brakes.docket import Docket, Entry
from watcher.facts.accounts import ProjectId
from watcher.record.overrides import OverrideKind, Overrides

_READ_ANEW = frozenset(
    {
        OverrideKind.HOLD,
        OverrideKind.PAUSE,
        OverrideKind.RESUME,
        OverrideKind.APPROVE,
        OverrideKind.UNAPPROVE,
        OverrideKind.ACKNOWLEDGE,
        OverrideKind.RELEASE,
        OverrideKind.ANSWER,
    }
)
"""Words that a focused turn heeds by itself, or (a hold elsewhere) that only make what counts less."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Focus:
    """The projects to read, and the docket and the fleet as the turn before left them.

    Brakes judge the whole docket in a focused turn too, so it must rest on a recent turn.
    """

    projects: frozenset[ProjectId]
    docket: Docket
    state: FleetState
    ahead: tuple[Entry, ...] = ()
    """What is to come in the whole fleet, also beyond the docket."""

    def is_overtaken(self, overrides: Overrides) -> bool:
        """Whether a person changed since what counts in the rest of the fleet: then it must be read again."""
        return any(word.at >= self.state.now and word.kind not in _READ_ANEW for word in overrides.said)

    def widened(self, docket: Docket) -> Docket:
        """The docket of the projects read, with the releases to come in all others."""
        fresh = {entry.period for entry in docket.entries}
        return docket.with_entries(
            entry
            for entry in self.docket.to_come
            if entry.project not in self.projects and entry.period not in fresh
        )

    def with_others(self, to_come: Sequence[Entry]) -> tuple[Entry, ...]:
        """What is to come in the projects read, and in all others."""
        fresh = {entry.period for entry in to_come}
        others = (one for one in self.ahead if one.project not in self.projects and one.period not in fresh)
        return (*to_come, *others)

    def completed(self, state: FleetState) -> FleetState:
        """The fleet with its other projects; of doubts the greater, of readings the older."""
        base = self.state
        readings = [one for one in (base.oldest_reading, state.oldest_reading) if one is not None]
        return replace(
            state,
            projects={**base.projects, **state.projects},
            asked=max(base.asked, state.asked),
            unknown=max(base.unknown, state.unknown),
            unreadable=max(base.unreadable, state.unreadable),
            turned_idle=max(base.turned_idle, state.turned_idle),
            oldest_reading=min(readings, default=None),
        )
