"""Those who are told, and cannot be reached, or do not say that they were."""

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Self

from tests.simulation.happening import AnswerFault, H, Sketch, Stage
from tests.simulation.model.api import Reply
from tests.simulation.wire import RECEIVER, TIMEOUT, Call, Proceed


@dataclass(frozen=True, kw_only=True)
class ReceiverDown(AnswerFault):
    """Nothing is taken: 503, no connection, or no answer."""

    kind: ClassVar[str] = "receiver down"
    receiver: str
    how: str

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        at, until = sketch.span(draw, H, 40 * H)
        receiver = f"/{draw.randrange(sketch.rules.receivers)}"
        return cls(at=at, until=until, receiver=receiver, how=draw.choice(("503", "none", "silent")))

    def wants(self, call: Call) -> bool:
        return call.host == RECEIVER and call.target == self.receiver

    def meet(self, call: Call, proceed: Proceed, stage: Stage) -> Reply:
        match self.how:
            case "503":
                return Reply(status=503, headers={}, body=b"")
            case "none":
                raise stage.wire.not_sent()
            case _:
                raise stage.wire.no_answer()


@dataclass(frozen=True, kw_only=True)
class ReceiverSilent(AnswerFault):
    """A message is taken, and nobody says so."""

    kind: ClassVar[str] = "receiver takes and dies"

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        at, until = sketch.span(draw, 10 * H, 60 * H)
        return cls(at=at, until=until, times=draw.randint(1, 2) * 5)

    def wants(self, call: Call) -> bool:
        return call.host == RECEIVER

    def meet(self, call: Call, proceed: Proceed, stage: Stage) -> Reply:
        stage.wire.take(call, heard=False)
        raise stage.wire.no_answer()


@dataclass(frozen=True, kw_only=True)
class ReceiverSlow(AnswerFault):
    """Each message is taken, and seconds later that is said; or nobody waits for it any more."""

    kind: ClassVar[str] = "receiver slow"
    seconds: int

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        at, until = sketch.span(draw, H, 60 * H)
        return cls(at=at, until=until, seconds=draw.choice((2, 8, 30)))

    def wants(self, call: Call) -> bool:
        return call.host == RECEIVER

    def meet(self, call: Call, proceed: Proceed, stage: Stage) -> Reply:
        if self.seconds > TIMEOUT.total_seconds():
            stage.wire.take(call, heard=False)
            raise stage.wire.no_answer()
        stage.clock.go_to(stage.clock.true() + timedelta(seconds=self.seconds))
        return proceed()

    def spoils(self, account: str, project: str) -> bool:
        return self.seconds > TIMEOUT.total_seconds()
