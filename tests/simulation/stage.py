"""A history under way: the watcher's own daemon over the model of the API, on a clock that is moved.

The daemon's loop, timetable, wiring, turns, executor, courier, channels and HTTP client are those of a run;
made up are what is below the client (`wire`), the time, and, but for a share of the seeds, the ledger's
place.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
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
from tests.simulation.place import Place
from tests.simulation.policies import WrittenPause
from tests.simulation.processes import Line, SharedClock
from tests.simulation.rules import Rules
from tests.simulation.seeded import History
from tests.simulation.wire import Killed, Straight, Wire
from watcher.adapters.http.client import MOST_BYTES, Http, Way
from watcher.adapters.http.proxies import Proxies
from watcher.adapters.workers import HereAndNow
from watcher.cli.render.machine import turn_json
from watcher.daemon.reload import Configuration, ReloadRefused
from watcher.daemon.request import Request
from watcher.daemon.run import serve
from watcher.decide.exits import exit_of
from watcher.memory.savings import Books as Sums
from watcher.memory.savings import savings_of
from watcher.ports.clock import Clock
from watcher.ports.ledger import LedgerUnavailable, LockLost, LostInRelease
from watcher.record.exit_codes import Exit
from watcher.record.overrides import Override, OverrideKind, Overrides
from watcher.rules.shards import Shard
from watcher.settings.hidden import secrets_of
from watcher.settings.ledger_place import PLACE, of_shard
from watcher.settings.load import Good, load
from watcher.settings.model import Settings
from watcher.texts.secret import Secret
from watcher.wiring.turn import Purpose, Wiring

_ALL = ("projects:read", "leased:write", "publish:read", "social:read")
_SETTLES = timedelta(seconds=11)
"""Some seconds after a turn the daemon notes what was delivered: a look that does it."""
_LOST = (LedgerUnavailable, LostInRelease)
_STARTED_AGAIN = timedelta(minutes=10)
_LOST_AFTER = timedelta(minutes=3)
"""So old a delivery that a killed process had begun is begun anew: a daemon looks every second."""
_ECHOES = 0.5
"""In so many histories those that refuse say back what they were told."""
_WRITES = ("apply", "write_intent", "conclude", "begin_delivery", "end_delivery", "take_lock")


@dataclass(kw_only=True, eq=False)
class Process:
    """One watcher: which ledger it has, from when until when it is up, and how it is doing."""

    place: Place
    wire: Wire
    shifts: Sequence[tuple[datetime, datetime]]
    stop: Event = field(default_factory=Event)
    request: Request = field(default_factory=Request)
    back_at: datetime | None = None
    running: bool = False
    killed: bool = False
    """How it ended last."""

    def away(self, now: datetime, span: timedelta) -> None:
        back = now + span
        self.back_at = back if self.back_at is None else max(back, self.back_at)


@dataclass(kw_only=True)
class Played:
    """One history under way, or played to its end. `story`: what happened, in order, for people."""

    history: History
    folder: Path
    clock: PassingClock
    world: World
    rules: Rules
    settings: Settings
    url: str
    """Where its ledger is, if not in memory."""
    counts: Counter[str] = field(default_factory=Counter)
    said: list[tuple[datetime, Override]] = field(default_factory=list)
    defects: list[tuple[datetime, str]] = field(default_factory=list)
    story: list[tuple[datetime, str]] = field(default_factory=list)
    on_ledger: list[Callable[[str, bool], None]] = field(default_factory=list)
    key: str = KEY
    ledger_away: int = 0
    protected: list[tuple[datetime, str]] = field(default_factory=list)
    """Whom a later configuration protects, from when on."""
    written: list[tuple[datetime, WrittenPause]] = field(default_factory=list)
    taken_out: list[tuple[datetime, WrittenPause]] = field(default_factory=list)
    """Which pauses a later configuration has, from when on, and has no more."""
    acted_elsewhere: list[tuple[datetime, datetime]] = field(default_factory=list)
    """From when until when another watcher had the ledger's lock."""
    refused: list[tuple[datetime, datetime]] = field(default_factory=list)
    """From when until when the configuration on disk had mistakes in it, and the watcher was told so."""
    turned: list[Turned] = field(default_factory=list)
    runs: list[tuple[datetime, datetime]] = field(default_factory=list)
    """From when until when a process ran."""
    places: list[Place] = field(default_factory=list)
    processes: list[Process] = field(default_factory=list)
    _latest: Process | None = None
    _refused_since: datetime | None = None
    _carries_back: tuple[str, Callable[[], None]] | None = None

    # What happenings do

    def count(self, kind: str) -> None:
        self.counts[kind] += 1
        self.tell(kind)

    def tell(self, text: str) -> None:
        self.story.append((self.clock.true(), text))

    @property
    def wire(self) -> Wire:
        """That one's: what is added to it befalls every process."""
        return self.process.wire

    @property
    def process(self) -> Process:
        """The one that runs, or ran last: what happens to a process happens to that."""
        return self._now() or self._latest or self.processes[0]

    def _now(self) -> Process | None:
        """In whose thread this is, where there are several."""
        if not isinstance(self.clock, SharedClock) or self.clock.current is None:
            return None
        return self.processes[self.clock.lines.index(self.clock.current)]

    def kill(self, away: timedelta) -> None:
        self._kill(self.process, away)

    def kill_all(self, away: timedelta) -> None:
        """Every process that has the first one's ledger. In whose thread this is comes last: it ends here."""
        there = [one for one in self.processes if one.place is self.places[0]]
        now = self._now()
        for one in sorted(there, key=lambda one: one is now):
            self._kill(one, away)

    def _kill(self, process: Process, away: timedelta) -> None:
        process.away(self.clock.true(), away)
        if process.running:
            process.wire.dead = True
            if not isinstance(self.clock, SharedClock) or process is self._now():
                raise Killed
            self.clock.wake(self.processes.index(process))

    def stop_all(self, away: timedelta) -> None:
        for one in self.processes:
            one.away(self.clock.true(), away)
            one.stop.set()

    def stop(self, away: timedelta) -> None:
        self.process.away(self.clock.true(), away)
        self.process.stop.set()

    def configure(self, *, protects: str | None = None) -> None:
        if protects is not None:
            self.protected.append((self.clock.true(), protects))
            self._rewrite(replace(self.rules, protected=self.rules.protected | {protects}))
        self._to_be_read()

    def write_pause(self, pause: WrittenPause, *, there: bool) -> None:
        others = tuple(one for one in self.rules.pauses if one != pause)
        if not there and len(others) == len(self.rules.pauses):
            return
        now = self.clock.true()
        if there:
            self.written.append((now, pause))
        else:
            self.taken_out.append((now, pause))
        self._rewrite(replace(self.rules, pauses=(*others, pause) if there else others))
        self._to_be_read()

    def _rewrite(self, rules: Rules) -> None:
        self.rules = rules
        self.settings = _settings(replace(self.history, rules=rules), self.folder, self.url)
        for place in self.places:
            place.settings = _of_shard(self.settings, place.shard, self.folder)

    def _to_be_read(self) -> None:
        self._mended()
        self._ask_all()
        self.tell("a good configuration is to be read")

    def _ask_all(self) -> None:
        for one in self.processes:
            one.request.ask()

    def misconfigure(self) -> None:
        self._refused_since = self._refused_since or self.clock.true()
        self._ask_all()
        self.tell("a configuration with mistakes is to be read")

    def _mended(self) -> None:
        if self._refused_since is not None:
            self.refused.append((self._refused_since, self.clock.true()))
            self._refused_since = None
            self._ask_all()

    def _read(self, place: Place) -> Configuration:
        if self._refused_since is not None:
            raise ReloadRefused("there is a mistake in it")
        return Configuration(settings=place.settings, key=Secret(self.key))

    def say(self, word: Override) -> bool:
        """To every ledger that it is about; whether it was taken."""
        project = word.project if word.account is None else self.world.leases[word.account].project
        taken = [
            said
            for place in self.places
            if place.is_there and place.is_of(word.account, project)
            for said in place.say([word])
        ]
        if taken:
            self.said.append((self.clock.true(), word))
            self.tell(f"{word.kind.value} {word.account or word.project or 'all'}")
        return bool(taken)

    def overrides(self) -> Overrides:
        """Of all ledgers."""
        said = [word for place in self.places for word in place.overrides(self.clock.now()).said]
        return Overrides(said=tuple(sorted(said, key=lambda word: word.at)))

    # The ledger's place: where there are several, the first one's

    def another_ledger(self) -> AbstractContextManager[Any]:
        return self.places[0].open_ledger(self.places[0].settings)

    def copy_ledger(self) -> object | None:
        return self.places[0].copy(self.folder, self.clock.true())

    def put_back(self, copy: object, copied: datetime) -> None:
        place = self.places[0]
        assert not any(one.running for one in self.processes if one.place is place)
        place.put_back(copy, self.clock.now())
        self.tell(f"the ledger is a copy of {copied:%d %b %H:%M}")
        for _, word in [one for one in self.said if one[0] >= copied]:
            if word.kind is not OverrideKind.RELEASE:
                self.say(replace(word, at=self.clock.now()))

    def carry_back(self, revision: str, done: Callable[[], None]) -> None:
        self._carries_back = revision, done

    def _carried_back(self, place: Place) -> None:
        """Right before a process starts, so that nobody speaks to a ledger of another version."""
        if self._carries_back is None or any(one.running and one.place is place for one in self.processes):
            return
        (revision, done), self._carries_back = self._carries_back, None
        if place.carry_back(revision):
            self.tell(f"the ledger is of schema {revision}")
            done()

    @contextmanager
    def _open_ledger(self, settings: Settings) -> Iterator[Any]:
        process = self.process
        with process.place.open_ledger(settings) as ledger:
            yield _Guarded(ledger, self, process)

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
            if isinstance(self.clock, SharedClock):
                self.clock.lines += [
                    Line(life=partial(self._live, one), live=one.wire.live) for one in self.processes
                ]
                self.clock.play()
            else:
                self._live(self.processes[0])
        self.world.advance(self.history.end)

    def _look_after_quiet_hours(self) -> None:
        """What waited for their end goes out then: between turns the daemon looks every second."""
        if self.rules.quiet is None:
            return
        day = self.history.start.replace(hour=0, minute=0, second=0, microsecond=0)
        while (day := day + timedelta(days=1)) < self.history.end:
            self._look_from(day + timedelta(hours=self.rules.quiet[1]))

    def _look_from(self, moment: datetime, *, times: int = 2) -> None:
        """The first look tells what waits, the second notes that it was taken."""
        for looks in range(1, times + 1):
            self.clock.at(moment + looks * _SETTLES, _look)

    def look_through_ledgers(self) -> None:
        """Whatever they keep, as they keep it."""
        for place in self.places:
            if place.in_memory:
                self.wire.look_through("the ledger", repr(vars(place.state)))
        if self.history.on_disk:
            for file in self.folder.glob("watcher*.db*"):
                self.wire.look_through(f"{file.name}", file.read_bytes())

    def _live(self, process: Process) -> None:
        """From the begin to the end of each shift, however often it ends meanwhile."""
        for begin, end in process.shifts:
            self.clock.go_to(begin)
            while self.clock.true() < end:
                if process.back_at is None:
                    self._run(process, end)
                # Also one that was not running is not started again before that.
                self.clock.go_to(min(process.back_at or end, end))
                process.back_at = None

    def _run(self, process: Process, end: datetime) -> None:
        process.stop, process.request, process.wire.dead = Event(), Request(), False
        process.wire.begin_anew()
        self._mended()  # nobody starts it with a file that it refuses
        process.request = Request()
        self._carried_back(process.place)
        began, ended, number = self.clock.true(), False, len(self.runs)
        self.runs.append((began, end))
        if process.killed:
            self._look_from(began + _LOST_AFTER)
        process.killed = False
        call_off = self.clock.at(end, process.stop.set)
        process.running = True
        try:
            code = serve(
                Wiring(
                    settings=process.place.settings,
                    key=Secret(self.key),
                    clock=self.clock,
                    purpose=Purpose.RUN,
                    stop=process.stop,
                    workers=HereAndNow(),
                    shard=process.place.shard,
                ),
                alarm=PassingAlarm(self.clock),
                environ={},
                read=partial(self._read, process.place),
                request=process.request,
                show=partial(self._show, process),
                told=_nobody_looks,
            )
            ended = True
            if code is not Exit.DONE:
                self.defects.append((self.clock.true(), f"it ended with exit code {int(code)}"))
        except Killed:
            process.killed = True
        except _LOST:
            if not self.ledger_away:
                raise
            process.away(self.clock.true(), _STARTED_AGAIN)
        finally:
            process.running = process.wire.dead = False
            call_off()
            self.runs[number] = (began, self.clock.true())
            self.tell("the process ended" if ended else "the process was killed")

    def _show(self, process: Process, report: Any) -> None:
        self._latest = process
        self.turned.append(
            Turned(
                began=process.wire.turn_began or self.clock.true(),
                at=self.clock.true(),
                code=int(exit_of(report)),
                failed={asked: end for asked, end in process.wire.ends.items() if end},
                met=frozenset(process.wire.met),
                down={receiver: tuple(since) for receiver, since in process.wire.down.items()},
                report=report,
                process=process.wire.number,
            )
        )
        process.wire.begin_anew()
        if exit_of(report):
            process.wire.look_through("what a turn says of itself", turn_json(report, self.clock.now()))
        # What one process told is noted at its next look, before another one asks what is left to tell.
        self._look_from(self.clock.true(), times=2 if isinstance(self.clock, SharedClock) else 1)
        if self.rules.most_per_hour is not None:
            # What is more than that goes out an hour later.
            self._look_from(self.clock.true() + timedelta(hours=1))
        for attempt in report.attempts:
            self.tell(f"attempt on {attempt.period.account}: {attempt.ended.value} {attempt.detail}")
        for halt in report.halts.halts:
            self.tell(f"halt: {halt.brake.word} {halt.project or ''}")
        if report.trouble is not None:
            self.tell(f"trouble: {report.trouble.value} {report.trouble_detail}")

    def _failed(self, what: str, error: Exception, *, level: int) -> None:
        """The daemon goes on whatever it meets, and logs it: here nothing is met that may be."""
        self.wire.look_through("what is logged of a failure", f"{what}: {error!r}")
        if what == "turn failed":
            self.process.wire.begin_anew()  # it has no report
        if self.ledger_away and isinstance(error, _LOST):
            self.tell(f"{what}: {error}")
            return
        if (len(self.history.shifts) > 1 or self.acted_elsewhere) and isinstance(error, LockLost):
            return  # another one has the ledger, or had it since the last turn, and tells what is to be told
        self.defects.append((self.clock.true(), f"{what}: {type(error).__name__}: {error}"))

    @contextmanager
    def _patched(self) -> Iterator[None]:
        with ExitStack() as stack:
            stack.enter_context(patch("watcher.wiring.turn.open_web", self._open_web))
            stack.enter_context(patch("watcher.wiring.turn.open_ledger", self._open_ledger))
            stack.enter_context(patch("watcher.daemon.loop._log_failure", self._failed))
            stack.enter_context(patch("random.random", lambda: 0.5))
            stack.enter_context(patch("watcher.adapters.logs.logger", lambda name: _Log(name, self.wire)))
            yield

    def _open_web(self, settings: Settings, clock: Clock) -> Http:
        """With httpx, or for most seeds without."""
        wire = self.process.wire
        client: Any = Straight(wire)
        if not self.history.in_memory:
            client = httpx.Client(transport=wire, trust_env=False, follow_redirects=False)
        return Http(
            dict.fromkeys((Way.ANYWHERE, Way.OUTSIDE), client),
            proxies=Proxies(),
            clock=clock,
            timeout=settings.api.timeout,
            most_bytes=MOST_BYTES,
            secrets=secrets_of(settings),
        )


