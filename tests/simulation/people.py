"""What people do in a history: they hold, pause, change their minds and the rules, and ask for a release."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from tests.simulation.happening import D, H, Happening, Sketch, Stage
from tests.simulation.model.api import Reply
from tests.simulation.policies import WrittenPause
from tests.simulation.wire import Call, Proceed
from watcher.facts.accounts import AccountId, LeasePeriod, ProjectId
from watcher.record.overrides import RELEASE_LASTS, Override, OverrideKind

_BY = "maria"
_WHY = "as agreed"


def _word(kind: OverrideKind, now: datetime, **facts: Any) -> Override:
    return Override(kind=kind, at=now, by=_BY, why=_WHY, **facts)


def hold(account: str, now: datetime, until: datetime | None, renews_at: datetime) -> Override:
    """As `hold` and its `--until` say it; without an end, to the end of the lease period."""
    whole = renews_at.replace(microsecond=0)
    return _word(
        OverrideKind.HOLD,
        now,
        account=AccountId(account),
        until=until or whole,
        periods=() if until else (LeasePeriod(account=AccountId(account), renews_at=whole),),
    )


@dataclass(frozen=True, kw_only=True)
class _Said(Happening):
    def say(self, word: Override, stage: Stage) -> None:
        """It happened, if it was taken."""
        if stage.say(word):
            stage.count(self.kind)


@dataclass(frozen=True, kw_only=True)
class Hold(_Said):
    """For some hours or days, or (`until` is `at`) to the end of the lease period."""

    kind: ClassVar[str] = "hold"
    account: str

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        at, until = sketch.span(draw, H, draw.choice((8 * H, 6 * D)))
        if draw.random() < 0.4:
            until = at
        return cls(at=at, until=until, account=draw.choice(sketch.leases).id)

    def arm(self, stage: Stage) -> None:
        def say() -> None:
            lease = stage.world.leases[self.account]
            until = self.until if self.until > self.at else None
            if lease.released_at is None and (until or lease.renews_at) > stage.clock.now():
                word = hold(self.account, stage.clock.now(), until, lease.renews_at)
                self.say(word, stage)

        stage.clock.at(self.at, say)


@dataclass(frozen=True, kw_only=True)
class HoldInTurn(_Said):
    """A hold that is said between a turn's reading of an account and its release: at the last look."""

    kind: ClassVar[str] = "hold in mid-turn"
    account: str
    project: str

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        lease = draw.choice(sketch.leases)
        opens = lease.renews_at - sketch.rules.lead
        at = opens if sketch.start + D < opens < sketch.calm_from - D else sketch.moment(draw)
        return cls(at=at, until=at + D, account=lease.id, project=lease.project)

    def arm(self, stage: Stage) -> None:
        looks = [0]

        def meet(call: Call, proceed: Proceed) -> Reply:
            reply = proceed()
            if call.lists("leased-accounts", self.project):
                looks[0] += 1
                lease = stage.world.leases[self.account]
                if looks[0] == 2 and lease.released_at is None:
                    word = hold(self.account, stage.clock.now(), None, lease.renews_at)
                    self.say(word, stage)
            return reply

        stage.clock.at(self.at, lambda: stage.clock.at(self.until, stage.wire.add(meet)))


@dataclass(frozen=True, kw_only=True)
class Unhold(_Said):
    """Whatever holds it holds it no more."""

    kind: ClassVar[str] = "unhold"
    account: str

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        at = sketch.moment(draw)
        return cls(at=at, until=at, account=draw.choice(sketch.leases).id)

    def arm(self, stage: Stage) -> None:
        def say() -> None:
            now = stage.clock.now()
            if stage.overrides().hold_on(AccountId(self.account), now) is None:
                return
            word = _word(OverrideKind.UNHOLD, now, account=AccountId(self.account))
            self.say(word, stage)

        stage.clock.at(self.at, say)


