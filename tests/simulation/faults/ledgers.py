"""What befalls the ledger as a whole: an older copy of it is put back, or another watcher acts on it."""

import random
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Self

from tests.simulation.faults.answers import stand_still
from tests.simulation.happening import D, H, Happening, Sketch, Stage
from tests.simulation.place import ADDED_AFTER
from watcher.record.overrides import Override, OverrideKind

_MINUTE = timedelta(minutes=1)
_KEPT_EVERY = 2 * _MINUTE


@dataclass(frozen=True, kw_only=True)
class Restored(Happening):
    """A copy of the ledger, hours or days old, is put in its place, and that is said as `store restore` does.

    What people had said since is said again. What is paused by it somebody resumes within a day.
    """

    kind: ClassVar[str] = "ledger restored"
    copied: datetime

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        at = sketch.moment(draw, sketch.calm_from - 5 * D)
        copied = max(at - draw.choice((H, 13 * H, 2 * D, 7 * D)), sketch.start + 2 * H)
        return cls(at=max(at, copied + H), until=at + 2 * D + 2 * sketch.rules.notice, copied=copied)

    def arm(self, stage: Stage) -> None:
        copies: list[object] = []

        def copy() -> None:
            copies.append(stage.copy_ledger())

        def put_back() -> None:
            if copies[0] is not None:
                stage.count(self.kind)
                stage.put_back(copies[0], self.copied)

        def stop() -> None:
            stage.clock.at(stage.clock.true() + 5 * _MINUTE, put_back)
            stage.kill_all(10 * _MINUTE)

        def accept() -> None:
            """What was released since the copy was made has vanished, for all that it knows."""
            stage.say(
                Override(
                    kind=OverrideKind.ACCEPT_BASELINE,
                    at=stage.clock.now(),
                    by="maria",
                    why="what is gone was released since",
                )
            )

        stage.clock.at(self.copied, copy)
        stage.clock.at(self.at, stop)
        stage.clock.at(self.at + D, accept)

    def spoils(self, account: str, project: str) -> bool:
        return True


@dataclass(frozen=True, kw_only=True)
class Upgraded(Happening):
    """What starts again after some minutes finds the ledger in the schema of a version before it: of what is
    in there, as that one would have kept it. It brings it up to date, in the midst of whatever was going on.
    """

    kind: ClassVar[str] = "upgrade in mid-history"
    revision: str
    killed: bool

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        at = sketch.moment(draw)
        return cls(
            at=at,
            until=at + 10 * _MINUTE,
            revision=draw.choice(tuple(ADDED_AFTER)),
            killed=draw.random() < 0.5,
        )

    def arm(self, stage: Stage) -> None:
        def end() -> None:
            stage.carry_back(self.revision, lambda: stage.count(self.kind))
            (stage.kill_all if self.killed else stage.stop)(5 * _MINUTE)

        stage.clock.at(self.at, end)


@dataclass(frozen=True, kw_only=True)
class Another(Happening):
    """In the midst of a turn, after a write, the machine sleeps; meanwhile another watcher takes over."""

    kind: ClassVar[str] = "another watcher on its ledger"
    method: str
    lasts: timedelta

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        at = sketch.moment(draw, sketch.calm_from - 5 * D)
        lasts = draw.choice((1, 3, 10)) * H
        method = draw.choice(("write_intent", "write_intent", "apply"))
        return cls(at=at, until=at + 4 * D, method=method, lasts=lasts)

    def arm(self, stage: Stage) -> None:
        left, meanwhile = [1], ExitStack()

        def begin() -> None:
            other = meanwhile.enter_context(stage.another_ledger())
            if other.take_lock(stage.clock.now()) is not None:
                meanwhile.close()
                return
            stage.count(self.kind)
            stage.ledger_away += 1
            since = stage.clock.true()

            def heard_of_it() -> None:
                stage.ledger_away -= 1

            def keep() -> None:
                now = stage.clock.true()
                if now < since + self.lasts and other.keep_lock(stage.clock.now()):
                    stage.clock.at(now + _KEPT_EVERY, keep)
                else:
                    meanwhile.close()
                    stage.acted_elsewhere.append((since, now))
                    stage.clock.at(now + H, heard_of_it)

            keep()

        def heard(method: str, done: bool) -> None:
            if done and method == self.method and left[0] > 0:
                left[0] -= 1
                stage.clock.at(stage.clock.true() + 6 * _MINUTE, begin)
                stand_still(stage, 9 * _MINUTE, sleeps=True)

        stage.clock.at(self.at, lambda: stage.on_ledger.append(heard))
        stage.clock.at(self.until, lambda: stage.on_ledger.remove(heard))

    def spoils(self, account: str, project: str) -> bool:
        return True
