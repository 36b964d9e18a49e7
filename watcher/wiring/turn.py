"""Everything a turn needs, from what the settings and the command line say."""

import gc
import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from threading import Event as StopSignal

from watcher.adapters.evidence.catalog import open_sources
from watcher.adapters.heartbeat import Heartbeat, HeartbeatOptions
from watcher.adapters.http.client import Http
from watcher.adapters.layers.rate_budget import Meter
from watcher.adapters.layers.reader import LayersReader
from watcher.adapters.layers.releaser import LayersReleaser
from watcher.adapters.layers.session import Session, open_session
from watcher.adapters.workers import Threads
from watcher.decide.gathered import everything, noteworthy, nothing_put_aside
from watcher.decide.orders import Orders
from watcher.decide.readings import Asking
from watcher.facts.accounts import AccountId, LeasePeriod
from watcher.messages.ripening import Ripening
from watcher.ports.clock import Clock
from watcher.ports.evidence import EvidenceSource
from watcher.ports.leases import LeaseReader
from watcher.ports.ledger import Ledger, LedgerReader
from watcher.ports.put_aside import Decisions
from watcher.ports.workers import Workers
from watcher.rules.plan import Mode
from watcher.rules.shards import WHOLE, Shard
from watcher.settings.hidden import hidden_in_words
from watcher.settings.model import Settings
from watcher.texts.secret import Secret
from watcher.texts.times import zone
from watcher.turn.act import Actor, LiveActor, Observer
from watcher.turn.acting import ActingTurns
from watcher.turn.courier import Courier
from watcher.turn.gather import Gatherer
from watcher.turn.turns import Turns
from watcher.wiring.ledger import open_ledger, open_reader
from watcher.wiring.orders import orders_from
from watcher.wiring.web import notifiers_from, open_web