@dataclass(frozen=True, kw_only=True)
class Pause(_Said):
    """Of the fleet, or of a project. `resumed`: by a word; otherwise it ends by itself."""

    kind: ClassVar[str] = "pause"
    project: str | None
    resumed: bool

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        at, until = sketch.span(draw, 2 * H, 4 * D)
        project = draw.choice((None, draw.choice(sketch.leases).project))
        return cls(at=at, until=until, project=project, resumed=draw.random() < 0.5)

    def arm(self, stage: Stage) -> None:
        project = None if self.project is None else ProjectId(self.project)

        def pause() -> None:
            until = None if self.resumed else self.until
            word = _word(OverrideKind.PAUSE, stage.clock.now(), project=project, until=until)
            self.say(word, stage)

        def resume() -> None:
            stage.say(_word(OverrideKind.RESUME, stage.clock.now(), project=project))

        stage.clock.at(self.at, pause)
        if self.resumed:
            stage.clock.at(self.until, resume)


@dataclass(frozen=True, kw_only=True)
class AskedRelease(_Said):
    """`release ACCOUNT`: a person's word for one release, whatever its policy says."""

    kind: ClassVar[str] = "asked release"
    account: str

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        at = sketch.moment(draw)
        return cls(at=at, until=at + RELEASE_LASTS, account=draw.choice(sketch.leases).id)

    def arm(self, stage: Stage) -> None:
        def say() -> None:
            now, lease = stage.clock.now(), stage.world.leases[self.account]
            there = lease.released_at is None and lease.listed_from <= stage.clock.true()
            if not there or not stage.rules.enforce:
                return
            word = _word(
                OverrideKind.RELEASE,
                now,
                account=AccountId(lease.id),
                handle=lease.handle,
                project=ProjectId(lease.project),
                periods=(
                    LeasePeriod(
                        account=AccountId(lease.id), renews_at=lease.renews_at.replace(microsecond=0)
                    ),
                ),
                began=lease.assigned_at,
                used_at=stage.world.last_use(lease.id, stage.clock.true()) or lease.assigned_at,
                until=now + RELEASE_LASTS,
            )
            self.say(word, stage)

        stage.clock.at(self.at, say)


@dataclass(frozen=True, kw_only=True)
class HeldAndAsked(Happening):
    """One person holds an account, and another, who does not know, asks for its release."""

    kind: ClassVar[str] = "held and asked for"
    hold: Hold
    asked: AskedRelease

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        account, at = draw.choice(sketch.leases).id, sketch.moment(draw, sketch.calm_from - 3 * D)
        asked_at = at + draw.uniform(0.1, 20) * H
        return cls(
            at=at,
            until=at + 2 * D,
            hold=Hold(at=at, until=at + 2 * D, account=account),
            asked=AskedRelease(at=asked_at, until=asked_at + RELEASE_LASTS, account=account),
        )

    def arm(self, stage: Stage) -> None:
        self.hold.arm(stage)
        self.asked.arm(stage)


@dataclass(frozen=True, kw_only=True)
class PlannedPause(_Said):
    """A pause that is said days before it begins; over a window of a release, mostly."""

    kind: ClassVar[str] = "planned pause"
    project: str | None
    begins: datetime

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        begins, until = sketch.span(draw, 6 * H, 4 * D)
        project = draw.choice((None, draw.choice(sketch.leases).project))
        at = max(begins - draw.choice((1, 30, 100)) * H, sketch.start + H)
        return cls(at=at, until=until, project=project, begins=begins)

    def arm(self, stage: Stage) -> None:
        project = None if self.project is None else ProjectId(self.project)

        def pause() -> None:
            now = stage.clock.now()
            if now < self.begins:
                word = _word(OverrideKind.PAUSE, now, project=project, begins=self.begins, until=self.until)
                self.say(word, stage)

        stage.clock.at(self.at, pause)


@dataclass(frozen=True, kw_only=True)
class Approval(_Said):
    """Whatever waits past the limits may be released, of accounts that nobody uses."""

    kind: ClassVar[str] = "approval"

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        at = sketch.moment(draw)
        return cls(at=at, until=at + 3 * D)

    def arm(self, stage: Stage) -> None:
        def approve() -> None:
            now = stage.clock.true()
            coming = tuple(
                LeasePeriod(account=AccountId(one.id), renews_at=one.renews_at.replace(microsecond=0))
                for one in stage.world.leases.values()
                if one.released_at is None and one.listed_from <= now and now < one.renews_at < now + 3 * D
            )
            if coming and not stage.rules.wide:
                until = max(one.renews_at for one in coming)
                word = _word(OverrideKind.APPROVE, stage.clock.now(), periods=coming, until=until)
                self.say(word, stage)

        stage.clock.at(self.at, approve)


