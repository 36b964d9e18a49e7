"""A partner's whole installation on a stage: what users use, against a served sandbox, on one clock.

Settings come from real TOML, `Turns` from `watcher.wiring`, webhooks post to the sandbox's inbox, and every
DELETE is counted where it leaves the socket. The ledger is a file, or a memory where no storage is tested.
Each turn opens everything anew, as a cron line does: what is remembered from turn to turn went through the
ledger.

The default fleet, at `NOW`: `@latte` is unused and renews in 30 h, so with the default lead, margin and
notice its window is `[OPENS, CLOSES)` and turns at `NOW` and at `OPENS` are all it takes to release it.
`@daily` is in use, `@grind` unused but far from its renewal.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event as StopSignal
from typing import Any

from tests.fakes.clock import FakeClock, SettableClock
from watcher.adapters.clock import MovableClock
from watcher.adapters.ledger.memory.ledger import MemoryLedger, MemoryReader, MemoryWords
from watcher.adapters.ledger.memory.state import State
from watcher.adapters.ledger.opening import open_ledger, open_reader, open_words
from watcher.adapters.ledger.places import Place
from watcher.adapters.workers import HereAndNow
from watcher.decide.focus import Focus
from watcher.decide.gathered import Due
from watcher.decide.report import Report
from watcher.facts import accounts as facts
from watcher.facts.accounts import AccountId, LeasePeriod, ProjectId
from watcher.memory.remembered import FleetMemory, Known, ProjectMemory
from watcher.memory.writes import Note, Said
from watcher.ports.leases import LeaseReleaser, ReleaseAnswer
from watcher.ports.ledger import HistoryLine, Ledger, LedgerReader
from watcher.record.attempts import Attempt
from watcher.record.overrides import Override, OverrideKind
from watcher.sandbox import Account, Corrupt, Fault, Fleet, Key, Post, Project, Sandbox, World
from watcher.settings.load import Good, load
from watcher.settings.model import Settings
from watcher.texts.secret import Secret
from watcher.turn.act import Actor, LiveActor, Situation
from watcher.turn.acting import ActingTurns
from watcher.turn.take import TurnResult
from watcher.turn.turns import Turns
from watcher.wiring.turn import Purpose, Wiring, looks_at, open_turns, turns_on

NOW = datetime(2026, 5, 18, 12, tzinfo=UTC)
S, M, H, D = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TICK = timedelta(microseconds=1)

RENEWS = NOW + 30 * H
OPENS = RENEWS - 6 * H
CLOSES = RENEWS - 10 * M
"""Of `@latte`."""

ACME, BETA = "prj_acme", "prj_beta"
KEY = Key(secret="lp_live_4QZpN_never_to_be_shown", tier="partner")


def account(handle: str, *, renews_in: timedelta = 30 * H, project: str = ACME, **facts: Any) -> Account:
    """A leased account; its id follows from its handle unless one is given."""
    defaults: dict[str, Any] = {"id": f"sa_{handle}", "assigned_at": NOW - 170 * D}
    return Account(handle=handle, project=project, next_renewal_at=NOW + renews_in, **(defaults | facts))


def published(one: Account, ago: timedelta) -> Post:
    return Post.published(id=f"post_{one.id}_{ago // S}", account=one, at=NOW - ago)


def listed_by(project: str, one: Account, **facts: Any) -> Corrupt:
    """A project's list that shows an account of another project too, with other `facts` if some are given."""

    def mutate(body: dict[str, Any]) -> dict[str, Any]:
        item = {
            "socialAccountId": one.id,
            "projectId": project,
            "status": "assigned",
            "handle": one.handle,
            "platform": one.platform,
            "followers": one.followers,
            "assignedAt": one.assigned_at.isoformat().replace("+00:00", "Z"),
            "nextRenewalAt": one.next_renewal_at.isoformat().replace("+00:00", "Z"),
            "monthlyPriceCents": one.price_cents,
        }
        return {**body, "items": [*body["items"], item | facts]}

    return Corrupt(path=f"{project}/leased-accounts", mutate=mutate)


LATTE = account("latte")
DAILY = account("daily", renews_in=12 * D)
GRIND = account("grind", renews_in=20 * D)
LATTE_PERIOD = LeasePeriod(account=AccountId(LATTE.id), renews_at=RENEWS)

