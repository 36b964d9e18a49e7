"""The courier: gives each notifier what waits for it, several at once, and notes how it ended.

A notifier that hangs delays no other and, in the daemon, no turn. Deliveries run in threads that return
values; only the thread that calls the courier touches the ledger.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import assert_never

from watcher.domain.accounts import LeasePeriod, ProjectId
from watcher.domain.delivery import (
    TRIED_FOR,
    Batch,
    Channel,
    DeliveryNote,
    delivery_problems,
    failed,
    failing_notifier,
    next_batch,
)
from watcher.domain.events import Event, EventKind
from watcher.domain.presenting import presented
from watcher.domain.problems import follow
from watcher.domain.routes import Route, Routes
from watcher.domain.spans import span
from watcher.domain.stale import sift
from watcher.ports.clock import Clock
from watcher.ports.ledger import Ledger
from watcher.ports.notifier import Accepted, Delivery, Digest, Notifier, Postponed, Rejected

_GIVEN_UP_ON = timedelta(minutes=3)
"""A delivery is bounded by a minute: one that began this long ago has lost its process."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _UnderWay:
    batch: Batch
    began_at: datetime
    end: Future[tuple[Delivery, datetime]]


@dataclass(kw_only=True, slots=True)
class Courier:
    """`patient`: `tell` returns when everything was tried once; otherwise at once, and `collect` goes on.

    `jitter` answers a new number in [0, 1); `zone` is the time zone of quiet hours; `names` are projects'.
    """

    notifiers: tuple[Notifier, ...]
    ledger: Ledger
    clock: Clock
    routes: Routes
    zone: tzinfo
    names: Mapping[ProjectId, str]
    jitter: Callable[[], float]
    patient: bool
    keep_url: Callable[[LeasePeriod], str | None] = lambda _: None
    """The link that keeps an account; it goes out with messages and is kept nowhere."""
    _threads: ThreadPoolExecutor | None = None
    _under_way: dict[str, _UnderWay] = field(default_factory=dict)

    def tell(self) -> int:
        """Deliver what waits; answers how many messages are overdue.

        A message whose acceptance could not be noted, because the process died, is sent again: twice is
        better than never, and the ledger counts it.
        """
        since = self.clock.now()
        self.collect()
        self._begin_all()
        while self.patient and self._under_way:
            self._wait()
        return self.ledger.overdue([one.name for one in self.notifiers], since=since)

    def collect(self) -> bool:
        """Note the deliveries that have ended, begin what can begin; answers whether any had ended."""
        ended = [name for name, one in self._under_way.items() if one.end.done()]
        for name in ended:
            self._conclude(name)
        if ended:
            self._begin_all()
        return bool(ended)

    def resume(self) -> None:
        """Try again what was held by quiet hours, limits or failures until now."""
        self._begin_all()

    def close(self) -> None:
        """Wait for what is under way, which is bounded, and note how it ended."""
        while self._under_way:
            wait([one.end for one in self._under_way.values()], return_when=FIRST_COMPLETED)
            for name in [name for name, one in self._under_way.items() if one.end.done()]:
                self._conclude(name)
        if self._threads is not None:
            self._threads.shutdown()

    def _wait(self) -> None:
        wait([one.end for one in self._under_way.values()], return_when=FIRST_COMPLETED)
        self.collect()

    def _begin_all(self) -> None:
        self._tell_of_channels()
        for notifier, route in self._routed():
            if notifier.name not in self._under_way:
                self._begin(notifier, route)

    def _routed(self) -> Iterator[tuple[Notifier, Route]]:
        for notifier in self.notifiers:
            route = self.routes.to(notifier.name)
            if route is not None:
                yield notifier, route

    def _begin(self, notifier: Notifier, route: Route) -> None:
        now = self.clock.now()
        sifted = sift(self.ledger.waiting(notifier.name), now)
        if sifted.stale:
            self.ledger.put_aside([(one.id, why) for one, why in sifted.stale], at=now)
        ours = [one for one in sifted.true if one.begun_at is None or now - one.begun_at >= _GIVEN_UP_ON]
        if not ours:
            return
        channel = self.ledger.channel(notifier.name, now)
        batch = next_batch(ours, route, channel, most=notifier.most, now=now, zone=self.zone)
        if batch is None:
            return
        claimed = self.ledger.begin_delivery(batch.ids, at=now, given_up_on=now - _GIVEN_UP_ON)
        batch = batch.only(claimed)
        if not batch.messages:
            return
        if self._threads is None:
            self._threads = ThreadPoolExecutor(max_workers=len(self.notifiers), thread_name_prefix="courier")
        end = self._threads.submit(_deliver, notifier, self._digest(notifier.name, batch, now), self.clock)
        self._under_way[notifier.name] = _UnderWay(batch=batch, began_at=now, end=end)

    def _digest(self, notifier: str, batch: Batch, now: datetime) -> Digest:
        events = tuple(self._presented(one.message.event, now) for one in batch.messages)
        same = hashlib.sha256("\n".join(event.key for event in events).encode("utf-8", "replace"))
        return Digest(
            id=f"{same.hexdigest()[:16]}:{notifier}:{'live' if batch.live else 'would-be'}",
            at=now,
            live=batch.live,
            events=events,
            thread=batch.thread,
        )

    def _presented(self, event: Event, now: datetime) -> Event:
        stoppable = event.kind is EventKind.RELEASE_ANNOUNCED and event.period is not None
        url = self.keep_url(event.period) if stoppable and event.period else None
        return presented(event, names=self.names, keep_url=url, now=now)

    def _conclude(self, name: str) -> None:
        ended = self._under_way.pop(name)
        delivery, at = ended.end.result()
        channel = self.ledger.channel(name, at)
        match delivery:
            case Accepted(thread=thread):
                note = DeliveryNote(
                    notifier=name, accepted=ended.batch.ids, thread=thread or ended.batch.thread
                )
                channel = Channel(sent=(*channel.sent, at), dead=channel.dead)
            case Postponed(why=why, after=after):
                note = _waiting(name, ended.batch, why, at)
                channel = self._failed(channel, why, at, after=after)
            case Rejected(why=why, channel=True):
                note = _waiting(name, ended.batch, why, at)
                channel = self._failed(channel, why, at, refusing=True)
            case Rejected(why=why) if len(ended.batch.ids) > 1:
                half = (len(ended.batch.ids) + 1) // 2
                note = DeliveryNote(notifier=name, waiting=ended.batch.ids, why=why, together=half)
            case Rejected(why=why):
                note = DeliveryNote(notifier=name, given_up=ended.batch.ids, why=why)
            case _:
                assert_never(delivery)
        self.ledger.end_delivery(note, channel, at=at)

    def _failed(
        self,
        channel: Channel,
        why: str,
        at: datetime,
        *,
        refusing: bool = False,
        after: timedelta | None = None,
    ) -> Channel:
        return failed(channel, why=why, refusing=refusing, after=after, jitter=self.jitter(), now=at)

    def _tell_of_channels(self) -> None:
        """A channel that fails or has dead letters is a problem that the other ones are told of."""
        now = self.clock.now()
        found = [
            event
            for notifier in self.notifiers
            for event in delivery_problems(notifier.name, self.ledger.channel(notifier.name, now), now)
        ]
        known = {
            id_: one for id_, one in self.ledger.problems().items() if one.kind is EventKind.DELIVERY_FAILED
        }
        followed = follow(found, known, now)
        if followed.standing or followed.over:
            self.ledger.queue(
                [
                    message
                    for event in followed.events
                    for message in self.routes.messages([event], live=True)
                    if message.notifier != failing_notifier(event)
                ],
                at=now,
                problems=followed.standing,
                over=followed.over,
            )


def _deliver(notifier: Notifier, digest: Digest, clock: Clock) -> tuple[Delivery, datetime]:
    try:
        delivery = notifier.deliver(digest)
    except Exception as error:
        # A notifier raises nothing; one by somebody else may. Its words may hold a secret: only the name.
        delivery = Postponed(why=f"unexpected {type(error).__name__}")
    return delivery, clock.now()


def _waiting(name: str, batch: Batch, why: str, at: datetime) -> DeliveryNote:
    old = tuple(one.id for one in batch.messages if at - one.queued_at >= TRIED_FOR)
    young = tuple(one.id for one in batch.messages if at - one.queued_at < TRIED_FOR)
    said = f"{why}; tried for {span(TRIED_FOR)}" if old and not young else why
    return DeliveryNote(notifier=name, given_up=old, waiting=young, why=said)
