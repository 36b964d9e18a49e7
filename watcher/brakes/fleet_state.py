"""What brakes know besides the docket: how the fleet was read in this turn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from watcher.facts.accounts import ProjectId
from watcher.record.overrides import Override
from watcher.record.planned_pauses import PauseInForce, PlannedPause


@dataclass(frozen=True, kw_only=True, slots=True)
class ProjectState:
    """One project's reading. `vanished`: accounts gone, not by us, since the watermark (ADR 0004).

    `keep_at_least`: the project's own limit, None for the fleet's.
    `remembered`: accounts of which a use is known that their evidence must still show; `unshown`: those
    where it does not, since the watermark. `blank`: it shows nothing at all any more, although it once did.
    """

    assigned: int
    vanished: int = 0
    keep_at_least: int | None = None
    remembered: int = 0
    unshown: int = 0
    blank: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class FleetState:
    """The turn's readings, summed.

    `asked`, `unknown`: accounts whose activity was asked for, and those where it stayed unknown;
    `unreadable`: those of them whose source could not be read at all;
    `turned_idle`: the most accounts that turned from used to unused within one day since the watermark.
    `oldest_reading`: when the oldest facts of a release on the docket were read, None without any.
    `skew`: distance of our clock from the API's, None if unproved.
    `ledger_since`: the first completed turn in the ledger.
    `pauses` and `planned`: what people said, and what the configuration foresaw, that is on now; `to_come`:
    what people said that is not on yet.
    `unresolved`: project of every intent whose outcome is unknown.
    `refused`: the first mistake of a changed configuration that could not be taken over; None without one.
    """

    now: datetime
    projects: Mapping[ProjectId, ProjectState] = field(default_factory=dict)
    asked: int = 0
    unknown: int = 0
    unreadable: int = 0
    turned_idle: int = 0
    oldest_reading: datetime | None = None
    skew: timedelta | None = None
    ledger_since: datetime | None = None
    unresolved: tuple[ProjectId, ...] = ()
    pauses: tuple[Override, ...] = ()
    planned: tuple[PauseInForce, ...] = ()
    to_come: tuple[PlannedPause, ...] = ()
    key_suspended: bool = False
    refused: str | None = None

    @property
    def assigned(self) -> int:
        return sum(project.assigned for project in self.projects.values())

    @property
    def vanished(self) -> int:
        return sum(project.vanished for project in self.projects.values())

    @property
    def remembered(self) -> int:
        return sum(project.remembered for project in self.projects.values())

    @property
    def unshown(self) -> int:
        return sum(project.unshown for project in self.projects.values())