_CONFIGURATION: Mapping[str, Any] = {
    "mode": "enforce",
    "api.tier": "partner",
    "store.url": "sqlite:///watcher.db",
    "projects.acme.id": ACME,
    "projects.acme.enrolled": True,
    "policies.standard.release.when": "idle",
    "notifiers.ops.kind": "webhook",
}


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One installation. `configuration` holds dotted TOML keys; a turn reads it anew."""

    clock: FakeClock | MovableClock
    sandbox: Sandbox
    url: str
    folder: Path
    configuration: dict[str, Any] = field(repr=False)
    state: State | None = field(default=None, repr=False)
    """What is remembered, where that is not a file's affair."""
    _loaded: dict[str, Settings] = field(default_factory=dict, repr=False)

    # What a partner does

    def configure(self, changes: Mapping[str, Any]) -> None:
        """Set dotted keys of the configuration, from the next turn on."""
        self.configuration.update(changes)

    def settings(self) -> Settings:
        """As loaded from the file; once for each text, which saves the tests a fifth of their time."""
        text = "\n".join(f"{key} = {_toml(value)}" for key, value in self.configuration.items())
        if text not in self._loaded:
            file = self.folder / "lease-watcher.toml"
            file.write_text(text, encoding="utf-8")
            loaded = load(file, {"LAYERS_API_KEY": KEY.secret}, self.folder, self.clock.now())
            assert isinstance(loaded, Good), loaded
            self._loaded[text] = loaded.settings
        return self._loaded[text]

    def say(self, kind: OverrideKind, **facts: Any) -> None:
        """A person's word, as the override commands write it."""
        word: dict[str, Any] = {"at": self.clock.now(), "by": "maria", "why": "holiday campaign"} | facts
        place = self.state or self.ledger_place
        words = MemoryWords(place) if isinstance(place, State) else open_words(place)
        with closing(words):
            words.apply((Said(override=Override(kind=kind, **word)),))

    # Turns

    @contextmanager
    def opened(self, purpose: Purpose = Purpose.RUN, *, stop: StopSignal | None = None) -> Iterator[Turns]:
        wiring = Wiring(
            settings=self.settings(),
            key=Secret(KEY.secret),
            clock=self.clock,
            purpose=purpose,
            stop=stop or StopSignal(),
            workers=HereAndNow(),
        )
        if self.state is not None:
            if purpose is Purpose.RUN:
                with closing(MemoryLedger(self.state)) as ledger, turns_on(wiring, ledger) as turns:
                    yield turns
            else:
                with looks_at(wiring, MemoryReader(self.state)) as turns:
                    yield turns
            return
        place = self.ledger_place
        if purpose is Purpose.RUN and isinstance(place, Path) and not place.exists():
            place.write_bytes(_empty_ledger())
        with open_turns(wiring) as turns:
            yield turns

    def run(
        self,
        purpose: Purpose = Purpose.RUN,
        *,
        focus: Focus | None = None,
        stop: StopSignal | None = None,
        refused: str | None = None,
        rules_to_come: Callable[[], bool] | None = None,
        before_acting: Callable[[], object] | None = None,
        before_sending: Callable[[], object] | None = None,
    ) -> TurnResult:
        """One turn. `before_acting` happens between plan and act, `before_sending` before each DELETE."""
        with self.opened(purpose, stop=stop) as turns:
            if not isinstance(turns, ActingTurns):
                return turns.run(focus, refused=refused)
            actor = turns.actor
            if rules_to_come is not None:
                assert isinstance(actor, LiveActor)
                actor = replace(actor, rules_to_come=rules_to_come)
            if before_sending is not None:
                assert isinstance(actor, LiveActor)
                actor = replace(actor, releaser=_Hooked(actor.releaser, before_sending))
            if before_acting is not None:
                actor = _Interrupted(actor, before_acting)
            return replace(turns, actor=actor).run(focus, refused=refused)

    def turn(self, purpose: Purpose = Purpose.RUN, **how: Any) -> Report:
        return self.run(purpose, **how).report

    def turn_at(self, at: datetime, **how: Any) -> Report:
        self.move_to(at)
        return self.turn(**how)

    def move_to(self, at: datetime) -> None:
        assert at >= self.clock.now(), "time does not go back"
        self.clock.advance(at - self.clock.now())

    def watch_until(self, at: datetime, *, every: timedelta = 24 * H) -> None:
        """Turns now and every so often, then move to `at` without another.

        24 hours are the longest gap that voids no notice.
        """
        while self.clock.now() < at:
            self.turn()
            self.move_to(min(self.clock.now() + every, at))

    # The world

    def add(self, *accounts: Account, posts: Sequence[Post] = ()) -> None:
        def with_them(world: World) -> World:
            for one in accounts:
                world = world.with_account(one)
            return world.with_posts(posts)

        self.sandbox.edit(with_them)

    def add_known(self, one: Account, *, posts: Sequence[Post] = ()) -> None:
        """An account that the ledger knows from before: one that it does not came from elsewhere (ADR 91)."""
        self.add(one, posts=posts)
        account = facts.Account(
            id=AccountId(one.id),
            project=ProjectId(one.project),
            handle=one.handle,
            platform=one.platform,
            followers=one.followers,
            assigned_at=one.assigned_at,
            renews_at=one.next_renewal_at,
            price_cents=one.price_cents,
        )
        now = self.clock.now()
        known = Known(account=account, first_seen_at=now)
        with self.ledger() as ledger:
            last, held = ledger.fleet(now).last_turn, ledger.take_lock(now)
            assert last is not None
            assert held is None
            ledger.apply([Note(project=account.project, turn=last.id, at=now, known=(known,))])

    def change(self, one: Account, **changed: Any) -> None:
        self.sandbox.edit(lambda world: world.with_changed_account(one.id, **changed))

    def remove(self, *accounts: Account) -> None:
        def without_them(world: World) -> World:
            for one in accounts:
                world = world.without_account(one.id)
            return world

        self.sandbox.edit(without_them)

    def fault(self, *faults: Fault) -> None:
        self.sandbox.add_fault(*faults)

    # What came of it

    @property
    def deletes(self) -> int:
        """DELETEs that reached the socket."""
        return self.sandbox.log.deletes_received

    @property
    def released(self) -> list[str]:
        """Ids of the accounts given back, in their order."""
        return [one.account for one in self.sandbox.world.releases]

    @property
    def debited(self) -> list[str]:
        return [one.account for one in self.sandbox.world.debits]

    def told(self, kind: str | None = None) -> list[dict[str, Any]]:
        """The events that the webhook accepted, of one kind if one is given."""
        events = [event for digest in self.sandbox.inbox for event in digest["events"]]
        return [event for event in events if kind in (None, event["kind"])]

    @property
    def ledger_place(self) -> Place:
        return self.settings().store.place

    @property
    def ledger_file(self) -> Path:
        """Of a stage whose ledger is a file, as it is unless configured otherwise."""
        place = self.ledger_place
        assert isinstance(place, Path)
        return place

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        place = self.state or self.ledger_place
        with closing(MemoryLedger(place) if isinstance(place, State) else open_ledger(place)) as ledger:
            yield ledger

    @contextmanager
    def reader(self) -> Iterator[LedgerReader]:
        place = self.state or self.ledger_place
        with closing(MemoryReader(place) if isinstance(place, State) else open_reader(place)) as reader:
            yield reader

    def fleet(self) -> FleetMemory:
        with self.reader() as reader:
            return reader.fleet(self.clock.now())

    def memory(self, project: str = ACME) -> ProjectMemory:
        with self.reader() as reader:
            return reader.project(ProjectId(project))

    def history(self, account: str | None = None) -> list[str]:
        """The `what` of every line of the ledger's story."""
        return [line.what for line in self.story(account)]

    def story(self, account: str | None = None) -> list[HistoryLine]:
        with self.reader() as reader:
            return list(reader.history(AccountId(account) if account else None))


