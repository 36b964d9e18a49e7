"""The courier: gives each notifier what waits for it, several at once, and notes how it ended.

A notifier that hangs delays no other and, in the daemon, no turn. Deliveries are given to workers, which
return values; only the thread that calls the courier touches the ledger.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from threading import Event as StopSignal
from typing import assert_never

from watcher.facts.accounts import LeasePeriod, ProjectId
from watcher.memory.writes import PutAside, Queued
from watcher.messages.delivery import (
    TRIED_FOR,
    Batch,
    Channel,
    DeliveryNote,
    delivery_problems,
    failed,
    failing_since,
    for_others,
    in_their_order,
    next_batch,
    sendable,
)
from watcher.messages.events import ALL_KINDS, Event, EventKind
from watcher.messages.halts_by_now import HaltsByNow
from watcher.messages.meanwhile import Meanwhile
from watcher.messages.outbox import QueuedMessage
from watcher.messages.outgoing import presented, without_secrets
from watcher.messages.problems import follow
from watcher.messages.receivers import Receivers, given_up_on, has_a_receiver, reached
from watcher.messages.ripening import Ripening
from watcher.messages.routes import Route, Routes
from watcher.messages.stale import sift
from watcher.ports.clock import Clock
from watcher.ports.ledger import Ledger, LedgerUnavailable
from watcher.ports.notifier import Accepted, Delivery, Digest, Notifier, Postponed, Rejected
from watcher.ports.workers import Workers
from watcher.texts.spans import span
from watcher.texts.striking import Strikeout

_LOST_AFTER = timedelta(minutes=3)
"""A delivery is bounded by a minute: one that began this long ago has lost its process, or hangs."""

_ENDS_WITHIN = timedelta(seconds=90)
"""What has not ended this long after it began is not waited for: a service manager waits no longer for us."""

_PATIENCE = timedelta(minutes=5)
"""How long one turn goes on sending: windows open and close meanwhile."""

_LOOK = timedelta(seconds=1)
"""How often meanwhile it is looked whether to stop: what hangs never wakes anybody."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _UnderWay:
    batch: Batch
    counts: bool
    began_at: datetime
    until: float
    """How long it is waited for, on the clock that never jumps."""
    end: Future[tuple[Delivery, datetime]]

    def hangs(self, now: datetime) -> bool:
        return not self.end.done() and now - self.began_at >= _LOST_AFTER


