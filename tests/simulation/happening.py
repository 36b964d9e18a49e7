"""What happens in a history beside the passing of time: faults, and what people do. Drawn from the seed.

Each is a value, so that a failing history can be told without it: whoever makes a new one writes a frozen
class with a `kind`, draws it in `draw`, brings it about in `arm`, and adds the class to `FAULTS` or `PEOPLE`.
"""

import random
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Protocol, Self

from tests.fakes.passing import PassingClock
from tests.simulation.canaries import KEY as KEY
from tests.simulation.model.api import Reply
from tests.simulation.model.world import Lease, World
from tests.simulation.policies import WrittenPause
from tests.simulation.rules import Rules
from tests.simulation.wire import Call, Proceed, Wire
from watcher.record.overrides import Override, Overrides

H, D = timedelta(hours=1), timedelta(days=1)


class Stage(Protocol):
    """What a happening may touch."""

    clock: PassingClock
    wire: Wire
    world: World
    rules: Rules
    on_ledger: list[Callable[[str, bool], None]]
    """Told of each write of the watcher's ledger: by which method, and whether it is done."""
    key: str
    """The one that the watcher is given."""
    ledger_away: int
    """So many things keep the ledger from being written now: what is raised for that is no defect."""

    def count(self, kind: str) -> None:
        """It happened indeed."""

    def kill(self, away: timedelta) -> None:
        """The process ends at once, and is started again after so long. Raises `Killed` if it runs."""

    def kill_all(self, away: timedelta) -> None:
        """The same of every process on that one's ledger."""

    def stop_all(self, away: timedelta) -> None:
        """Every process is told to end, and started again after so long."""

    def stop(self, away: timedelta) -> None:
        """The process is told to end, and started again after so long."""

    acted_elsewhere: list[tuple[datetime, datetime]]
    """From when until when another watcher had the ledger's lock."""

    def another_ledger(self) -> AbstractContextManager[Any]:
        """The ledger as another process has it."""

    def copy_ledger(self) -> object | None:
        """As it is now; None: there is none yet."""

    def put_back(self, copy: object, copied: datetime) -> None:
        """In its place, as `store restore` does it while nothing runs; people say again what is lost."""

    def carry_back(self, revision: str, done: Callable[[], None]) -> None:
        """As it starts next, its ledger is of that schema, if that could hold what is in there: then `done`
        is called.
        """

    def configure(self, *, protects: str | None = None) -> None:
        """A good configuration is to be read, while it runs: it protects one account more from now on."""

    def write_pause(self, pause: WrittenPause, *, there: bool) -> None:
        """The same: from now on a pause stands in it, or no more."""

    def misconfigure(self) -> None:
        """The same of one with mistakes in it."""

    def say(self, word: Override) -> bool:
        """A person's word, as a command takes it; whether it was."""

    def overrides(self) -> Overrides:
        """What was said so far, by the ledger."""


@dataclass(frozen=True, kw_only=True)
class Sketch:
    """What a happening is drawn over. `calm_from`: none begins later, and each has ended by then."""

    start: datetime
    calm_from: datetime
    rules: Rules
    leases: Sequence[Lease]

    def moment(self, draw: random.Random, last: datetime | None = None) -> datetime:
        """Half of them near the window of a release, where most is done; the others at any time."""
        end = last or self.calm_from
        if draw.random() < 0.5:
            lease = draw.choice(self.leases)
            near = lease.renews_at - self.rules.lead + draw.uniform(-1.5, 1) * max(self.rules.notice, 6 * H)
            if self.start + D <= near < end:
                return near
        return self.start + D + draw.random() * (end - self.start - D)

    def span(self, draw: random.Random, least: timedelta, most: timedelta) -> tuple[datetime, datetime]:
        """A begin and an end."""
        lasts = least + draw.random() * (most - least)
        at = self.moment(draw, self.calm_from - lasts)
        return at, at + lasts

    def over_an_opening(self, draw: random.Random) -> tuple[datetime, datetime, Lease] | None:
        """From before the window opens of one that nobody uses, as its name tells, until after it; now and
        then there is none.
        """
        idle = [one for one in self.leases if one.handle.startswith("idle")]
        lease = draw.choice(idle)
        opens = lease.renews_at - self.rules.lead
        at = opens - draw.uniform(0.2, 2) * self.rules.poll
        until = opens + draw.uniform(0.2, 1.5) * self.rules.lead
        return (at, until, lease) if self.start + D < at and until < self.calm_from else None


@dataclass(frozen=True, kw_only=True)
class Happening:
    """Something from `at` on, over by `until`."""

    kind: ClassVar[str]
    at: datetime
    until: datetime

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        raise NotImplementedError

    def arm(self, stage: Stage) -> None:
        """Appoint it."""
        raise NotImplementedError

    def spoils(self, account: str, project: str) -> bool:
        """Whether a release of that account may not come about while it lasts, and nobody is to blame."""
        return False

    @property
    def stands_still(self) -> timedelta:
        """How much longer it makes what the watcher does take, in all."""
        return timedelta()


@dataclass(frozen=True, kw_only=True)
class AnswerFault(Happening):
    """Something befalls requests. `times`: so many, None: all of them while it lasts."""

    times: int | None = None
    held_out: ClassVar[int] = 2
    """So many in a row the watcher gets over by itself, for it tries again."""

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        """Mostly once, now and then for long; then what else there is of it."""
        at, until, times = cls.once_or_long(draw, sketch)
        return cls(at=at, until=until, times=times, **cls.more(draw, sketch))

    @classmethod
    def more(cls, draw: random.Random, sketch: Sketch) -> dict[str, Any]:
        """Its own fields."""
        return {}

    def wants(self, call: Call) -> bool:
        """Any request to the API, unless it says otherwise."""
        return call.to_api

    def meet(self, call: Call, proceed: Proceed, stage: Stage) -> Reply:
        raise NotImplementedError

    def arm(self, stage: Stage) -> None:
        met = [0]

        def meet(call: Call, proceed: Proceed) -> Reply:
            if not self.wants(call) or (self.times is not None and met[0] >= self.times):
                return proceed()
            met[0] += 1
            stage.count(self.kind)
            return self.meet(call, proceed, stage)

        stage.clock.at(self.at, lambda: stage.clock.at(self.until, stage.wire.add(meet)))

    def spoils(self, account: str, project: str) -> bool:
        return self.times is None or self.times > self.held_out

    @classmethod
    def once_or_long(cls, draw: random.Random, sketch: Sketch) -> tuple[datetime, datetime, int | None]:
        """Mostly one or two requests of some day, now and then all of some hours."""
        if draw.random() < 0.7:
            at, until = sketch.span(draw, 2 * H, D)
            return at, until, draw.randint(1, cls.held_out)
        # Each hour of it is a dozen turns that try again.
        at, until = sketch.span(draw, H, draw.choice((3, 3, 3, 3, 8, 8, 14, 30)) * H)
        return at, until, None
