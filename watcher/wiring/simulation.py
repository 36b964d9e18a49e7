"""The days ahead, played through: real turns on a made-up API, a ledger in memory and a clock that is moved.

Everything that decides, announces, brakes, releases and records is what a run has: the turn, the gatherer,
the executor, the courier. Made up are the API (`made_up`), the channels, which accept at once, and the time.
So nothing is sent, written or released anywhere, and nothing is computed a second time for display.

    future = play(scenario, outset, memory)
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Event as StopSignal
from typing import Final

from watcher.adapters.clock import PlannedClock
from watcher.adapters.evidence.catalog import open_sources
from watcher.adapters.layers.options import Tier
from watcher.adapters.layers.reader import LayersReader
from watcher.adapters.layers.releaser import LayersReleaser
from watcher.adapters.layers.session import Session, open_session
from watcher.adapters.ledger.memory.ledger import MemoryLedger
from watcher.adapters.ledger.memory.state import State
from watcher.adapters.workers import HereAndNow
from watcher.ahead.future import Future
from watcher.ahead.habits import Posting, Publication, publications
from watcher.ahead.instants import Occasion, Pace, occasions
from watcher.ahead.outset import Outset
from watcher.ahead.storyteller import Storyteller
from watcher.decide.gathered import everything
from watcher.decide.orders import Orders
from watcher.decide.report import Report
from watcher.facts.accounts import ProjectId
from watcher.facts.activity import Findings, Inquiry
from watcher.facts.health import HEALTH, HealthTier
from watcher.messages.routes import Route, Routes
from watcher.ports.evidence import SourceNeeds
from watcher.ports.ledger import Ledger
from watcher.ports.notifier import Accepted, Delivery, Digest
from watcher.record.overrides import Overrides
from watcher.rules.matching import rests_on_health
from watcher.rules.plan import Mode
from watcher.rules.policy import ReleaseWhen
from watcher.rules.shards import WHOLE, Shard
from watcher.rules.targets import Target
from watcher.settings.model import ProjectOptions, Settings
from watcher.turn.act import Actor, LiveActor, Observer
from watcher.turn.acting import ActingTurns
from watcher.turn.courier import Courier
from watcher.turn.gather import Gatherer
from watcher.wiring.made_up import KEY, MadeUpApi, fleet_of, posts_of
from watcher.wiring.made_up_fleet import ELSEWHERE
from watcher.wiring.orders import orders_from
from watcher.wiring.unchanged import UnchangedAnswers

ASSUMED: Final = "assumed"
"""The channel that is taken to be there where none counts."""
_MOST: Final = 10_000
"""Events in one message: how many there are, nobody is told."""
_STRAIGHT: Final = 10**9
"""Requests a minute: no rate limit makes a turn of made-up days take minutes of them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scenario:
    """By which rules the days ahead are played through, how many, and what people do in them.

    `enforced`: as if the mode were enforce, every project enrolled, and a channel there that counts.
    """

    settings: Settings
    days: int
    posting: Posting = Posting.NOBODY
    enforced: bool = False
    shard: Shard = WHOLE

    @property
    def orders(self) -> Orders:
        """As a run has them; what is as if is so here."""
        orders = orders_from(self.settings, self.shard)
        return _as_if_enforced(orders) if self.enforced else orders


def assumptions(scenario: Scenario) -> tuple[str, ...]:
    """What is taken to be so beside what people post, in sentences."""
    said = [
        "the API answers, every message is accepted at once, nobody says a word, and the rules stay",
        "each account renews monthly at the price of today",
    ]
    policies = scenario.settings.policies.values()
    if any(HEALTH in policy.evidence for policy in policies):
        said.append("no account is hot, today or later: how healthy they are is not read")
    if any(policy.match.health for policy in policies):
        said.append(
            "nothing is released where only its health says which policy governs an account: that is not "
            "read, and nobody knows it ahead"
        )
    if scenario.enforced:
        said.append("the mode is enforce and every project is enrolled, whatever the configuration says")
        if ASSUMED in {route.notifier for route in scenario.orders.routes.routes}:
            said.append("a channel that counts is told everything: none is configured for all announcements")
    return tuple(said)