@dataclass(kw_only=True, slots=True)
class Courier:
    """`patient`: `tell` returns when everything was tried once; otherwise at once, and `collect` goes on.

    `jitter` answers a new number in [0, 1); `zone` is the time zone of quiet hours; `names` and `owners` are
    those of projects.
    """

    notifiers: tuple[Notifier, ...]
    ledger: Ledger
    clock: Clock
    workers: Workers
    routes: Routes
    zone: tzinfo
    names: Mapping[ProjectId, str]
    owners: Mapping[ProjectId, str]
    jitter: Callable[[], float]
    patient: bool
    stop: StopSignal = field(default_factory=StopSignal)
    keep_url: Callable[[LeasePeriod], str | None] = lambda _: None
    """The link that keeps an account; it goes out with messages and is kept nowhere."""
    ripening: Ripening = Ripening()
    hidden: Strikeout = field(default_factory=Strikeout)
    """Taken out of all that goes out: a message may quote words that a person said before it was known."""
    _under_way: dict[str, _UnderWay] = field(default_factory=dict)
    _meanwhile: Meanwhile | None = None
    """What is so by now; None: it is asked where anything waits."""
    _halts: HaltsByNow | None = None
    """What the last turn knew that brakes will do: it holds until another one knows."""
    _looked_through: set[str] = field(default_factory=set)
    """The notifiers of which all that waits has been read in this turn, also what may not be sent."""
    _clock_proved: bool = False
    """Only then is the moment of an acceptance known: announcements wait for it. And only then is it known
    what has passed: until then nothing is put aside, given up for its age, or forgotten.
    """

    def tell(self, *, clock_proved: bool = True, halts: HaltsByNow | None = None) -> int:
        """Deliver what waits; answers how many messages are overdue. `halts`: what this turn knows of them.

        A message whose acceptance could not be noted, because the process died, is sent again: twice is
        better than never, and the ledger counts it.
        """
        self._clock_proved = clock_proved
        self._meanwhile = None
        self._halts = halts or self._halts
        until = self.clock.monotonic() + _PATIENCE.total_seconds()
        self.collect()
        self.resume()
        while self.patient and self._under_way:
            ends = [one.end for one in self._under_way.values()]
            wait(ends, timeout=_LOOK.total_seconds(), return_when=FIRST_COMPLETED)
            if self.stop.is_set() or self.clock.monotonic() >= until:
                self.close()
                return self._overdue() + self._unsent()
            self.collect()
        return self._overdue()

    def collect(self) -> None:
        """Note the deliveries that have ended, and begin what can begin."""
        if self._conclude_ended():
            self._begin_all()

    def resume(self) -> None:
        """Put aside what is true no more, and try again what was held by quiet hours, limits or failures."""
        self._looked_through.clear()
        self._meanwhile = None
        self._begin_all()

    def doubt_the_clock(self) -> None:
        """It jumped: until a turn has proved it again nobody knows how late it is."""
        self._clock_proved = False

    def close(self) -> None:
        """Wait for what is under way, as long as it may yet end, and note how it ended."""
        now = self.clock.monotonic()
        latest = max((one.until for one in self._under_way.values()), default=now)
        wait([one.end for one in self._under_way.values()], timeout=max(latest - now, 0))
        self._conclude_ended()
        # What never answers is left to the next process, which sends it again and says so.
        self._under_way.clear()

    def _conclude_ended(self) -> bool:
        ended = [name for name, one in self._under_way.items() if one.end.done()]
        for name in ended:
            self._conclude(name)
        return bool(ended)

    def _overdue(self) -> int:
        now = self.clock.now()
        hung = {name: len(one.batch.ids) for name, one in self._under_way.items() if one.hangs(now)}
        ours = {id_ for one in self._under_way.values() for id_ in one.batch.ids}
        names = [one.name for one in self.notifiers]
        late = self.ledger.overdue(names, sending=ours)
        if late:
            # What is true no more counts for nothing; where sending goes on, not all of it was read yet.
            for name in (one.name for one in self.notifiers if self.routes.to(one.name) is not None):
                if name not in hung:
                    self._look_through(name, now)
            late = self.ledger.overdue(names, sending=ours)
        return late + sum(hung.values())

    def _unsent(self) -> int:
        """What could have been sent if there had been time."""
        now = self.clock.now()
        return sum(
            one.attempts == 0
            for each in self.notifiers
            for part in self.ledger.waiting(each.name)
            for one in self._still_true(part, now)
        )

    def _begin_all(self) -> None:
        """For each notifier that is told something, that something waits for, and that is not sending now."""
        channels = self._tell_of_channels()
        for notifier in self.notifiers:
            route, channel = self.routes.to(notifier.name), channels[notifier.name]
            if route is not None and channel.waits and notifier.name not in self._under_way:
                self._begin(notifier, route, channel)

    def _begin(self, notifier: Notifier, route: Route, channel: Channel) -> None:
        now = self.clock.now()
        batch = self._next_batch(notifier, route, channel, now)
        if batch is None:
            return
        claimed = self.ledger.begin_delivery(batch.ids, at=now, lost_since=now - _LOST_AFTER)
        batch = batch.only(claimed)
        if not batch.messages:
            return
        until = self.clock.monotonic() + _ENDS_WITHIN.total_seconds()
        digest = self._digest(notifier, batch, now)
        end = self.workers.submit(
            lambda: _deliver(notifier, digest, self.clock), name=f"courier-{notifier.name}"
        )
        self._under_way[notifier.name] = _UnderWay(
            batch=batch, counts=notifier.counts, began_at=now, until=until, end=end
        )

    def _next_batch(self, notifier: Notifier, route: Route, channel: Channel, now: datetime) -> Batch | None:
        """Of the first part of what waits in which there is something to send: the rest is read when it is
        sent, for a first turn of a large fleet may have hundreds of thousands of warnings.
        """
        for kinds in sendable(route, channel, now=now, zone=self.zone):
            for part in self.ledger.waiting(notifier.name, kinds):
                true = [one for one in self._still_true(part, now) if self._may_go(one, now)]
                queue = in_their_order(true, kinds)
                if queue:
                    return next_batch(queue, most=notifier.most)
            if kinds == ALL_KINDS:
                return None
        self._look_through(notifier.name, now)
        return None

    def _look_through(self, name: str, now: datetime) -> None:
        """Put aside what is true no more of that which may not be sent, and so was not read: once a turn.

        By a clock that is not proved nothing has passed: all that waits would be read for nothing.
        """
        if self._clock_proved and name not in self._looked_through:
            self._looked_through.add(name)
            for part in self.ledger.waiting(name):
                self._still_true(part, now)

    def _still_true(self, part: Sequence[QueuedMessage], now: datetime) -> Sequence[QueuedMessage]:
        """Those of some topics that are; the others are put aside."""
        sifted = sift(part, self._by_now(now))
        stale = [(one.id, why) for one, why in sifted.stale if _is_free(one, now)]
        if stale and self._clock_proved:
            self.ledger.apply((PutAside(stale=tuple(stale), at=now),))
        return sifted.true

    def _by_now(self, now: datetime) -> Meanwhile:
        """Asked once for all that goes out together."""
        if self._meanwhile is None:
            self._meanwhile = self.ledger.fleet(now).meanwhile(now)
        return replace(self._meanwhile, now=now, halts=self._halts, ripening=self.ripening)

    def _may_go(self, one: QueuedMessage, now: datetime) -> bool:
        announced = one.message.event.kind is EventKind.RELEASE_ANNOUNCED
        return _is_free(one, now) and (self._clock_proved or not announced)

    def _digest(self, notifier: Notifier, batch: Batch, now: datetime) -> Digest:
        # A link is for people: a channel that nobody is sure to read would only keep it.
        events = tuple(self._presented(one.message.event, now, notifier.counts) for one in batch.messages)
        same = hashlib.sha256("\n".join(event.key for event in events).encode("utf-8", "replace"))
        return Digest(
            id=f"{same.hexdigest()[:16]}:{notifier.name}:{'live' if batch.live else 'would-be'}",
            at=now,
            live=batch.live,
            events=events,
            thread=batch.thread,
            had={one.message.event.key: one.had for one in batch.messages if one.had},
            refused_by={one.message.event.key: one.refused_by for one in batch.messages if one.refused_by},
            only=batch.receiver,
        )

    def _presented(self, event: Event, now: datetime, linked: bool) -> Event:
        stoppable = linked and event.kind is EventKind.RELEASE_ANNOUNCED
        url = self.keep_url(event.period) if stoppable and event.period else None
        clean = without_secrets(event, self.hidden)
        return presented(clean, names=self.names, owners=self.owners, keep_url=url, now=now)

    def _conclude(self, name: str) -> None:
        ended = self._under_way.pop(name)
        try:
            self._note(name, ended)
        except LedgerUnavailable:
            # Noted when the ledger is back, and not sent again meanwhile: people have it already.
            self._under_way[name] = ended
            raise

    def _note(self, name: str, ended: _UnderWay) -> None:
        delivery, at = ended.end.result()
        channel = self._channels((name,), at)[name]
        receivers, sent = delivery.receivers, ended.batch.messages
        match delivery:
            case Accepted(thread=thread):
                note = DeliveryNote(
                    notifier=name,
                    counts=ended.counts,
                    accepted=tuple(one.id for one in sent if has_a_receiver(one, receivers)),
                    given_up=tuple(one.id for one in sent if not has_a_receiver(one, receivers)),
                    why="no receiver takes it",
                    thread=thread or ended.batch.thread,
                )
                channel = channel.sent_again(at)
            case Postponed(why=why, after=after, certain=certain):
                note = self._waiting(name, ended, why, at, receivers, perhaps=not certain)
                channel = failed(channel, why=why, after=after, jitter=self.jitter(), now=at)
            case Rejected(why=why, channel=True):
                note = self._waiting(name, ended, why, at, receivers)
                channel = failed(channel, why=why, refusing=True, jitter=self.jitter(), now=at)
            case Rejected(why=why) if len(ended.batch.ids) > 1:
                half = (len(ended.batch.ids) + 1) // 2
                note = DeliveryNote(notifier=name, waiting=ended.batch.ids, why=why, together=half)
            case Rejected(why=why):
                note = DeliveryNote(notifier=name, given_up=ended.batch.ids, why=why)
            case _:
                assert_never(delivery)
        note = replace(note, sent=sent, reached=(*reached(sent, receivers), *note.reached))
        self.ledger.end_delivery(note, channel, at=at)

    def _channels(self, names: Collection[str], now: datetime) -> Mapping[str, Channel]:
        return self.ledger.channels(names, now if self._clock_proved else None)

    def _waiting(
        self,
        name: str,
        ended: _UnderWay,
        why: str,
        at: datetime,
        receivers: Receivers,
        *,
        perhaps: bool = False,
    ) -> DeliveryNote:
        """Tried again, as long as that is worth while. Then what at least one receiver got is received,
        and those that always put it off are given up on.
        """
        sent = ended.batch.messages
        old = [one for one in sent if self._clock_proved and at - one.queued_at >= TRIED_FOR]
        young = tuple(one.id for one in sent if one not in old)
        had = [one for one in old if receivers.put_off and (one.had or receivers.took)]
        given_up = tuple(one.id for one in old if one not in had)
        return DeliveryNote(
            notifier=name,
            counts=ended.counts,
            accepted=tuple(one.id for one in had),
            given_up=given_up,
            waiting=young,
            perhaps=perhaps,
            why=f"{why}; tried for {span(TRIED_FOR)}" if given_up and not young else why,
            reached=tuple(given_up_on(had, receivers)),
        )

    def _waits(self, name: str, channel: Channel, now: datetime) -> bool:
        """Whether anything that is still true does; asked only of one that fails."""
        if channel.failing_since is None or not channel.waits:
            return False
        return any(self._still_true(part, now) for part in self.ledger.waiting(name))

    def _tell_of_channels(self) -> Mapping[str, Channel]:
        """How each stands. One that fails or has dead letters is a problem that the others are told of."""
        now = self.clock.now()
        of_all = self.ledger.problems().items()
        known = {id_: one for id_, one in of_all if one.kind is EventKind.DELIVERY_FAILED}
        hung = {name for name, one in self._under_way.items() if one.hangs(now)}
        names = [one.name for one in self.notifiers]
        channels = self._channels(names, now)
        found = [
            event
            for name, channel in channels.items()
            for event in delivery_problems(
                name, channel, now, known=known, hung=name in hung, waits=self._waits(name, channel, now)
            )
        ]
        followed = follow(found, known, now, began=failing_since(channels))
        if followed.standing or followed.over:
            self.ledger.apply(
                (
                    Queued(
                        messages=tuple(
                            message
                            for event in followed.events
                            for message in for_others(self.routes.messages([event], live=True), event)
                        ),
                        at=now,
                        problems=followed.standing,
                        over=followed.over,
                    ),
                )
            )
            channels = self._channels(names, now)
        return channels


def _is_free(one: QueuedMessage, now: datetime) -> bool:
    """Whether no process is known to be sending it; what was begun in the future nobody can be sending."""
    return one.begun_at is None or abs(now - one.begun_at) >= _LOST_AFTER


def _deliver(notifier: Notifier, digest: Digest, clock: Clock) -> tuple[Delivery, datetime]:
    try:
        delivery = notifier.deliver(digest)
    except (Exception, SystemExit) as error:
        # A notifier raises nothing; one by somebody else may. Its words may hold a secret: only the name.
        delivery = Postponed(why=f"unexpected {type(error).__name__}")
    return delivery, clock.now()
