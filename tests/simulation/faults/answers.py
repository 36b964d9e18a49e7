"""Answers that are none, or come to nobody: of the API itself, or of whoever stands in between."""

import gzip
import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, ClassVar, Self

from tests.simulation.happening import AnswerFault, Sketch, Stage
from tests.simulation.model.api import Reply
from tests.simulation.wire import TIMEOUT, Call, Proceed

_H = timedelta(hours=1)
_HTML = b"<!doctype html><title>Sign in</title><p>This network asks you to sign in."


@dataclass(frozen=True, kw_only=True)
class ServerError(AnswerFault):
    """A 5xx instead of an answer; what was asked was not done. `only`: where this stands in the path."""

    kind: ClassVar[str] = "5xx"
    status: int
    only: str

    @classmethod
    def more(cls, draw: random.Random, sketch: Sketch) -> dict[str, Any]:
        project = draw.choice(sketch.leases).project
        only = draw.choice(("", "", f"/{project}/scheduled-posts", f"/{project}/leased-accounts"))
        return {"only": only, "status": draw.choice((500, 502, 503, 504))}

    def wants(self, call: Call) -> bool:
        return super().wants(call) and self.only in call.target

    def meet(self, call: Call, proceed: Proceed, stage: Stage) -> Reply:
        return stage.wire.api.error(self.status, "INTERNAL")


@dataclass(frozen=True, kw_only=True)
class RateLimited(AnswerFault):
    """429 with a `Retry-After`."""

    kind: ClassVar[str] = "429"
    after: int

    @classmethod
    def more(cls, draw: random.Random, sketch: Sketch) -> dict[str, Any]:
        return {"after": draw.choice((0, 1, 7, 30, 60))}

    def meet(self, call: Call, proceed: Proceed, stage: Stage) -> Reply:
        return stage.wire.api.error(429, "RATE_LIMITED", {"Retry-After": str(self.after)})


@dataclass(frozen=True, kw_only=True)
class Html(AnswerFault):
    """A page for people instead of JSON, as proxies and hotels have them."""

    kind: ClassVar[str] = "HTML"
    status: int

    @classmethod
    def more(cls, draw: random.Random, sketch: Sketch) -> dict[str, Any]:
        return {"status": draw.choice((200, 200, 403, 404, 502))}

    def meet(self, call: Call, proceed: Proceed, stage: Stage) -> Reply:
        return Reply(status=self.status, headers={"Content-Type": "text/html"}, body=_HTML)


