"""A history under way: the watcher's own daemon over the model of the API, on a clock that is moved.

The daemon's loop, timetable, wiring, turns, executor, courier, channels and HTTP client are those of a run;
made up are what is below the client (`wire`), the time, and, but for a share of the seeds, the ledger's
place.
"""

import random
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any
from unittest.mock import patch

import httpx

from tests.fakes.passing import PassingAlarm, PassingClock
from tests.simulation.happening import KEY
from tests.simulation.model.api import Api
from tests.simulation.model.world import World
from tests.simulation.oracle.case import Books, Case, Turned
from tests.simulation.people import LOOKS_EVERY, resume_what_the_watcher_paused
from tests.simulation.rules import Rules
from tests.simulation.seeded import History
from tests.simulation.wire import Killed, Straight, Wire
from watcher.adapters.http.client import MOST_BYTES, Http, Way
from watcher.adapters.http.proxies import Proxies
from watcher.adapters.ledger.memory.ledger import MemoryLedger, MemoryReader, MemoryWords
from watcher.adapters.ledger.memory.state import State
from watcher.adapters.workers import HereAndNow
from watcher.daemon.reload import Configuration, ReloadRefused
from watcher.daemon.request import Request
from watcher.daemon.run import serve
from watcher.decide.exits import exit_of
from watcher.memory.savings import Books as Sums
from watcher.memory.savings import savings_of
from watcher.memory.writes import BegunAnew, Said
from watcher.ports.clock import Clock
from watcher.ports.ledger import LedgerReader, LedgerUnavailable, LedgerWords, LostInRelease
from watcher.record.exit_codes import Exit
from watcher.record.fates import LEASED, LeaseState
from watcher.record.overrides import Override, OverrideKind, Overrides
from watcher.record.restored import restored
from watcher.settings.load import Good, load
from watcher.settings.model import Settings
from watcher.texts.secret import Secret
from watcher.wiring import ledger as real
from watcher.wiring.turn import Purpose, Wiring

_ALL = ("projects:read", "leased:write", "publish:read", "social:read")
_SETTLES = timedelta(seconds=11)
"""Some seconds after a turn the daemon notes what was delivered: a look that does it."""
_LOST = (LedgerUnavailable, LostInRelease)
_STARTED_AGAIN = timedelta(minutes=10)
_WRITES = ("apply", "write_intent", "conclude", "begin_delivery", "end_delivery", "take_lock")


