"""Lists that say too little, too much, or what was so hours ago."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Any, ClassVar, Self

from tests.simulation.happening import AnswerFault, D, H, Sketch, Stage
from tests.simulation.model.api import Reply, with_items
from tests.simulation.model.world import Lease
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
        if draw.random() < 0.5 and (over := sketch.over_an_opening(draw)) is not None:
            at, until, _ = over
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
        return replace(reply, headers=headers, look=None, kept=True)


@dataclass(frozen=True, kw_only=True)
class _Items(AnswerFault):
    """What a project's list of leases says is changed: all day, or now and then for some days."""

    project: str

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        at, until, times = cls.once_or_long(draw, sketch)
        if times is not None:
            # It is read a few times a day.
            until, times = min(until + 3 * D, sketch.calm_from), 4 * times
        return cls(at=at, until=until, times=times, **cls.more(draw, sketch))

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
        return True  # where so many are not to be judged, a brake halts what is, too


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
        body = reply.body.replace(b'"nextCursor": null', b'"nextCursor": "after_0"')
        return reply if body == reply.body else replace(reply, body=body, look=None)

    def spoils(self, account: str, project: str) -> bool:
        return self.times is None


@dataclass(frozen=True, kw_only=True)
class _OfOne(AnswerFault):
    """What the lists say of one account is changed, for hours or days."""

    account: str

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        at, until = sketch.span(draw, 3 * H, draw.choice((12, 60, 300)) * H)
        lease = draw.choice(sketch.leases)
        if draw.random() < 0.5 and (over := sketch.over_an_opening(draw)) is not None:
            at, until, lease = over
        return cls(at=at, until=until, account=lease.id, **cls.about(draw, sketch, lease))

    @classmethod
    def about(cls, draw: random.Random, sketch: Sketch, lease: Lease) -> dict[str, Any]:
        """Its own fields."""
        return {}

    def wants(self, call: Call) -> bool:
        return call.lists("leased-accounts") and "disconnected" not in call.target

    def meet(self, call: Call, proceed: Proceed, stage: Stage) -> Reply:
        reply = proceed()
        return with_items(reply, self.changed) if reply.status == 200 else reply

    def changed(self, items: Sequence[Any]) -> Sequence[Any]:
        return [self.item(one) if one["socialAccountId"] == self.account else one for one in items]

    def item(self, one: dict[str, Any]) -> dict[str, Any]:
        raise NotImplementedError

    def spoils(self, account: str, project: str) -> bool:
        return account == self.account


HARMLESS = ("other zone", "microseconds")


def _odd(how: str, time: str) -> str | None:
    moment = datetime.fromisoformat(time)
    match how:
        case "other zone":
            return moment.astimezone(timezone(timedelta(hours=5, minutes=30))).isoformat()
        case "microseconds":
            return moment.replace(microsecond=123456).isoformat().replace("+00:00", "Z")
        case "null":
            return None
        case "zero":
            return "0001-01-01T00:00:00Z"
        case "no zone":
            return moment.replace(tzinfo=None).isoformat()
        case _:
            return "9998-12-31T23:59:59Z"


_ODD = (*HARMLESS, "null", "zero", "no zone", "far future")


@dataclass(frozen=True, kw_only=True)
class OddTime(_OfOne):
    """A lease's renewal, or its begin, is written oddly or is none."""

    kind: ClassVar[str] = "odd time of a lease"
    how: str
    name: str

    @classmethod
    def about(cls, draw: random.Random, sketch: Sketch, lease: Lease) -> dict[str, Any]:
        name = draw.choice(("nextRenewalAt", "nextRenewalAt", "assignedAt"))
        return {"how": draw.choice(_ODD), "name": name}

    def item(self, one: dict[str, Any]) -> dict[str, Any]:
        return {**one, self.name: _odd(self.how, one[self.name])}

    def spoils(self, account: str, project: str) -> bool:
        return super().spoils(account, project) and self.how not in HARMLESS


@dataclass(frozen=True, kw_only=True)
class OddPostTime(_OfOne):
    """The times of an account's posts are written oddly or are none."""

    kind: ClassVar[str] = "odd time of a post"
    how: str
    name: str

    @classmethod
    def about(cls, draw: random.Random, sketch: Sketch, lease: Lease) -> dict[str, Any]:
        return {"how": draw.choice(_ODD), "name": draw.choice(("scheduledFor", "publishedAt", "attemptedAt"))}

    def wants(self, call: Call) -> bool:
        return call.lists("scheduled-posts")

    def item(self, one: dict[str, Any]) -> dict[str, Any]:
        return one if one[self.name] is None else {**one, self.name: _odd(self.how, one[self.name])}

    def spoils(self, account: str, project: str) -> bool:
        return super().spoils(account, project) and self.how not in HARMLESS


@dataclass(frozen=True, kw_only=True)
class ActiveLate(_OfOne):
    """A lease is listed by a status that nobody has heard of before it is assigned."""

    kind: ClassVar[str] = "active late"

    def item(self, one: dict[str, Any]) -> dict[str, Any]:
        return {**one, "status": "warming_up"}


@dataclass(frozen=True, kw_only=True)
class ListedTwice(_OfOne):
    """Another project lists an account, too, as if it were its own."""

    kind: ClassVar[str] = "listed twice"
    other: str

    @classmethod
    def about(cls, draw: random.Random, sketch: Sketch, lease: Lease) -> dict[str, Any]:
        projects = [one.project for one in sketch.leases]
        others = [one for one in projects if one != lease.project]
        return {"other": draw.choice(others or projects)}

    def wants(self, call: Call) -> bool:
        return super().wants(call) and call.lists("leased-accounts", self.other)

    def meet(self, call: Call, proceed: Proceed, stage: Stage) -> Reply:
        reply, lease = proceed(), stage.world.leases[self.account]
        there = lease in stage.world.assigned(lease.project)
        if reply.status != 200 or lease.project == self.other or not there:
            return reply
        copy = {**stage.wire.api.item(lease), "projectId": self.other}
        look = None if reply.look is None else replace(reply.look, also=self.account)
        return with_items(replace(reply, look=look), lambda items: [*items, copy])
