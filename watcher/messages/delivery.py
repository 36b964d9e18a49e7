"""What one notifier is sent next, and when it is tried again: values in, batches out."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from shlex import quote

from watcher.messages.clauses import Clause, follows, to_do, to_type
from watcher.messages.events import (
    SEVERITY,
    Event,
    EventKind,
    Severity,
)
from watcher.messages.outbox import Message, QueuedMessage
from watcher.messages.problem_facts import DeliveryFacts
from watcher.messages.receivers import Reached
from watcher.messages.routes import Route
from watcher.messages.stale import BEGINNINGS
from watcher.texts.hours import hours_end
from watcher.texts.spans import counted
from watcher.texts.times import clock_time

TRIED_FOR = timedelta(days=7)
"""How long a message is tried: the next renewal of its account has messages of its own."""

_FAILING_TOLD_AFTER = timedelta(hours=1)
"""A channel that has failed this long is a problem that others are told of; one that refuses is at once."""

LONGEST_WAIT = timedelta(hours=1)
"""However long a channel asks to be left alone: people must hear in time. Later moments were noted by a clock
that was wrong."""

HOUR = timedelta(hours=1)
"""What `max_per_hour` counts over."""

_MOST_SENT = 1000
"""So many moments are kept while no clock can say which of them are an hour old."""

_FIRST_RETRY = timedelta(seconds=30)
_LONGEST_RETRY = timedelta(minutes=15)
"""Not longer than the usual gap of turns: a host without a daemon tries at each of them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Channel:
    """How a notifier has been doing. The empty value: all is well.

    `next_at`: it is not tried before; `refusing`: it says that trying is useless until a person acts.
    `sent`: when it was sent something within the last hour, or what may be that where no clock is proved.
    `dead`: messages given up on and not cleared. `lost`: the same for single receivers, while others got
    them: (receiver, how many, why). `waits`: whether anything waited for it when this was read.
    """

    failures: int = 0
    failing_since: datetime | None = None
    next_at: datetime | None = None
    refusing: bool = False
    why: str = ""
    sent: tuple[datetime, ...] = ()
    dead: int = 0
    lost: tuple[tuple[str, int, str], ...] = ()
    waits: bool = False

    def sent_again(self, at: datetime) -> "Channel":
        """The channel after it accepted something: all is well."""
        return Channel(sent=(*self.sent, at)[-_MOST_SENT:], dead=self.dead, lost=self.lost)

    def sent_since(self, now: datetime) -> int:
        """How often within the last hour; what is in the future may be within it, by a clock that is slow."""
        return sum(at > now - HOUR for at in self.sent)


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """What goes out as one message."""

    messages: tuple[QueuedMessage, ...]
    live: bool
    thread: str | None = None
    receiver: str | None = None

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(one.id for one in self.messages)

    def only(self, ids: Collection[int]) -> "Batch":
        return replace(self, messages=tuple(one for one in self.messages if one.id in ids))


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryNote:
    """How a delivery ended for each of its messages.

    `waiting` are tried again, because of `why`; `together`: with so many others at most. `thread` is the
    conversation in which the accepted ones stand.
    """

    notifier: str
    counts: bool = False
    """Whether the acceptance is a receipt: as the notifier was when it accepted."""
    accepted: tuple[int, ...] = ()
    given_up: tuple[int, ...] = ()
    waiting: tuple[int, ...] = ()
    perhaps: bool = False
    """Whether those that are tried again may have arrived all the same: nobody said that they did not."""
    why: str = ""
    together: int | None = None
    thread: str | None = None
    reached: tuple[Reached, ...] = ()
    """What is new at single receivers of these messages."""
    sent: tuple[QueuedMessage, ...] = ()
    """The messages themselves: what the ledger has lost of them meanwhile is written again."""

    @property
    def reworded(self) -> tuple[QueuedMessage, ...]:
        """Those that went out in other words than they were queued in."""
        return tuple(one for one in self.sent if one.as_queued is not None)