@dataclass(frozen=True, kw_only=True)
class Truncated(AnswerFault):
    """Half of the answer, and then no more. What was asked was done. `said`: whether its length was told."""

    kind: ClassVar[str] = "truncated"
    said: bool

    @classmethod
    def more(cls, draw: random.Random, sketch: Sketch) -> dict[str, Any]:
        return {"said": draw.random() < 0.5}

    def meet(self, call: Call, proceed: Proceed, stage: Stage) -> Reply:
        reply = proceed()
        headers = {**reply.headers, "Content-Length": str(len(reply.body))} if self.said else reply.headers
        return replace(reply, headers=headers, body=reply.body[: len(reply.body) // 2], look=None)


@dataclass(frozen=True, kw_only=True)
class LostAnswer(AnswerFault):
    """A DELETE is carried out, and nobody hears of it."""

    kind: ClassVar[str] = "lost answer after a DELETE"

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        at, until = sketch.span(draw, 240 * _H, 720 * _H)
        return cls(at=at, until=until, times=draw.randint(1, 4) * 4)

    def wants(self, call: Call) -> bool:
        return call.is_delete

    def meet(self, call: Call, proceed: Proceed, stage: Stage) -> Reply:
        proceed()
        raise stage.wire.no_answer()

    def spoils(self, account: str, project: str) -> bool:
        return False


@dataclass(frozen=True, kw_only=True)
class LostRequest(AnswerFault):
    """A DELETE never arrives, and nobody hears of that. `in_a_row`: so many of one account, then no more."""

    kind: ClassVar[str] = "lost DELETE"
    in_a_row: int
    _lost: Counter[str] = field(default_factory=Counter, repr=False, compare=False)

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        at, until = sketch.span(draw, 240 * _H, 720 * _H)
        in_a_row = draw.randint(1, 2)
        return cls(at=at, until=until, times=10, in_a_row=in_a_row)

    def arm(self, stage: Stage) -> None:
        """What was lost is of this one play."""
        AnswerFault.arm(replace(self, _lost=Counter()), stage)

    def wants(self, call: Call) -> bool:
        return call.is_delete and self._lost[call.target] < self.in_a_row

    def meet(self, call: Call, proceed: Proceed, stage: Stage) -> Reply:
        self._lost[call.target] += 1
        raise stage.wire.no_answer()

    def spoils(self, account: str, project: str) -> bool:
        return False  # one is got over; who lost two is excused by that


@dataclass(frozen=True, kw_only=True)
class Unreachable(AnswerFault):
    """No connection to the API."""

    kind: ClassVar[str] = "no connection"

    def meet(self, call: Call, proceed: Proceed, stage: Stage) -> Reply:
        raise stage.wire.not_sent()


@dataclass(frozen=True, kw_only=True)
class Packed(AnswerFault):
    """Packed, although nobody asked for it. `broken`: only half of it comes."""

    kind: ClassVar[str] = "gzip"
    broken: bool

    @classmethod
    def more(cls, draw: random.Random, sketch: Sketch) -> dict[str, Any]:
        return {"broken": draw.random() < 0.5}

    def meet(self, call: Call, proceed: Proceed, stage: Stage) -> Reply:
        reply = proceed()
        if "Content-Encoding" in reply.headers:
            return reply
        packed = gzip.compress(reply.body, mtime=0)
        headers = {**reply.headers, "Content-Encoding": "gzip"}
        if self.broken:
            return replace(reply, headers=headers, body=packed[: len(packed) // 2], look=None)
        return replace(reply, headers=headers, body=packed)

    def spoils(self, account: str, project: str) -> bool:
        return self.broken and super().spoils(account, project)


@dataclass(frozen=True, kw_only=True)
class DripFed(AnswerFault):
    """An answer comes piece by piece, over so many seconds: more of them than anybody waits, or fewer."""

    kind: ClassVar[str] = "drip-feed"
    seconds: int

    @classmethod
    def more(cls, draw: random.Random, sketch: Sketch) -> dict[str, Any]:
        return {"seconds": draw.choice((2, 40, 300))}

    def meet(self, call: Call, proceed: Proceed, stage: Stage) -> Reply:
        reply = proceed()
        late = self.seconds > TIMEOUT.total_seconds()
        return replace(reply, drips=self.seconds, look=None if late else reply.look)


_TRIED_AGAIN = timedelta(minutes=5)
"""So long after a turn that read nothing comes the next one."""


@dataclass(frozen=True, kw_only=True)
class Stall(AnswerFault):
    """While an answer is on its way the machine stands still. `sleeps`: its steady clock with it."""

    kind: ClassVar[str] = "stall in a request"
    minutes: int
    sleeps: bool

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        at, until = sketch.span(draw, 24 * _H, 240 * _H)
        minutes = draw.choice((2, 7, 25, 90))
        times = draw.randint(1, 4) * (6 if minutes < 25 else 1)
        return cls(at=at, until=until, times=times, minutes=minutes, sleeps=draw.random() < 0.6)

    def meet(self, call: Call, proceed: Proceed, stage: Stage) -> Reply:
        reply = proceed()
        stand_still(stage, timedelta(minutes=self.minutes), sleeps=self.sleeps)
        return reply

    def spoils(self, account: str, project: str) -> bool:
        return False

    @property
    def stands_still(self) -> timedelta:
        assert self.times is not None
        return self.times * (timedelta(minutes=self.minutes) + _TRIED_AGAIN)


def stand_still(stage: Stage, span: timedelta, *, sleeps: bool) -> None:
    """The world goes on, and the process does not."""
    stage.clock.go_to(stage.clock.true() + span)
    if sleeps:
        stage.clock.slept(span)
