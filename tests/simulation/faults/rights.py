"""What the key may, and for a while may not."""

import random
from dataclasses import dataclass
from typing import ClassVar, Self

from tests.simulation.happening import H, Happening, Sketch, Stage


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
