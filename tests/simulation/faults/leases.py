"""What the provider changes of a lease: its price, its renewal, its name."""

import random
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar, Self

from tests.simulation.happening import D, Happening, Sketch, Stage
from tests.simulation.model.months import month_after
from tests.simulation.model.world import Lease


@dataclass(frozen=True, kw_only=True)
class _OfALease(Happening):
    account: str

    def arm(self, stage: Stage) -> None:
        def change() -> None:
            stage.world.advance(stage.clock.true())
            lease = stage.world.leases[self.account]
            if lease.released_at is None and self.changes(lease, stage):
                stage.count(self.kind)

        stage.clock.at(self.at, change)

    def changes(self, lease: Lease, stage: Stage) -> bool:
        raise NotImplementedError

    def spoils(self, account: str, project: str) -> bool:
        return account == self.account


@dataclass(frozen=True, kw_only=True)
class PriceChanged(_OfALease):
    kind: ClassVar[str] = "price changed"
    cents: int

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        at = sketch.moment(draw)
        return cls(
            at=at, until=at, account=draw.choice(sketch.leases).id, cents=draw.choice((9_900, 19_900, 0))
        )

    def changes(self, lease: Lease, stage: Stage) -> bool:
        lease.price_cents = self.cents
        return True

    def spoils(self, account: str, project: str) -> bool:
        return False


@dataclass(frozen=True, kw_only=True)
class RenewalMoved(_OfALease):
    """By some days, not into the past."""

    kind: ClassVar[str] = "renewal moved"
    by: timedelta

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        at = sketch.moment(draw)
        by = draw.choice((-3, -1, 1, 5)) * D
        return cls(at=at, until=at + 2 * sketch.rules.poll, account=draw.choice(sketch.leases).id, by=by)

    def changes(self, lease: Lease, stage: Stage) -> bool:
        to = lease.renews_at + self.by
        if to <= stage.clock.true() or to.day > 28:
            return False
        lease.renews_at, lease.anchor = to, to.day
        return True


@dataclass(frozen=True, kw_only=True)
class Renamed(_OfALease):
    """Its handle is another from now on."""

    kind: ClassVar[str] = "renamed"

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        at = sketch.moment(draw)
        return cls(at=at, until=at + 2 * sketch.rules.poll, account=draw.choice(sketch.leases).id)

    def changes(self, lease: Lease, stage: Stage) -> bool:
        lease.handle = f"{lease.handle}.new"
        return True


@dataclass(frozen=True, kw_only=True)
class LeasedAnew(_OfALease):
    """The same id stands for another lease from now on: begun now, renewing in a month."""

    kind: ClassVar[str] = "id reused"

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        at = sketch.moment(draw)
        return cls(at=at, until=at + 2 * sketch.rules.poll, account=draw.choice(sketch.leases).id)

    def changes(self, lease: Lease, stage: Stage) -> bool:
        now = stage.clock.true().replace(microsecond=0)
        if lease.listed_from > now:
            return False
        lease.assigned_at, lease.anchor, lease.shown = now, now.day, None
        lease.renews_at, lease.handle = month_after(now, now.day), f"{lease.handle}.anew"
        return True


@dataclass(frozen=True, kw_only=True)
class MovedAway(_OfALease):
    """Another project lists it from now on. `posts_stay`: where they were made; new ones come with it."""

    kind: ClassVar[str] = "moved to another project"
    to: str
    posts_stay: bool

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        at = sketch.moment(draw)
        lease = draw.choice(sketch.leases)
        # What was made where it was and is still to go out is what may be overlooked.
        queued = [one for one in sketch.leases if one.handle.startswith("queued")]
        if queued and draw.random() < 0.6:
            lease = draw.choice(queued)
        projects = [one.project for one in sketch.leases]
        others = [one for one in projects if one != lease.project]
        return cls(
            at=at,
            until=at + 2 * sketch.rules.poll,
            account=lease.id,
            to=draw.choice(others or projects),
            posts_stay=draw.random() < 0.6,
        )

    def changes(self, lease: Lease, stage: Stage) -> bool:
        now = stage.clock.true()
        if lease.project == self.to or lease.listed_from > now:
            return False
        lease.project = self.to
        for post in list(stage.world.posts_of(lease.id)):
            if not self.posts_stay or post.appears_at > now:
                stage.world.publish(replace(post, project=self.to))
        return True