@dataclass(frozen=True, kw_only=True)
class _InTurn(Happening):
    """At a request to the API, the `number`th from then on: in the midst of a turn."""

    number: int

    def arm(self, stage: Stage) -> None:
        left = [self.number]

        def meet(call: Call, proceed: Proceed) -> Reply:
            reply = proceed()
            if call.to_api:
                left[0] -= 1
                if left[0] == -1:
                    stage.count(self.kind)
                    self.happen(stage)
            return reply

        stage.clock.at(self.at, lambda: stage.clock.at(self.until, stage.wire.add(meet)))

    def happen(self, stage: Stage) -> None:
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Reconfigured(_InTurn):
    """The configuration is another from now on: it protects an account that it did not protect."""

    kind: ClassVar[str] = "good configuration in mid-turn"
    account: str

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        lease = draw.choice(sketch.leases)
        opens = lease.renews_at - sketch.rules.lead
        at = opens if sketch.start + D < opens < sketch.calm_from - D else sketch.moment(draw)
        return cls(at=at, until=at + D, account=lease.id, number=draw.randrange(10))

    def happen(self, stage: Stage) -> None:
        stage.configure(protects=self.account)


@dataclass(frozen=True, kw_only=True)
class Misconfigured(_InTurn):
    """A configuration with mistakes in it is to be read; it is mended at the end."""

    kind: ClassVar[str] = "refused configuration in mid-turn"

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        at, until = sketch.span(draw, 6 * H, 60 * H)
        return cls(at=at, until=until, number=draw.randrange(10))

    def arm(self, stage: Stage) -> None:
        super().arm(stage)
        stage.clock.at(self.until, stage.configure)

    def happen(self, stage: Stage) -> None:
        stage.misconfigure()

    def spoils(self, account: str, project: str) -> bool:
        return True


@dataclass(frozen=True, kw_only=True)
class PauseWritten(_InTurn):
    """A pause is written into the configuration, which is read while it runs. It ends by itself, or
    (`taken_out`) is taken out again before.
    """

    kind: ClassVar[str] = "pause in the configuration"
    pause: WrittenPause
    taken_out: bool

    @classmethod
    def draw(cls, draw: random.Random, sketch: Sketch) -> Self:
        begins, ends = sketch.span(draw, 6 * H, 4 * D)
        project = draw.choice((None, draw.choice(sketch.leases).project))
        pause = WrittenPause(
            begins=begins.replace(microsecond=0),
            ends=ends.replace(microsecond=0),
            project=None if project in sketch.rules.discovered else project,
        )
        at = max(begins - draw.choice((-2, 1, 30)) * H, sketch.start + H)
        taken_out = draw.random() < 0.3
        until = ends - (ends - begins) / 3 if taken_out else ends
        return cls(at=at, until=until, number=draw.randrange(10), pause=pause, taken_out=taken_out)

    def arm(self, stage: Stage) -> None:
        super().arm(stage)
        if self.taken_out:
            stage.clock.at(self.until, lambda: stage.write_pause(self.pause, there=False))

    def happen(self, stage: Stage) -> None:
        stage.write_pause(self.pause, there=True)


def resume_what_the_watcher_paused(stage: Stage, now: datetime) -> None:
    """A person looks once a day: what the watcher stopped by itself goes on."""
    for pause in stage.overrides().pauses(now):
        if pause.by != _BY:
            word = Override(
                kind=OverrideKind.RESUME, at=now, by=_BY, why="looked at it", project=pause.project
            )
            stage.say(word)


LOOKS_EVERY = timedelta(days=1)

PEOPLE: tuple[type[Happening], ...] = (
    Hold,
    HoldInTurn,
    Unhold,
    Pause,
    PlannedPause,
    AskedRelease,
    HeldAndAsked,
    Approval,
    Reconfigured,
    Misconfigured,
)
"""What people do. A new habit is one class, and one line here."""