class Purpose(Enum):
    """What turns are wanted for; only `RUN` is ever handed something that writes, tells or releases."""

    RUN = auto()
    DRY_RUN = auto()
    AUDIT = auto()
    """Like a dry run, but every account's use is asked for and every decision kept."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wiring:
    """What the command line says beside the settings."""

    settings: Settings
    key: Secret
    clock: Clock
    purpose: Purpose
    stop: StopSignal
    workers: Workers = field(default_factory=Threads)
    shard: Shard = WHOLE
    """The part of the fleet to look after; the settings name its ledger already."""
    patient: bool = True
    """Whether a turn waits for its messages to be delivered; the daemon goes on."""
    progress: Callable[[str, int], None] = lambda _project, _accounts: None
    meter: Meter = field(default_factory=Meter)
    """Counts the requests of every session made from this."""
    pulse: Callable[[], None] = lambda: None
    """Called after each request to the API, from any thread."""
    rules_to_come: Callable[[], bool] = lambda: False
    """Whether somebody asked that a changed configuration be read: nothing is released before it is."""
    due: frozenset[AccountId] = frozenset()
    """Accounts of which a look asks every source, however far their renewal."""
    aside: Decisions | None = None
    """Where an audit puts its decisions; None: it keeps every one itself."""

    def uncounted(self) -> "Wiring":
        """The same, whose requests are not among those that are counted."""
        return replace(self, meter=Meter())


@contextmanager
def open_put_aside() -> Iterator[Decisions]:
    """Where decisions wait that are too many for memory; gone at the end."""
    from watcher.adapters.decision_file import open_decision_file  # audits alone

    with open_decision_file() as file:
        yield file


_COLLECTED_EVERY = 10_000
"""New objects until Python looks for rings among them, which it does every 700 by itself. A turn makes
millions of values and no rings: at 20,000 accounts a sixth of a first turn's CPU went into looking. So many
more that wait to be found are a few MiB at most.
"""


@contextmanager
def open_turns(wiring: Wiring) -> Iterator[Turns]:
    """Everything a turn needs, closed at the end.

    Raises `LedgerUnusable` and `LedgerUnavailable`, and ValueError for options that can never work.
    """
    with open_ground(wiring) as (_, turns), turns(wiring) as opened:
        yield opened


@contextmanager
def open_ground(
    wiring: Wiring,
) -> Iterator[tuple[LedgerReader, Callable[[Wiring], AbstractContextManager[Turns]]]]:
    """The ledger, and what makes turns over it as long as it is open: one configuration after the other.

    Chosen here, once: only a run ever gets anything that writes, tells or releases.
    """
    gc.set_threshold(_COLLECTED_EVERY)
    if wiring.purpose is Purpose.RUN:
        with open_ledger(wiring.settings) as ledger:
            yield ledger, lambda wanted: turns_on(wanted, ledger)
    else:
        with open_reader(wiring.settings) as reader:
            yield reader, lambda wanted: looks_at(wanted, reader)


@contextmanager
def looks_at(wiring: Wiring, reader: LedgerReader) -> Iterator[Turns]:
    """What only looks, into a ledger that stays open."""
    with open_web(wiring.settings, wiring.clock) as http:
        yield _looking(wiring, LayersReader(session=_session(wiring, http)), reader)


@contextmanager
def open_what_if(wiring: Wiring, other: Settings) -> Iterator[tuple[Turns, Turns]]:
    """A look by the settings, and one by the rules of others: at the very same answers, with the same memory.

    Of the others neither the API nor the ledger is used.
    """
    from watcher.adapters.same_answers import SameAnswers  # nobody else compares

    settings = wiring.settings
    instead = replace(wiring, settings=replace(other, api=settings.api, store=settings.store))
    with open_reader(settings) as ledger, open_web(settings, wiring.clock) as http:
        reader = SameAnswers(reader=LayersReader(session=_session(wiring, http)))
        yield _looking(wiring, reader, ledger), _looking(instead, reader, ledger)


def _looking(wiring: Wiring, reader: LeaseReader, ledger: LedgerReader) -> Turns:
    audit = wiring.purpose is Purpose.AUDIT
    aside = wiring.aside if audit else None
    return Turns(
        reader=reader,
        gatherer=_gatherer(wiring, reader),
        ledger=ledger,
        clock=wiring.clock,
        orders=orders_from(wiring.settings, wiring.shard),
        stop=wiring.stop,
        asking=Asking.ALL if audit else Asking.NEEDED,
        due=wiring.due,
        keep=noteworthy if not audit else everything if aside is None else aside.keep,
        recall=nothing_put_aside if aside is None else aside.recall,
        progress=wiring.progress,
    )


@contextmanager
def turns_on(wiring: Wiring, ledger: Ledger) -> Iterator[ActingTurns]:
    """What acts, over a ledger that stays open.

    At the end deliveries under way are waited for. Raises ValueError for options that can never work.
    """
    if wiring.purpose is not Purpose.RUN:
        raise AssertionError("what only looks was about to be given what acts")
    with ExitStack() as stack:
        http = stack.enter_context(open_web(wiring.settings, wiring.clock))
        session = _session(wiring, http)
        gatherer = _gatherer(wiring, LayersReader(session=session))
        orders = orders_from(wiring.settings, wiring.shard)
        yield ActingTurns(
            reader=gatherer.reader,
            gatherer=gatherer,
            ledger=ledger,
            courier=stack.enter_context(_courier(wiring, http, ledger, orders)),
            actor=_actor(wiring, session, gatherer, ledger, orders),
            clock=wiring.clock,
            orders=orders,
            stop=wiring.stop,
            progress=wiring.progress,
        )


@contextmanager
def open_api(wiring: Wiring) -> Iterator[LeaseReader]:
    """The API alone, for `check --online` and `init --online`."""
    with open_web(wiring.settings, wiring.clock) as http:
        yield LayersReader(session=_session(wiring, http))


@contextmanager
def open_heartbeat(wiring: Wiring) -> Iterator[Heartbeat]:
    """Tells of turns, in a run; of an audit or a dry run nobody is told."""
    options = wiring.settings.heartbeat if wiring.purpose is Purpose.RUN else HeartbeatOptions()
    with (
        open_web(wiring.settings, wiring.clock) as http,
        closing(Heartbeat(options, http=http, clock=wiring.clock)) as heartbeat,
    ):
        yield heartbeat


@contextmanager
def _courier(wiring: Wiring, http: Http, ledger: Ledger, orders: Orders) -> Iterator[Courier]:
    settings = wiring.settings
    hidden = hidden_in_words(settings, (wiring.key,))
    notifiers = notifiers_from(settings, http, wiring.clock)
    courier = Courier(
        notifiers=notifiers,
        ledger=ledger,
        clock=wiring.clock,
        workers=wiring.workers,
        routes=orders.routes,
        zone=zone(settings.timezone),
        names={id_: hidden.text(name) for id_, name in orders.names.items()},
        owners={id_: hidden.text(owner) for id_, owner in orders.owners.items()},
        jitter=random.random,
        patient=wiring.patient,
        stop=wiring.stop,
        keep_url=_keep_url(settings),
        ripening=Ripening(
            rules=orders.release_rules, counting=frozenset(one.name for one in notifiers if one.counts)
        ),
        hidden=hidden,
    )
    try:
        yield courier
    finally:
        courier.close()


def _keep_url(settings: Settings) -> Callable[[LeasePeriod], str | None]:
    """Links work where a daemon serves their page; nothing is served without an address to listen at."""
    if settings.keep.listen is None:
        return lambda _: None
    from watcher.adapters.pages.keep.links import open_links

    links = open_links(settings.keep)
    if links is None:
        return lambda _: None
    return lambda period: links.url(period, period.renews_at)


def _session(wiring: Wiring, http: Http) -> Session:
    return open_session(
        wiring.settings.api,
        http=http,
        key=wiring.key,
        clock=wiring.clock,
        stop=wiring.stop,
        meter=wiring.meter,
        share=wiring.shard.count,
        pulse=wiring.pulse,
    )


def evidence_sources(settings: Settings, reader: LeaseReader) -> dict[str, EvidenceSource]:
    """Those that its policies name, as evidence or by what they match."""
    named = {word for policy in settings.policies.values() for word in policy.sources}
    return open_sources(named, reader)


def _gatherer(wiring: Wiring, reader: LeaseReader) -> Gatherer:
    return Gatherer(
        reader=reader,
        sources=evidence_sources(wiring.settings, reader),
        workers=wiring.workers,
        threads=wiring.settings.api.threads,
    )


def _actor(wiring: Wiring, session: Session, gatherer: Gatherer, ledger: Ledger, orders: Orders) -> Actor:
    """Chosen once: only `enforce` gets an actor that can release."""
    if wiring.settings.mode is not Mode.ENFORCE:
        return Observer()
    return LiveActor(
        reader=gatherer.reader,
        releaser=LayersReleaser(session=session),
        gatherer=gatherer,
        ledger=ledger,
        clock=wiring.clock,
        orders=orders,
        stop=wiring.stop,
        rules_to_come=wiring.rules_to_come,
    )
