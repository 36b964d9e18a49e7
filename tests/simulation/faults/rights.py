"""What the key may, and for a while may not."""

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Self

from tests.simulation.happening import KEY, AnswerFault, H, Happening, Sketch, Stage
from tests.simulation.model.api import Reply
from tests.simulation.wire import Call, Proceed


@dataclass(frozen=True, kw_only=True)
class ScopeRemoved(Happening):
    """A scope is taken from the key, and given back."""

    kind: ClassVar[str] = "scope removed"
    scope: str

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        at, until = sketch.span(draw, 3 * H, 60 * H)
        return cls(at=at, until=until, scope=draw.choice(("publish:read", "publish:read", "leased:write")))

    def arm(self, stage: Stage) -> None:
        def take() -> None:
            stage.count(self.kind)
            stage.world.scopes = tuple(one for one in stage.world.scopes if one != self.scope)

        def give() -> None:
            stage.world.scopes = (*(one for one in stage.world.scopes if one != self.scope), self.scope)

        stage.clock.at(self.at, take)
        stage.clock.at(self.until, give)

    def spoils(self, account: str, project: str) -> bool:
        return True


@dataclass(frozen=True, kw_only=True)
class KeySuspended(AnswerFault):
    """The provider has stopped the key: everything is refused, for hours or days."""

    kind: ClassVar[str] = "key suspended"

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        at, until = sketch.span(draw, 3 * H, 60 * H)
        return cls(at=at, until=until)

    def meet(self, call: Call, proceed: Proceed, stage: Stage) -> Reply:
        return stage.wire.api.error(503, "KILL_SWITCH")


@dataclass(frozen=True, kw_only=True)
class KeyRotated(Happening):
    """The key is another; hours later the watcher is told so: while it runs, or (`restarts`) at its start."""

    kind: ClassVar[str] = "key rotated"
    restarts: bool

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        at, until = sketch.span(draw, timedelta(minutes=1), 30 * H)
        return cls(at=at, until=until, restarts=draw.random() < 0.5)

    def arm(self, stage: Stage) -> None:
        key = f"{KEY}_{self.at:%m%d%H%M%S}"

        def rotate() -> None:
            stage.count(self.kind)
            stage.world.secret = key

        def tell() -> None:
            # Two may overlap: the last one is the key.
            stage.key = stage.world.secret
            if self.restarts:
                stage.stop_all(timedelta(seconds=10))
            else:
                stage.configure()

        stage.clock.at(self.at, rotate)
        stage.clock.at(self.until, tell)

    def spoils(self, account: str, project: str) -> bool:
        return True