@dataclass(kw_only=True)
class Played:
    """One history under way, or played to its end. `story`: what happened, in order, for people."""

    history: History
    folder: Path
    clock: PassingClock
    world: World
    wire: Wire
    rules: Rules
    settings: Settings
    url: str
    """Where its ledger is, if not in memory."""
    state: State = field(default_factory=lambda: State("simulation"))
    counts: Counter[str] = field(default_factory=Counter)
    said: list[tuple[datetime, Override]] = field(default_factory=list)
    defects: list[tuple[datetime, str]] = field(default_factory=list)
    story: list[tuple[datetime, str]] = field(default_factory=list)
    on_ledger: list[Callable[[str, bool], None]] = field(default_factory=list)
    key: str = KEY
    ledger_away: int = 0
    protected: list[tuple[datetime, str]] = field(default_factory=list)
    """Whom a later configuration protects, from when on."""
    acted_elsewhere: list[tuple[datetime, datetime]] = field(default_factory=list)
    """From when until when another watcher had the ledger's lock."""
    refused: list[tuple[datetime, datetime]] = field(default_factory=list)
    """From when until when the configuration on disk had mistakes in it, and the watcher was told so."""
    turned: list[Turned] = field(default_factory=list)
    runs: list[tuple[datetime, datetime]] = field(default_factory=list)
    """From when until when the process ran."""
    _stop: Event = field(default_factory=Event)
    _back_at: datetime | None = None
    _running: bool = False
    _request: Request = field(default_factory=Request)
    _refused_since: datetime | None = None

    # What happenings do

    def count(self, kind: str) -> None:
        self.counts[kind] += 1
        self.tell(kind)

    def tell(self, text: str) -> None:
        self.story.append((self.clock.true(), text))

    def kill(self, away: timedelta) -> None:
        self._away(away)
        if self._running:
            self.wire.dead = True
            raise Killed

    def stop(self, away: timedelta) -> None:
        self._away(away)
        self._stop.set()

    def _away(self, away: timedelta) -> None:
        back = self.clock.true() + away
        self._back_at = back if self._back_at is None else max(back, self._back_at)

    def configure(self, *, protects: str | None = None) -> None:
        if protects is not None:
            self.protected.append((self.clock.true(), protects))
            protected = self.rules.protected | {protects}
            self.rules = replace(self.rules, protected=protected)
            self.settings = _settings(replace(self.history, rules=self.rules), self.folder, self.url)
        self._mended()
        self._request.ask()
        self.tell("a good configuration is to be read")

    def misconfigure(self) -> None:
        self._refused_since = self._refused_since or self.clock.true()
        self._request.ask()
        self.tell("a configuration with mistakes is to be read")

    def _mended(self) -> None:
        if self._refused_since is not None:
            self.refused.append((self._refused_since, self.clock.true()))
            self._refused_since = None

    def _read(self) -> Configuration:
        if self._refused_since is not None:
            raise ReloadRefused("there is a mistake in it")
        return Configuration(settings=self.settings, key=Secret(self.key))

    def say(self, word: Override) -> bool:
        """As commands take it: not of what is released, nor a hold of what is being released."""
        if not self.has_ledger:
            return False
        about = [] if word.account is None else [word.account]
        late = (LeaseState.RELEASED, LeaseState.RELEASING)
        taken = [False]

        def words(fates: Any) -> list[Said]:
            taken[0] = word.account is None or fates.get(word.account, LEASED).state not in late
            return [Said(override=word)] if taken[0] else []

        with self.open_words() as ledger:
            ledger.say(about, words)
        if taken[0]:
            self.said.append((self.clock.true(), word))
            self.tell(f"{word.kind.value} {word.account or word.project or 'all'}")
        return taken[0]

    def overrides(self) -> Overrides:
        if not self.has_ledger:
            return Overrides()
        with self.open_words() as ledger:
            return ledger.fleet(self.clock.now()).overrides

    # The ledger's place

    @property
    def has_ledger(self) -> bool:
        return bool(self.runs) and (self.history.in_memory or real.is_there(self.settings))

    def open_words(self) -> AbstractContextManager[LedgerWords]:
        if self.history.in_memory:
            return nullcontext(MemoryWords(self.state))
        return real.open_words(self.settings)

    def open_reader(self) -> AbstractContextManager[LedgerReader]:
        if self.history.in_memory:
            return nullcontext(MemoryReader(self.state))
        return real.open_reader(self.settings)

    def another_ledger(self) -> AbstractContextManager[Any]:
        if self.history.in_memory:
            return closing(MemoryLedger(self.state))
        return real.open_ledger(self.settings)

    def copy_ledger(self) -> object | None:
        if not self.has_ledger or self.history.on_server:
            return None  # copies of a server are its own matter
        if self.history.in_memory:
            return copied(self.state)
        copy = self.folder / f"copy-{self.clock.true():%m%d%H%M%S}.db"
        there = self.settings.store.place
        with closing(sqlite3.connect(there)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        return copy

    def put_back(self, copy: object, copied: datetime) -> None:
        assert not self._running
        words = restored("operator", "the disk was lost", self.clock.now())
        if isinstance(copy, State):
            self.state = copy
            MemoryWords(copy).apply((BegunAnew(restored=words[0], pause=words[1]),))
        else:
            assert isinstance(copy, Path)
            real.restore(self.settings, copy, words, self.clock.now())
        self.tell(f"the ledger is a copy of {copied:%d %b %H:%M}")
        for _, word in [one for one in self.said if one[0] >= copied]:
            if word.kind is not OverrideKind.RELEASE:
                self.say(replace(word, at=self.clock.now()))

    @contextmanager
    def _open_ledger(self, settings: Settings) -> Iterator[Any]:
        place = closing(MemoryLedger(self.state)) if self.history.in_memory else real.open_ledger(settings)
        with place as ledger:
            yield _Guarded(ledger, self)

    # Playing it

    def play(self) -> None:
        for one in self.history.happens.values():
            one.arm(self)
        moment = self.history.start + LOOKS_EVERY
        while moment < self.history.end:
            self.clock.at(moment, lambda: resume_what_the_watcher_paused(self, self.clock.now()))
            moment += LOOKS_EVERY
        self._look_after_quiet_hours()
        with self._patched():
            while self.clock.true() < self.history.end:
                self._run()
                self.clock.go_to(min(self._back_at or self.history.end, self.history.end))
                self._back_at = None
        self.world.advance(self.history.end)

    def _look_after_quiet_hours(self) -> None:
        """What waited for their end goes out then: between turns the daemon looks every second."""
        if self.rules.quiet is None:
            return
        day = self.history.start.replace(hour=0, minute=0, second=0, microsecond=0)
        while (day := day + timedelta(days=1)) < self.history.end:
            self.clock.at(day + timedelta(hours=self.rules.quiet[1]) + _SETTLES, _look)

    def _run(self) -> None:
        self._stop, self._request, self.wire.dead = Event(), Request(), False
        self.wire.begin_anew()
        self._mended()  # nobody starts it with a file that it refuses
        began, ended = self.clock.true(), False
        self.runs.append((began, self.history.end))
        call_off = self.clock.at(self.history.end, self._stop.set)
        self._running = True
        try:
            code = serve(
                Wiring(
                    settings=self.settings,
                    key=Secret(self.key),
                    clock=self.clock,
                    purpose=Purpose.RUN,
                    stop=self._stop,
                    workers=HereAndNow(),
                ),
                alarm=PassingAlarm(self.clock),
                environ={},
                read=self._read,
                request=self._request,
                show=self._show,
                told=_nobody_looks,
            )
            ended = True
            if code is not Exit.DONE:
                self.defects.append((self.clock.true(), f"it ended with exit code {int(code)}"))
        except Killed:
            pass
        except _LOST:
            if not self.ledger_away:
                raise
            self._away(_STARTED_AGAIN)
        finally:
            self._running = False
            call_off()
            self.runs[-1] = (began, self.clock.true())
            self.tell("the process ended" if ended else "the process was killed")

    def _show(self, report: Any) -> None:
        self.turned.append(
            Turned(
                began=self.wire.turn_began or self.clock.true(),
                at=self.clock.true(),
                code=int(exit_of(report)),
                failed={asked: end for asked, end in self.wire.ends.items() if end},
                met=frozenset(self.wire.met),
                down={receiver: tuple(since) for receiver, since in self.wire.down.items()},
                report=report,
            )
        )
        self.wire.begin_anew()
        self.clock.at(self.clock.true() + _SETTLES, _look)
        if self.rules.most_per_hour is not None:
            # What is more than that goes out an hour later.
            self.clock.at(self.clock.true() + timedelta(hours=1) + _SETTLES, _look)
        for attempt in report.attempts:
            self.tell(f"attempt on {attempt.period.account}: {attempt.ended.value} {attempt.detail}")
        for halt in report.halts.halts:
            self.tell(f"halt: {halt.brake.word} {halt.project or ''}")
        if report.trouble is not None:
            self.tell(f"trouble: {report.trouble.value} {report.trouble_detail}")

    def _failed(self, what: str, error: Exception, *, level: int) -> None:
        """The daemon goes on whatever it meets, and logs it: here nothing is met that may be."""
        if self.ledger_away and isinstance(error, _LOST):
            self.tell(f"{what}: {error}")
            return
        self.defects.append((self.clock.true(), f"{what}: {type(error).__name__}: {error}"))

    @contextmanager
    def _patched(self) -> Iterator[None]:
        with ExitStack() as stack:
            stack.enter_context(patch("watcher.wiring.turn.open_web", self._open_web))
            stack.enter_context(patch("watcher.wiring.turn.open_ledger", self._open_ledger))
            stack.enter_context(patch("watcher.daemon.loop._log_failure", self._failed))
            stack.enter_context(patch("random.random", lambda: 0.5))
            stack.enter_context(patch("watcher.adapters.logs.logger", lambda _name: _Silent()))
            yield

    def _open_web(self, settings: Settings, clock: Clock) -> Http:
        """With httpx, or for most seeds without."""
        client: Any = Straight(self.wire)
        if not self.history.in_memory:
            client = httpx.Client(transport=self.wire, trust_env=False, follow_redirects=False)
        return Http(
            dict.fromkeys((Way.ANYWHERE, Way.OUTSIDE), client),
            proxies=Proxies(),
            clock=clock,
            timeout=settings.api.timeout,
            most_bytes=MOST_BYTES,
        )


class _Silent:
    """A log that nobody reads: what the daemon raises is kept by `_failed`."""

    def __getattr__(self, _level: str) -> Callable[..., None]:
        return lambda *_, **__: None


class _Guarded:
    """The ledger as one process has it: a killed one writes nothing any more."""

    def __init__(self, ledger: Any, played: Played) -> None:
        self._ledger, self._played = ledger, played

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._ledger, name)
        if name in _WRITES:
            method = self._guarded(name, method)
        setattr(self, name, method)
        return method

    def _guarded(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        played = self._played

        def write(*words: Any, **options: Any) -> Any:
            if played.wire.dead:
                raise Killed
            for hear in list(played.on_ledger):
                hear(name, False)
            answer = method(*words, **options)
            for hear in list(played.on_ledger):
                hear(name, True)
            return answer

        return write


def played(history: History, folder: Path, url: str) -> Played:
    """The history, played to its end. `url`: where its ledger is to be, if not in memory."""
    draw = random.Random(f"wire {history.seed}")
    clock = PassingClock(history.start, look=timedelta(hours=12))
    world = World(
        projects=history.projects,
        leases={one.id: replace(one) for one in history.leases},
        scopes=_ALL,
        secret=KEY,
        now=history.start,
        settles=history.settles,
        page=history.page,
    )
    for post in history.posts:
        world.publish(post)
    one = Played(
        history=history,
        folder=folder,
        clock=clock,
        world=world,
        wire=Wire(clock=clock, api=Api(world=world), draw=draw),
        rules=history.rules,
        settings=_settings(history, folder, url),
        url=url,
    )
    one.play()
    return one


def case_of(one: Played) -> Case:
    """As it is judged; the ledger is read as any command reads it."""
    end = one.history.end
    with one.open_reader() as ledger:
        memory = ledger.fleet(end)
        releases, paid = list(ledger.past_releases(end)), list(ledger.renewals_paid(one.history.start, end))
        sums = Sums(since=one.history.start, until=end, zone=UTC, now=end)
        books = Books(
            releases=releases,
            paid=paid,
            unresolved=len(memory.unresolved),
            savings=savings_of(releases, paid, memory, sums),
            words=memory.overrides.said,
        )
    return Case(
        history=one.history,
        world=one.world,
        delivered=one.wire.delivered,
        sent=one.wire.sent,
        said=one.said,
        runs=one.runs,
        defects=one.defects,
        protected=one.protected,
        refused=one.refused,
        acted_elsewhere=one.acted_elsewhere,
        counts=one.counts,
        turned=one.turned,
        requests=one.wire.calls,
        leaks=one.wire.leaks,
        untaken=one.wire.untaken,
        books=books,
    )


def _settings(history: History, folder: Path, url: str) -> Settings:
    file = folder / "lease-watcher.toml"
    file.write_text(history.rules.toml(history.projects, url), encoding="utf-8")
    loaded = load(file, {"HOME": str(folder)}, folder, history.start, offline=True)
    assert isinstance(loaded, Good), [str(each) for each in loaded.findings]
    return loaded.settings


def _nobody_looks(*_: Any) -> Any:
    raise AssertionError("no page is served")


def copied(state: State) -> State:
    """What a ledger in memory remembers, by itself: its values are never changed, its collections are."""
    copy = State(state.place)
    for name, value in vars(state).items():
        if name not in ("guard", "lock"):
            setattr(copy, name, _copied(value))
    return copy


def _copied(value: Any) -> Any:
    if isinstance(value, defaultdict):
        return defaultdict(value.default_factory, {key: _copied(each) for key, each in value.items()})
    if isinstance(value, dict):
        return {key: _copied(each) for key, each in value.items()}
    return value.copy() if isinstance(value, list | set) else value


def _look() -> None:
    """The clock stops here, and so does whoever waits by it."""
