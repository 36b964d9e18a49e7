"""What befalls the watcher's own process and its machine's clock."""

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Self

from tests.simulation.faults.answers import stand_still
from tests.simulation.happening import D, H, Happening, Sketch, Stage
from tests.simulation.model.api import Reply
from tests.simulation.wire import Call, Proceed
from watcher.ports.ledger import LedgerUnavailable


@dataclass(frozen=True, kw_only=True)
class Crash(Happening):
    """The process is killed at a request: the `number`th from then on, or (`deletes`) at a DELETE.

    `after`: when it has been carried out and the answer is on its way; else before it is sent.
    """

    kind: ClassVar[str] = "crash at a request"
    number: int
    deletes: bool
    after: bool
    away: timedelta

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        at, until = sketch.span(draw, D, 10 * D)
        return cls(
            at=at,
            until=until,
            number=draw.randrange(8),
            deletes=draw.random() < 0.5,
            after=draw.random() < 0.5,
            away=draw.choice((10, 600, 3600)) * timedelta(seconds=1),
        )

    def arm(self, stage: Stage) -> None:
        left = [self.number if not self.deletes else self.number % 2]

        def meet(call: Call, proceed: Proceed) -> Reply:
            if left[0] < 0 or (self.deletes and not call.is_delete):
                return proceed()
            left[0] -= 1
            if left[0] >= 0:
                return proceed()
            if self.after:
                proceed()
            stage.count(self.kind)
            stage.kill(self.away)
            raise AssertionError("it was to end")

        stage.clock.at(self.at, lambda: stage.clock.at(self.until, stage.wire.add(meet)))


@dataclass(frozen=True, kw_only=True)
class CrashAtLedger(Happening):
    """The process is killed at a write of its ledger, before it or after it."""

    kind: ClassVar[str] = "crash at a write"
    number: int
    method: str | None
    after: bool
    away: timedelta

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        at = sketch.moment(draw, sketch.calm_from - 10 * D)
        return cls(
            at=at,
            until=at + 10 * D,
            number=draw.randrange(12),
            method=draw.choice((None, "write_intent", "conclude", "end_delivery", "begin_delivery")),
            after=draw.random() < 0.5,
            away=draw.choice((10, 600, 3600)) * timedelta(seconds=1),
        )

    def arm(self, stage: Stage) -> None:
        left = [self.number if self.method is None else self.number % 2]

        def heard(method: str, done: bool) -> None:
            if left[0] < 0 or done is not self.after or self.method not in (None, method):
                return
            left[0] -= 1
            if left[0] < 0:
                stage.count(self.kind)
                stage.kill(self.away)

        stage.clock.at(self.at, lambda: stage.on_ledger.append(heard))
        stage.clock.at(self.until, lambda: stage.on_ledger.remove(heard))


@dataclass(frozen=True, kw_only=True)
class Downtime(Happening):
    """The watcher does not run for hours, days or weeks. `killed`: it did not end by itself."""

    kind: ClassVar[str] = "downtime"
    killed: bool

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        at, until = sketch.span(draw, 2 * H, draw.choice((12 * H, 2 * D, 6 * D, 20 * D)))
        idle = [lease for lease in sketch.leases if lease.handle.startswith("idle")]
        renews_at = draw.choice(idle).renews_at
        if draw.random() < 0.6 and sketch.start + 5 * D < renews_at < sketch.calm_from:
            # From before a window opens until it closes, or a little longer.
            until = renews_at - draw.uniform(0, 11) * timedelta(minutes=1)
            at = until - sketch.rules.lead
        return cls(at=at, until=until, killed=draw.random() < 0.5)

    def arm(self, stage: Stage) -> None:
        def end() -> None:
            stage.count(self.kind)
            (stage.kill if self.killed else stage.stop)(self.until - self.at)

        stage.clock.at(self.at, end)

    def spoils(self, account: str, project: str) -> bool:
        return True


