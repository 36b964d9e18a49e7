"""What brakes answer: which releases may not be sent, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from watcher.brakes.docket import Entry
from watcher.facts.accounts import LeasePeriod, ProjectId


class Brake(StrEnum):
    TOO_MANY = "too_many"
    FLEET_SHARE = "fleet_share"
    PROJECT_SHARE = "project_share"
    VALUE = "value"
    KEEP_AT_LEAST = "keep_at_least"
    FLEET_DROP = "fleet_drop"
    PROJECT_EMPTY = "project_empty"
    IDLE_JUMP = "idle_jump"
    UNKNOWN_SHARE = "unknown_share"
    DATA_AGE = "data_age"
    CLOCK_UNPROVED = "clock_unproved"
    CLOCK_OFF = "clock_off"
    UNRESOLVED = "unresolved"
    PAUSED = "paused"
    KEY_SUSPENDED = "key_suspended"
    CONFIGURATION_REFUSED = "configuration_refused"
    HISTORY = "history"

    @property
    def approvable(self) -> bool:
        """An approval lifts count, share and money; nothing else."""
        return self in _APPROVABLE


_APPROVABLE = frozenset(
    {Brake.TOO_MANY, Brake.FLEET_SHARE, Brake.PROJECT_SHARE, Brake.VALUE, Brake.KEEP_AT_LEAST}
)

OF_A_BASELINE = frozenset({Brake.FLEET_DROP, Brake.PROJECT_EMPTY, Brake.IDLE_JUMP})
"""Those that compare with before: a person may say that the fleet is right as it is."""

_CLOCK = frozenset({Brake.CLOCK_OFF, Brake.CLOCK_UNPROVED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Halt:
    """One brake that is on. `project` None: the whole fleet; `measured` and `limit` as people read them.

    `lifts_at`: when it goes off by itself at the earliest, where time alone does that.
    """

    brake: Brake
    measured: str
    limit: str
    project: ProjectId | None = None
    lifts_at: datetime | None = None

    def covers(self, project: ProjectId) -> bool:
        return self.project is None or self.project == project


@dataclass(frozen=True, kw_only=True, slots=True)
class Halts:
    """Every brake that is on. Approved lease periods pass those that an approval lifts."""

    halts: tuple[Halt, ...] = ()
    approved: frozenset[LeasePeriod] = frozenset()

    @property
    def of_the_clock(self) -> bool:
        """Whether it is not known what time it is: nothing is announced, and no receipt is dated."""
        return any(halt.brake in _CLOCK for halt in self.halts)

    @property
    def by_a_wrong_clock(self) -> bool:
        """Whether it is known that our time is not the true one."""
        return any(halt.brake is Brake.CLOCK_OFF for halt in self.halts)

    def on(self, period: LeasePeriod, project: ProjectId) -> tuple[Halt, ...]:
        """The halts that stop one release; empty: it may go."""
        return tuple(
            halt
            for halt in self.halts
            if halt.covers(project) and not (halt.brake.approvable and period in self.approved)
        )

    def lasting(self, *, until: datetime) -> "Halts":
        """Those that time alone does not lift until then."""
        halts = tuple(halt for halt in self.halts if halt.lifts_at is None or halt.lifts_at > until)
        return Halts(halts=halts, approved=self.approved)

    def stopping(self, entries: Iterable[Entry]) -> tuple[Halt, ...]:
        """The halts that stop any of these entries, in their order."""
        wanted = list(entries)
        return tuple(
            halt
            for halt in self.halts
            if any(halt in self.on(entry.period, entry.project) for entry in wanted)
        )