def _as_if_enforced(orders: Orders) -> Orders:
    enrolled = tuple(replace(one, enrolled=True) for one in orders.targets)
    as_if = replace(orders, mode=Mode.ENFORCE, targets=enrolled)
    if all(_is_told(one, orders.routes) for one in enrolled):
        return as_if
    route = Route(notifier=ASSUMED, counts=True)
    return replace(as_if, routes=Routes(routes=(*orders.routes.routes, route)))


def _without_the_rest(orders: Orders, there: Collection[ProjectId]) -> Orders:
    """Without the projects that could not be read where the days begin."""
    return replace(orders, targets=tuple(one for one in orders.targets if one.id in there))


def _is_told(target: Target, routes: Routes) -> bool:
    """Whether somebody who counts would be told of each release that its policies may want."""
    return all(
        routes.counting_for(policy, target.id)
        for policy in target.policies
        if policy.release.when is not ReleaseWhen.NEVER and policy.release.notice
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Accepting:
    """A notifier that accepts at once, and tells nobody."""

    name: str
    counts: bool
    most: int = _MOST

    def deliver(self, _digest: Digest) -> Delivery:
        return Accepted()


def by_fleet(settings: Settings, outset: Outset) -> Settings:
    """The same rules for the projects of a fleet that is not configured: all enrolled, under the policies of
    the first project, or else of those that are discovered.
    """
    first = next(iter(settings.projects.values()), None)
    policy = settings.discovery.policy if first is None else first.policy
    there = {one.id for one in settings.projects.values()}
    if outset.projects.keys() <= there:
        return settings
    named = ((name, id_) for id_, name in outset.projects.items())
    projects = {name: ProjectOptions(id=id_, policy=policy, enrolled=True) for name, id_ in named}
    return replace(settings, projects=projects)


def play(
    scenario: Scenario,
    outset: Outset,
    memory: State | None = None,
    *,
    hear: Callable[[Report], None] = lambda _report: None,
    progress: Callable[[datetime], None] = lambda _at: None,
) -> Future:
    """The days ahead of `outset`. `memory`: what a ledger knows by then; it is used up. `hear` is told of
    every turn, `progress` of how far the days have come.

    Raises `LedgerUnusable` for the memory of another organisation.
    """
    with closing(Stage(scenario, outset, memory or State("simulation"))) as stage:
        return stage.play(hear, progress)


@dataclass(frozen=True, kw_only=True, slots=True)
class _HealthAhead:
    """`EvidenceSource` of days to come: no account is hot, and by which policies match nobody knows."""

    orders: Orders
    name: str = HEALTH
    needs: SourceNeeds = SourceNeeds(last=True)

    def read(
        self, project: ProjectId, inquiries: Sequence[Inquiry], *, shown_before: bool, now: datetime
    ) -> Findings:
        accounts = [one.account for one in inquiries]
        policies = self.orders.policies_of(project)
        matched = {one.id for one in accounts if rests_on_health(one, policies, now)}
        healths = {one.id: HealthTier.COLD for one in accounts if one.id not in matched}
        return Findings(activity={}, health=healths, shown=shown_before)


class Stage:
    """One simulation under way. `ledger`: where it is kept instead of `memory`; closed with the stage."""

    def __init__(
        self,
        scenario: Scenario,
        outset: Outset,
        memory: State,
        *,
        ledger: Ledger | None = None,
    ) -> None:
        self.scenario, self.outset, self.stop = scenario, outset, StopSignal()
        self.clock = PlannedClock(outset.at)
        there = outset.projects.keys()
        self.orders = _without_the_rest(scenario.orders, there)
        for project in memory.known.keys() - there:
            # Of what could not be read nobody knows that it is gone: the others are not halted for it.
            memory.leave_out(project)
        fleet, self.queued = fleet_of(outset)
        self.api = MadeUpApi(fleet, self.clock, reads_posts=outset.reads_posts)
        self.memory, self.ledger = memory, ledger or MemoryLedger(memory)
        self.until = outset.at + timedelta(days=scenario.days)
        self.to_come = list(
            publications(
                posts_of(outset),
                scenario.posting,
                since=outset.at,
                until=self.until,
                each_day=outset.each_day,
            )
        )
        self.to_come.reverse()
        self.turns = self._turns()

    def play(self, hear: Callable[[Report], None], progress: Callable[[datetime], None]) -> Future:
        teller = Storyteller(outset=self.outset)
        pace = Pace.of(
            since=self.outset.at, until=self.until, accounts=len(self.outset.accounts), orders=self.orders
        )
        at: datetime | None = self.outset.at
        while at is not None:
            report = self.turn(at)
            teller.hear(report)
            hear(report)
            progress(at)
            at = pace.next(report.started_at, self._occasions(report, pace))
        return teller.tell(
            self.api.debits(),
            until=self.until,
            mode=self.orders.mode,
            posting=self.scenario.posting,
            enforced=self.scenario.enforced,
            stretch=pace.stretch,
            assumed=assumptions(self.scenario),
        )

    def turn(self, at: datetime) -> Report:
        """One turn, at that moment or at the one that it is."""
        self.clock.move_to(at)
        self.api.publish(self._due(at), self.queued)
        return self.turns.run().report

    def close(self) -> None:
        self.turns.courier.close()
        self.ledger.close()

    def _due(self, at: datetime) -> Iterator[Publication]:
        while self.to_come and self.to_come[-1].at <= at:
            yield self.to_come.pop()

    def _occasions(self, report: Report, pace: Pace) -> Iterator[Occasion]:
        words, waits = Overrides(said=tuple(self.memory.overrides)), any(self.memory.waiting.values())
        return occasions(
            report, self.orders, words, self.scenario.settings.zone, waits=waits, retry=pace.stretch
        )

    def _turns(self) -> ActingTurns:
        session = self._session()
        reader = UnchangedAnswers(
            reader=LayersReader(session=session),
            api=self.api,
            clock=self.clock,
            quarantined=self.outset.quarantined,
        )
        named = {word for policy in self.scenario.settings.policies.values() for word in policy.sources}
        workers = HereAndNow()
        sources = open_sources(named - {HEALTH}, reader)
        if HEALTH in named:
            sources[HEALTH] = _HealthAhead(orders=self.orders)
        gatherer = Gatherer(reader=reader, sources=sources, workers=workers, threads=1)
        return ActingTurns(
            reader=reader,
            gatherer=gatherer,
            ledger=self.ledger,
            courier=self._courier(workers),
            actor=self._actor(session, gatherer),
            clock=self.clock,
            orders=self.orders,
            stop=self.stop,
            keep=everything,
        )

    def _session(self) -> Session:
        options = replace(ELSEWHERE, tier=Tier.PARTNER, timeout=self.orders.timeout)
        session = open_session(options, http=self.api, key=KEY, clock=self.clock, stop=self.stop)
        session.reads.resize(_STRAIGHT)
        session.writes.resize(_STRAIGHT)
        return session

    def _courier(self, workers: HereAndNow) -> Courier:
        return Courier(
            notifiers=tuple(
                _Accepting(name=one.notifier, counts=one.counts) for one in self.orders.routes.routes
            ),
            ledger=self.ledger,
            clock=self.clock,
            workers=workers,
            routes=self.orders.routes,
            zone=self.scenario.settings.zone,
            names=self.orders.names,
            owners=self.orders.owners,
            jitter=lambda: 0.5,
            patient=True,
            stop=self.stop,
        )

    def _actor(self, session: Session, gatherer: Gatherer) -> Actor:
        """What it releases, it releases from the made-up world: its session knows no other."""
        if self.orders.mode is not Mode.ENFORCE:
            return Observer()
        return LiveActor(
            reader=gatherer.reader,
            releaser=LayersReleaser(session=session),
            gatherer=gatherer,
            ledger=self.ledger,
            clock=self.clock,
            orders=self.orders,
            stop=self.stop,
        )