@contextmanager
def staged(
    folder: Path,
    *accounts: Account,
    posts: Sequence[Post] = (),
    projects: Sequence[str] = (ACME, BETA),
    configuration: Mapping[str, Any] = {},
    clock: FakeClock | MovableClock | None = None,
    state: State | None = None,
    **options: Any,
) -> Iterator[Stage]:
    """The stage with these accounts; with none of them the default fleet. `options`: the sandbox's own.

    On a `MovableClock` real time passes as well: for answers that are too slow. The wall clock of a
    `SettableClock` can be set while the world's time goes on.
    """
    if not accounts:
        accounts = (LATTE, DAILY, GRIND)
        posts = (published(LATTE, 40 * D), published(DAILY, 1 * D), published(GRIND, 60 * D), *posts)
    clock = clock or FakeClock(NOW)
    fleet = Fleet(
        projects=[Project(id=id_, name=id_, created_at=NOW - 400 * D) for id_ in projects],
        accounts=accounts,
        posts=posts,
    )
    own: dict[str, Any] = {"keys": [KEY], "limits": False} | options
    world = clock.true if isinstance(clock, SettableClock) else clock.now
    held = Sandbox(fleet=fleet, clock=world, **own)
    with held.serve() as serving:
        addresses = {"api.base_url": serving.url, "notifiers.ops.url": f"{serving.url}/_sandbox/inbox"}
        yield Stage(
            clock=clock,
            sandbox=held,
            url=serving.url,
            folder=folder,
            configuration={**_CONFIGURATION, **addresses, **configuration},
            state=state,
        )


def in_memory(*args: Any, **how: Any) -> AbstractContextManager[Stage]:
    """The same, with a ledger in memory: for what a file or a server has no part in."""
    return staged(*args, state=State(), **how)


@cache
def _empty_ledger() -> bytes:
    """What the first turn creates, made once: migrating takes as long as half a turn."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "watcher.db"
        open_ledger(file).close()
        return file.read_bytes()


@dataclass(frozen=True)
class _Interrupted:
    """An actor before whose work something happens in the world."""

    actor: Actor
    first: Callable[[], object]

    def act(self, due: Sequence[Due], situation: Situation, /) -> Iterator[Attempt]:
        self.first()
        yield from self.actor.act(due, situation)


@dataclass(frozen=True)
class _Hooked:
    """A releaser before whose DELETEs something happens: the intent is written, nothing is sent."""

    releaser: LeaseReleaser
    first: Callable[[], object]

    def ready(self) -> bool:
        return self.releaser.ready()

    def release(self, account: AccountId, *, reason: str, latest: datetime) -> ReleaseAnswer:
        self.first()
        return self.releaser.release(account, reason=reason, latest=latest)


def _toml(value: Any) -> str:
    """A value in TOML: JSON but for tables, which are written inline."""
    match value:
        case Mapping():
            return "{" + ", ".join(f"{json.dumps(key)} = {_toml(held)}" for key, held in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_toml, value)) + "]"
        case _:
            return json.dumps(value)
