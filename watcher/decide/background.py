"""What holds for every project of a turn: the same for each, and read once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from watcher.decide.orders import Orders
from watcher.decide.turn_record import counted_since
from watcher.facts.accounts import ProjectId
from watcher.facts.moment import Moment
from watcher.memory.remembered import FleetMemory, TurnRecord
from watcher.messages.problems import Problem, by_project
from watcher.record.overrides import Overrides
from watcher.rules.plan import Mode


@dataclass(frozen=True, kw_only=True, slots=True)
class Background:
    """The turn, the rules, what people said, what the clock is worth, and what the fleet remembers.

    `skew`: how far our clock is off, None where nothing proved it. `since`: vanished and newly unused
    accounts count from then on. `everything`: every account is decided about, however far its renewal.
    """

    turn: TurnRecord
    orders: Orders
    memory: FleetMemory
    overrides: Overrides
    """What people said, with the holds of the configuration."""
    skew: timedelta | None
    since: datetime | None
    everything: bool = False
    problems: Mapping[ProjectId, Mapping[str, Problem]] = field(default_factory=dict)
    """The standing problems of each project, by id."""

    @classmethod
    def of(
        cls,
        turn: TurnRecord,
        *,
        orders: Orders,
        memory: FleetMemory,
        skew: timedelta | None,
        everything: bool = False,
    ) -> "Background":
        return cls(
            turn=turn,
            orders=orders,
            memory=memory,
            overrides=memory.overrides.with_words(orders.configured_holds.said),
            skew=skew,
            since=counted_since(memory, turn.started_at),
            everything=everything,
            problems=by_project(memory.problems),
        )

    @property
    def now(self) -> datetime:
        """When the turn began, by its clock."""
        return self.turn.started_at

    @property
    def enforcing(self) -> bool:
        """Whether what is announced will be done."""
        return self.turn.mode is Mode.ENFORCE

    @property
    def enforced_before(self) -> bool:
        """Whether the last turn would have released."""
        return self.memory.last_turn is not None and self.memory.last_turn.mode is Mode.ENFORCE

    @property
    def clock(self) -> Moment:
        """What our clock is worth at the beginning of the turn."""
        return self.at(self.now)

    def at(self, now: datetime) -> Moment:
        """A moment of this turn, and what our clock is worth in it."""
        last = self.memory.last_proved
        return Moment.by(
            now,
            skew=self.skew,
            allowed=self.orders.limits.max_clock_skew,
            proved_at=last.started_at if last else None,
        )
