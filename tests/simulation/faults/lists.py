"""Lists that say too little, too much, or what was so hours ago."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from tests.simulation.happening import AnswerFault, H, Sketch, Stage
from tests.simulation.model.api import Reply, with_items
from tests.simulation.wire import Call, Proceed


@dataclass(frozen=True, kw_only=True)
class StaleList(AnswerFault):
    """Somebody in between keeps lists and hands them out again; `says`: by `Age`, or only by their `Date`."""

    kind: ClassVar[str] = "stale list"
    says: bool
    _kept: dict[str, tuple[datetime, Reply]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        at, until = sketch.span(draw, 2 * H, draw.choice((3, 8, 30)) * H)
        return cls(at=at, until=until, says=draw.random() < 0.5)

    def arm(self, stage: Stage) -> None:
        """What is kept is of this one play."""
        AnswerFault.arm(replace(self, _kept={}), stage)

    def wants(self, call: Call) -> bool:
        return call.lists("leased-accounts") or call.lists("scheduled-posts")

    def meet(self, call: Call, proceed: Proceed, stage: Stage) -> Reply:
        now = stage.clock.true()
        if call.target not in self._kept:
            reply = proceed()
            if reply.status == 200:
                self._kept[call.target] = now, reply
            return reply
        since, reply = self._kept[call.target]
        age = (now - since) // timedelta(seconds=1)
        headers = {**reply.headers, "Age": str(age)} if self.says else reply.headers
        return replace(reply, headers=headers, look=None)


@dataclass(frozen=True, kw_only=True)
class _Items(AnswerFault):
    """What a project's list of leases says is changed."""

    project: str

    @classmethod
    def more(cls, draw: random.Random, sketch: Sketch) -> dict[str, Any]:
        return {"project": draw.choice(sketch.leases).project}

    def wants(self, call: Call) -> bool:
        return call.lists("leased-accounts", self.project) and "disconnected" not in call.target

    def meet(self, call: Call, proceed: Proceed, stage: Stage) -> Reply:
        reply = proceed()
        return with_items(reply, self.changed) if reply.status == 200 else reply

    def changed(self, items: Sequence[Any]) -> Sequence[Any]:
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class MissingItem(_Items):
    """One account, or several, or all, are not listed although they are leased."""

    kind: ClassVar[str] = "missing items"
    share: float
    salt: int

    @classmethod
    def more(cls, draw: random.Random, sketch: Sketch) -> dict[str, Any]:
        project = super().more(draw, sketch)
        return {**project, "share": draw.choice((0.1, 0.3, 1.0)), "salt": draw.randrange(1000)}

    def changed(self, items: Sequence[Any]) -> Sequence[Any]:
        return [
            one
            for one in items
            if random.Random(f"{self.salt}{one['socialAccountId']}").random() > self.share
        ]

    def spoils(self, account: str, project: str) -> bool:
        return True  # a project that seems to have lost accounts releases nothing until somebody has looked


@dataclass(frozen=True, kw_only=True)
class DuplicateItem(_Items):
    """Every third account is listed twice."""

    kind: ClassVar[str] = "duplicate items"

    def changed(self, items: Sequence[Any]) -> Sequence[Any]:
        return [*items, *items[::3]]

    def spoils(self, account: str, project: str) -> bool:
        return self.times is None or project == self.project


@dataclass(frozen=True, kw_only=True)
class PageLoop(AnswerFault):
    """The pages of a list go in a circle."""

    kind: ClassVar[str] = "page loop"

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        at, until, times = cls.once_or_long(draw, sketch)
        return cls(at=at, until=until, times=None if times is None else times * 2)

    def wants(self, call: Call) -> bool:
        return call.lists("leased-accounts") or call.lists("scheduled-posts")

    def meet(self, call: Call, proceed: Proceed, stage: Stage) -> Reply:
        reply = proceed()
        if reply.status != 200:
            return reply
        return replace(
            reply, body=reply.body.replace(b'"nextCursor": null', b'"nextCursor": "after_0"'), look=None
        )

    def spoils(self, account: str, project: str) -> bool:
        return self.times is None