def sendable(
    route: Route, channel: Channel, *, now: datetime, zone: tzinfo
) -> tuple[frozenset[EventKind], ...]:
    """The kinds of events that may be sent now, first those that go before all others; none may: empty.

    Critical events come first, at once and by themselves. The others are held at quiet hours and by the
    hourly limit.
    """
    if channel.next_at is not None and now < channel.next_at <= now + LONGEST_WAIT:
        return ()
    critical = _from(Severity.CRITICAL)
    if route.max_per_hour is not None and channel.sent_since(now) >= route.max_per_hour:
        return (critical,)
    quiet = route.quiet and hours_end(route.quiet, now, zone) is not None
    others = _from(route.wake_for if quiet else Severity.INFO)
    return (critical,) if others == critical else (critical, others)


@cache
def _from(severity: Severity) -> frozenset[EventKind]:
    return frozenset(kind for kind, its in SEVERITY.items() if its.rank >= severity.rank)


def in_their_order(
    waiting: Sequence[QueuedMessage], kinds: Collection[EventKind]
) -> tuple[QueuedMessage, ...]:
    """Those of these kinds, and with what begins anew on its topic the end of what was there before, however
    mild: told later it would be taken for the end of what stands, and close what was raised for it.

    `waiting`: oldest first, all that waits on each of its topics.
    """
    begins: dict[str, list[tuple[int, EventKind]]] = {}
    for place, one in enumerate(waiting):
        event = one.message.event
        if event.kind in kinds and not event.ends_topic:
            begins.setdefault(event.topic, []).append((place, event.kind))

    def goes_along(place: int, event: Event) -> bool:
        beginnings = BEGINNINGS.get(event.kind, frozenset())
        return any(at > place and kind in beginnings for at, kind in begins.get(event.topic, ()))

    return tuple(
        one
        for place, one in enumerate(waiting)
        if one.message.event.kind in kinds or goes_along(place, one.message.event)
    )


def next_batch(queue: Sequence[QueuedMessage], *, most: int) -> Batch:
    """The next message to send of what may be sent, at least one, oldest first.

    What can come together does. `most` events fit one message; warnings of accounts in use are summed up
    in any.
    """
    first = queue[0]
    alike = [one for one in queue if _belonging(one) == _belonging(first)]
    return Batch(
        messages=_fitting(alike, most),
        live=first.message.live,
        thread=first.thread,
        receiver=first.receiver,
    )


def _belonging(one: QueuedMessage) -> tuple[bool, str | None, str | None]:
    """What messages have in common that go out as one."""
    return one.message.live, one.thread, one.receiver


def _fitting(queue: Sequence[QueuedMessage], most: int) -> tuple[QueuedMessage, ...]:
    first = queue[0]
    if first.together is not None:
        # Refused as one: halves of them find the one that is refused.
        return tuple(one for one in queue if one.together is not None)[: first.together]
    room = most
    taken: list[QueuedMessage] = []
    for one in queue:
        if one.together is not None:
            continue
        if not one.message.event.renews_in_use:
            if room == 0:
                continue
            room -= 1
        taken.append(one)
    return tuple(taken)


def failed(
    channel: Channel,
    *,
    why: str,
    refusing: bool = False,
    after: timedelta | None = None,
    jitter: float,
    now: datetime,
) -> Channel:
    """The channel after one more failure: tried again later and later, or when it asked to be.

    `jitter` in [0, 1) spreads many watchers: the delay is between half of it and all of it.
    """
    failures = channel.failures + 1
    delay = min(_FIRST_RETRY * 2 ** min(failures - 1, 10), _LONGEST_RETRY)
    delay *= 0.5 + jitter / 2
    asked = min(after or timedelta(), LONGEST_WAIT)
    return Channel(
        failures=failures,
        failing_since=min(channel.failing_since or now, now),
        next_at=now + max(delay, asked),
        refusing=refusing,
        why=why,
        sent=channel.sent,
        dead=channel.dead,
        lost=channel.lost,
    )