@dataclass(frozen=True, kw_only=True)
class ClockSkew(Happening):
    """The machine's clock is set, and set right again."""

    kind: ClassVar[str] = "clock skew"
    by: timedelta

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        at, until = sketch.span(draw, H, 40 * H)
        by = draw.choice((20, -20, 45, -45, 600, -600, 7200, -7200)) * timedelta(seconds=1)
        return cls(at=at, until=until, by=by)

    def arm(self, stage: Stage) -> None:
        def set_wrong() -> None:
            stage.count(self.kind)
            stage.clock.set_by(self.by)

        stage.clock.at(self.at, set_wrong)
        stage.clock.at(self.until, lambda: stage.clock.set_by(-self.by))

    def spoils(self, account: str, project: str) -> bool:
        return abs(self.by) > timedelta(seconds=50)


@dataclass(frozen=True, kw_only=True)
class ClockStep(Happening):
    """In the midst of a turn, at a request, the clock is set; some requests later it is set right again."""

    kind: ClassVar[str] = "clock step in mid-turn"
    number: int
    lasts: int
    by: timedelta

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        at, until = sketch.span(draw, D, 10 * D)
        by = draw.choice((30, -30, 400, -400, 7200, -7200, 86400)) * timedelta(seconds=1)
        return cls(at=at, until=until, number=draw.randrange(12), lasts=draw.randint(1, 30), by=by)

    def arm(self, stage: Stage) -> None:
        met = [0]

        def meet(call: Call, proceed: Proceed) -> Reply:
            if call.to_api:
                met[0] += 1
                if met[0] == self.number + 1:
                    stage.count(self.kind)
                    stage.clock.set_by(self.by)
                if met[0] == self.number + 1 + self.lasts:
                    stage.clock.set_by(-self.by)
            return proceed()

        def over() -> None:
            if self.number < met[0] <= self.number + self.lasts:
                stage.clock.set_by(-self.by)

        def begin() -> None:
            stage.clock.at(self.until, stage.wire.add(meet))
            stage.clock.at(self.until, over)

        stage.clock.at(self.at, begin)

    def spoils(self, account: str, project: str) -> bool:
        return abs(self.by) > timedelta(seconds=50)


@dataclass(frozen=True, kw_only=True)
class StallAtWrite(Happening):
    """The machine stands still for minutes right after a write of the ledger, as of an intent."""

    kind: ClassVar[str] = "stall at a write"
    number: int
    method: str
    minutes: int
    sleeps: bool

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        at = sketch.moment(draw, sketch.calm_from - 10 * D)
        return cls(
            at=at,
            until=at + 10 * D,
            number=draw.randrange(3),
            method=draw.choice(("write_intent", "write_intent", "apply", "begin_delivery")),
            minutes=draw.choice((2, 7, 90, 1800)),
            sleeps=draw.random() < 0.6,
        )

    def arm(self, stage: Stage) -> None:
        left = [self.number]

        def heard(method: str, done: bool) -> None:
            if left[0] < 0 or not done or method != self.method:
                return
            left[0] -= 1
            if left[0] < 0:
                stage.count(self.kind)
                stand_still(stage, timedelta(minutes=self.minutes), sleeps=self.sleeps)

        stage.clock.at(self.at, lambda: stage.on_ledger.append(heard))
        stage.clock.at(self.until, lambda: stage.on_ledger.remove(heard))

    def spoils(self, account: str, project: str) -> bool:
        return self.minutes > 120

    @property
    def stands_still(self) -> timedelta:
        return timedelta(minutes=self.minutes)


@dataclass(frozen=True, kw_only=True)
class DiskFull(Happening):
    """Nothing can be written to the ledger, for hours; or from its `number`th write on."""

    kind: ClassVar[str] = "disk full"
    number: int

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        at, until = sketch.span(draw, H, 40 * H)
        return cls(at=at, until=until, number=draw.choice((0, 0, 3, 9, 14)))

    def arm(self, stage: Stage) -> None:
        left = [self.number]

        def heard(method: str, done: bool) -> None:
            if done:
                return
            left[0] -= 1
            if left[0] < 0:
                if left[0] == -1:
                    stage.count(self.kind)
                    stage.ledger_away += 1
                raise LedgerUnavailable("database or disk is full")

        def over() -> None:
            stage.on_ledger.remove(heard)
            if left[0] < 0:
                stage.ledger_away -= 1

        stage.clock.at(self.at, lambda: stage.on_ledger.append(heard))
        stage.clock.at(self.until, over)

    def spoils(self, account: str, project: str) -> bool:
        return True