class _Log:
    """What would be written of it is looked through. What the daemon raises is kept by `_failed`."""

    def __init__(self, name: str, wire: Wire) -> None:
        self._name, self._wire = name, wire

    def __getattr__(self, _level: str) -> Callable[..., None]:
        return self._line

    def _line(self, *words: Any, **fields: Any) -> None:
        self._wire.look_through(f"the log of {self._name}", f"{words} {fields}")


class _Guarded:
    """The ledger as one process has it: a killed one writes nothing any more."""

    def __init__(self, ledger: Any, played: Played, process: Process) -> None:
        self._ledger, self._played, self._process = ledger, played, process

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._ledger, name)
        if name in _WRITES:
            method = self._guarded(name, method)
        setattr(self, name, method)
        return method

    def _guarded(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        played = self._played

        def write(*words: Any, **options: Any) -> Any:
            self._process.wire.live()
            for hear in list(played.on_ledger):
                hear(name, False)
            answer = method(*words, **options)
            for hear in list(played.on_ledger):
                hear(name, True)
            return answer

        return write


def played(history: History, folder: Path, url: str) -> Played:
    """The history, played to its end. `url`: where its ledger is to be, if not in memory."""
    look = timedelta(hours=12)
    several = history.shards > 1 or len(history.shifts) > 1
    clock = SharedClock(history.start, look=look) if several else PassingClock(history.start, look=look)
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
    if history.shards > 1:
        url = f"sqlite:///watcher-{PLACE}.db"
    wire = Wire(
        clock=clock,
        api=Api(world=world),
        draw=random.Random(f"wire {history.seed}"),
        echoes=random.Random(f"echoes {history.seed}").random() < _ECHOES,
    )
    one = Played(
        history=history,
        folder=folder,
        clock=clock,
        world=world,
        rules=history.rules,
        settings=_settings(history, folder, url),
        url=url,
    )
    for index in range(history.shards):
        shard = Shard(index=index, count=history.shards)
        place = Place(
            settings=_of_shard(one.settings, shard, folder),
            in_memory=history.in_memory,
            on_server=history.on_server,
            shard=shard,
            begun=lambda: bool(one.runs),
        )
        one.places.append(place)
        for up in history.shifts:
            fresh: dict[str, Any] = {"number": len(one.processes), "ends": {}, "met": set(), "down": {}}
            own = replace(wire, **fresh) if one.processes else wire
            one.processes.append(Process(place=place, wire=own, shifts=up))
    one.play()
    return one


def case_of(one: Played) -> Case:
    """As it is judged; the ledger is read as any command reads it."""
    one.look_through_ledgers()
    return Case(
        history=one.history,
        world=one.world,
        delivered=one.wire.delivered,
        sent=one.wire.sent,
        said=one.said,
        runs=one.runs,
        defects=one.defects,
        protected=one.protected,
        written=one.written,
        taken_out=one.taken_out,
        refused=one.refused,
        acted_elsewhere=one.acted_elsewhere,
        counts=one.counts,
        turned=one.turned,
        requests=sum(each.wire.calls for each in one.processes),
        leaks=one.wire.leaks,
        secrets=one.wire.told,
        untaken=one.wire.untaken,
        books=_books(one),
    )


def _books(one: Played) -> Books:
    """Of all ledgers together."""
    end, releases, paid, savings = one.history.end, list[Any](), list[Any](), list[Any]()
    unresolved, words = 0, list[Override]()
    for place in one.places:
        with place.open_reader() as ledger:
            memory = ledger.fleet(end)
            given, debited = ledger.past_releases(end), ledger.renewals_paid(one.history.start, end)
            given, debited = list(given), list(debited)
            sums = Sums(since=one.history.start, until=end, zone=UTC, now=end)
            savings.append(savings_of(given, debited, memory, sums))
            unresolved += len(memory.unresolved)
            words += memory.overrides.said
            releases += given
            paid += debited
    return Books(
        releases=releases,
        paid=paid,
        unresolved=unresolved,
        savings=savings[0],
        others=savings[1:],
        words=words,
    )


def _settings(history: History, folder: Path, url: str) -> Settings:
    file = folder / "lease-watcher.toml"
    file.write_text(history.rules.toml(history.projects, url), encoding="utf-8")
    loaded = load(file, {"HOME": str(folder)}, folder, history.start, offline=True)
    assert isinstance(loaded, Good), [str(each) for each in loaded.findings]
    return loaded.settings


def _of_shard(settings: Settings, shard: Shard, folder: Path) -> Settings:
    if shard.whole:
        return settings
    its_own = of_shard(settings, shard, folder)
    assert isinstance(its_own, Settings), its_own
    return its_own


def _nobody_looks(*_: Any) -> Any:
    raise AssertionError("no page is served")


def _look() -> None:
    """The clock stops here, and so does whoever waits by it."""