def delivery_problems(
    notifier: str,
    channel: Channel,
    now: datetime,
    *,
    known: Collection[str] = (),
    hung: bool = False,
    waits: bool = True,
) -> Iterator[Event]:
    """What people must know of a channel: that it refuses, hangs or keeps failing; messages given up.

    `known`: the problems told already; one that fails stays one until it accepts something. One that has not
    been tried again for long is tried first: that says whether it still fails. `waits`: whether anything does
    that is still true; where nothing does, nobody is kept from knowing.
    """
    since = channel.failing_since if waits else None
    tried = channel.next_at is not None and now < channel.next_at <= now + LONGEST_WAIT
    lasting = since is not None and tried and now - since >= _FAILING_TOLD_AFTER
    problem = _id(_FAILING, notifier)
    still = since is not None and problem in known
    if (channel.refusing and waits) or lasting or still or hung:
        failing = "refuses its messages" if channel.refusing else "does not accept its messages"
        if since is not None:
            verb = "refused" if channel.refusing else "not accepted"
            failing = f"has {verb} its messages since {clock_time(since, UTC, now=now)}"
        why = "it does not answer" if hung else channel.why
        what = f"{notifier} {failing}: {why}"
        advice = [
            follows("they wait, and no release that needs its receipt is done meanwhile"),
            to_type(f"lease-watcher notify test {quote(notifier)}", after=" tries it, once it is mended"),
            to_type("lease-watcher outbox", after=" shows what waits"),
        ]
        yield _delivery_problem(problem, notifier, what, now, advice=advice)
    if channel.dead:
        some, were = counted(channel.dead, "message"), "was" if channel.dead == 1 else "were"
        what = f"{some} to {notifier} {were} given up"
        yield _delivery_problem(
            _id(_DEAD, notifier), notifier, what, now, content=channel.dead, advice=(_OUTBOX,)
        )
    for receiver, count, why in channel.lost:
        some = f"{counted(count, 'message')} {'was' if count == 1 else 'were'}"
        what = (
            f"{receiver} does not take what others get from {notifier} ({why}): {some} given up for it alone"
        )
        problem = _id(_RECEIVER, f"{notifier}:{receiver}")
        advice = [to_do("look at the notifier's receivers"), _OUTBOX]
        yield _delivery_problem(problem, notifier, what, now, advice=advice)


_FAILING, _DEAD, _RECEIVER = "failing", "dead", "receiver"
_OUTBOX = to_type("lease-watcher outbox", after=" shows what was given up, to retry or to drop it")


def failing_since(channels: Mapping[str, Channel]) -> dict[str, datetime]:
    """When each failing channel, by its problem's id, began to fail: it is told of only after a while."""
    return {
        _id(_FAILING, name): one.failing_since
        for name, one in channels.items()
        if one.failing_since is not None
    }


def _id(trouble: str, of: str) -> str:
    return f"{EventKind.DELIVERY_FAILED}:{trouble}:{of}"


def _delivery_problem(
    problem: str,
    notifier: str,
    what: str,
    now: datetime,
    *,
    content: object = "",
    advice: Sequence[Clause] = (),
) -> Event:
    return Event(
        kind=EventKind.DELIVERY_FAILED,
        key=f"{problem}:{content}",
        problem=problem,
        at=now,
        what=what,
        clauses=tuple(advice),
        facts=DeliveryFacts(notifier=notifier),
    )


def for_others(messages: Collection[Message], event: Event) -> tuple[Message, ...]:
    """Of the messages about a delivery problem, or its end, those that are not for the notifier that has it.

    Of its dead letters it is told itself where there is nobody else: it may take this one. Of one receiver's
    everybody is told: to the others it works.
    """
    others = tuple(
        one
        for one in messages
        if event.problem not in (_id(_FAILING, one.notifier), _id(_DEAD, one.notifier))
    )
    dead = any(event.problem == _id(_DEAD, one.notifier) for one in messages)
    return others or (tuple(messages) if dead else ())
