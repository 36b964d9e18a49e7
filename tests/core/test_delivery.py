"""What a notifier is sent next, and when it is tried again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.builders import IN_USE, NOW, D, H
from watcher.messages.delivery import (
    Batch,
    Channel,
    delivery_problems,
    failed,
    for_others,
    in_their_order,
    next_batch,
    sendable,
)
from watcher.messages.events import (
    Event,
    EventKind,
    Facts,
    Severity,
)
from watcher.messages.outbox import Message, QueuedMessage
from watcher.messages.problem_facts import DeliveryFacts
from watcher.messages.routes import Route
from watcher.texts.hours import hours_of

TICK = timedelta(microseconds=1)
M = timedelta(minutes=1)
INFO, WARNING, CRITICAL = EventKind.LEASE_NEW, EventKind.PRICE_CHANGED, EventKind.ACCOUNT_GONE
FINE = Channel()
ALL = Route(notifier="ops", counts=True)

TO_MEND = (
    "they wait, and no release that needs its receipt is done meanwhile; "
    "`lease-watcher notify test ops` tries it, once it "
    "is mended; `lease-watcher outbox` shows what waits"
)


def queued(
    id: int,
    kind: EventKind = INFO,
    *,
    live: bool = True,
    thread: str | None = None,
    together: int | None = None,
    facts: Facts | None = None,
) -> QueuedMessage:
    event = Event(kind=kind, key=f"k{id}", at=NOW, what="", facts=facts)
    message = Message(notifier="ops", event=event, live=live)
    return QueuedMessage(id=id, message=message, queued_at=NOW, thread=thread, together=together)


def in_use(id: int) -> QueuedMessage:
    return queued(id, EventKind.RENEWAL_WARNING, facts=IN_USE)


def sent(
    *waiting: QueuedMessage,
    route: Route = ALL,
    channel: Channel = FINE,
    most: int = 100,
    now: datetime = NOW,
) -> tuple[int, ...]:
    for kinds in sendable(route, channel, now=now, zone=UTC):
        if queue := in_their_order(waiting, kinds):
            return next_batch(queue, most=most).ids
    return ()


def test_nothing_waiting_is_nothing_to_send() -> None:
    assert sent() == ()


def test_everything_goes_out_as_one_digest() -> None:
    assert sent(queued(1), queued(2, WARNING), in_use(3)) == (1, 2, 3)


def test_what_is_critical_comes_first_and_by_itself() -> None:
    assert sent(queued(1), queued(2, CRITICAL), queued(3, CRITICAL)) == (2, 3)


def test_live_and_would_be_never_share_a_message() -> None:
    assert sent(queued(1, live=False), queued(2), queued(3, live=False)) == (1, 3)


def test_a_conversation_is_gone_on_with_by_itself() -> None:
    assert sent(queued(1, thread="t"), queued(2), queued(3, thread="t")) == (1, 3)


@pytest.mark.parametrize(("most", "ids"), [(1, (1, 3, 4)), (2, (1, 2, 3, 4)), (3, (1, 2, 3, 4))])
def test_a_message_holds_what_fits_and_accounts_in_use_are_one_line(most: int, ids: tuple[int, ...]) -> None:
    assert sent(queued(1), queued(2), in_use(3), in_use(4), most=most) == ids


def test_what_was_refused_as_one_is_sent_in_halves_before_anything_else() -> None:
    refused = [queued(number, together=2) for number in (1, 2, 3)]
    assert sent(*refused, queued(4)) == (1, 2)
    assert sent(queued(1, together=1), queued(2, together=1), queued(3)) == (1,)
    assert sent(queued(1), queued(2, together=1)) == (1,)


@pytest.mark.parametrize(("now", "ids"), [(NOW - TICK, ()), (NOW, (1,))])
def test_a_channel_that_failed_is_left_alone_for_a_while(now: datetime, ids: tuple[int, ...]) -> None:
    assert sent(queued(1, CRITICAL), channel=Channel(next_at=NOW), now=now) == ids


NOON = (hours_of("12:00-13:00"),)


@pytest.mark.parametrize(
    ("wake_for", "ids"),
    [(Severity.CRITICAL, (3,)), (Severity.WARNING, (3,)), (Severity.INFO, (3,))],
)
def test_quiet_hours_hold_what_is_too_mild(wake_for: Severity, ids: tuple[int, ...]) -> None:
    route = Route(notifier="ops", counts=True, quiet=NOON, wake_for=wake_for)
    assert sent(queued(1), queued(2, WARNING), queued(3, CRITICAL), route=route) == ids
    mild = [queued(1), queued(2, WARNING)]
    expected = {Severity.CRITICAL: (), Severity.WARNING: (2,), Severity.INFO: (1, 2)}[wake_for]
    assert sent(*mild, route=route) == expected
    assert sent(*mild, route=route, now=NOW + H) == (1, 2)


def of_topic(id: int, kind: EventKind, topic: str) -> QueuedMessage:
    one = queued(id, kind)
    return replace(one, message=replace(one.message, event=replace(one.message.event, problem=topic)))


@pytest.mark.parametrize(
    ("kind", "goes_first"),
    [(EventKind.PROBLEM_RESOLVED, True), (EventKind.PROJECT_RECOVERED, True), (INFO, False)],
    ids=["over", "recovered", "no end"],
)
def test_an_end_that_is_too_mild_goes_with_what_begins_anew(kind: EventKind, goes_first: bool) -> None:
    """In the morning people were told that what had begun again in the night is over; its incident closed."""
    mild, anew, after, other = (
        of_topic(1, kind, "a"),
        of_topic(2, WARNING, "a"),
        of_topic(3, kind, "a"),
        of_topic(4, kind, "b"),
    )
    waiting = (mild, anew, after, other)
    assert in_their_order(waiting, {WARNING}) == ((mild, anew) if goes_first else (anew,))
    assert in_their_order((anew, after), {WARNING}) == (anew,)
    assert in_their_order((mild, other), {WARNING}) == ()
    assert in_their_order(waiting, frozenset(EventKind)) == waiting


@pytest.mark.parametrize(
    ("kind", "goes_first"), [(EventKind.RELEASE_ANNOUNCED, True), (EventKind.RELEASE_UNKNOWN, False)]
)
def test_a_withdrawal_goes_before_the_new_announcement_alone(kind: EventKind, goes_first: bool) -> None:
    withdrawn, anew = of_topic(1, EventKind.RELEASE_WITHDRAWN, "lease"), of_topic(2, kind, "lease")
    assert in_their_order((withdrawn, anew), {kind}) == ((withdrawn, anew) if goes_first else (anew,))


@pytest.mark.parametrize(("spent", "ids"), [(1, (1, 2)), (2, ()), (3, ())])
def test_beyond_the_hourly_limit_messages_wait_to_come_together(spent: int, ids: tuple[int, ...]) -> None:
    route = Route(notifier="ops", counts=True, max_per_hour=2)
    channel = Channel(sent=(NOW,) * spent)
    assert sent(queued(1), queued(2), route=route, channel=channel) == ids
    assert sent(queued(1), queued(2, CRITICAL), route=route, channel=channel) == (2,)


@pytest.mark.parametrize(
    ("failures", "jitter", "delay"),
    [
        (0, 0.0, timedelta(seconds=15)),
        (0, 1.0, timedelta(seconds=30)),
        (1, 1.0, M),
        (4, 1.0, 8 * M),
        (5, 1.0, 15 * M),
        (500, 1.0, 15 * M),
    ],
)
def test_it_is_tried_later_and_later(failures: int, jitter: float, delay: timedelta) -> None:
    before = Channel(failures=failures, failing_since=NOW - H if failures else None, sent=(NOW,), dead=2)
    after = failed(before, why="x", refusing=True, after=None, jitter=jitter, now=NOW)
    assert after == Channel(
        failures=failures + 1,
        failing_since=NOW - H if failures else NOW,
        next_at=NOW + delay,
        refusing=True,
        why="x",
        sent=(NOW,),
        dead=2,
    )


@pytest.mark.parametrize(("after", "delay"), [(M, M), (timedelta(seconds=1), timedelta(seconds=30)), (H, H)])
def test_it_is_never_tried_before_it_asked_to_be(after: timedelta, delay: timedelta) -> None:
    channel = failed(Channel(), why="x", refusing=False, after=after, jitter=1.0, now=NOW)
    assert channel.next_at == NOW + delay


def told(channel: Channel, now: datetime = NOW) -> list[str]:
    return [event.text for event in delivery_problems("ops", channel, now)]


@pytest.mark.parametrize(("now", "count"), [(NOW + H - TICK, 0), (NOW + H, 1), (NOW + 2 * D, 1)])
def test_others_hear_of_a_channel_that_keeps_failing(now: datetime, count: int) -> None:
    failing = Channel(failures=3, failing_since=NOW, next_at=now + M, why="no answer")
    since = "ops has not accepted its messages since Mon 18 May 12:00 UTC: no answer"
    assert told(failing, now) == [f"{since}; {TO_MEND}"] * count
    assert told(replace(failing, next_at=NOW + M), now) == [], "it is tried first, and that will say"


def test_where_nothing_waits_a_channel_that_failed_is_no_problem() -> None:
    for failing in (Channel(failing_since=NOW - D, refusing=True), Channel(failing_since=NOW - D)):
        known = ["delivery.failed:failing:ops"]
        assert not list(delivery_problems("ops", failing, NOW, known=known, waits=False))


def test_others_hear_at_once_of_one_that_refuses_and_of_dead_letters() -> None:
    assert told(Channel(failing_since=NOW, refusing=True, why="404")) == [
        f"ops has refused its messages since Mon 18 May 12:00 UTC: 404; {TO_MEND}"
    ]
    assert told(Channel(dead=1)) == [
        "1 message to ops was given up; `lease-watcher outbox` shows what was given up, to retry or to drop "
        "it"
    ]
    assert told(Channel()) == []


def test_one_more_that_is_given_up_is_news_and_the_same_ones_are_none() -> None:
    (one,), (same,), (two,) = (
        delivery_problems("ops", Channel(dead=dead), NOW + later)
        for dead, later in ((1, timedelta()), (1, H), (2, H))
    )
    assert one.key == same.key != two.key


def test_a_delivery_problem_knows_whose_it_is() -> None:
    (event,) = delivery_problems("my:ops", Channel(dead=3), NOW)
    assert (event.problem, event.facts) == ("delivery.failed:dead:my:ops", DeliveryFacts(notifier="my:ops"))


@pytest.mark.parametrize(
    ("channel", "told", "hear"),
    [
        (Channel(dead=1), ("ops", "boss"), ["boss"]),
        (Channel(dead=1), ("ops",), ["ops"]),
        (Channel(failing_since=NOW, refusing=True), ("ops", "boss"), ["boss"]),
        (Channel(failing_since=NOW, refusing=True), ("ops",), []),
    ],
)
def test_the_others_hear_of_it_and_of_dead_letters_the_only_one_itself(
    channel: Channel, told: tuple[str, ...], hear: list[str]
) -> None:
    (event,) = delivery_problems("ops", channel, NOW)
    messages = [Message(notifier=name, event=event, live=True) for name in told]
    assert [one.notifier for one in for_others(messages, event)] == hear
    over = Event(
        kind=EventKind.PROBLEM_RESOLVED, key="over", at=NOW, what="over", problem=event.problem, facts=None
    )
    assert [one.notifier for one in for_others(messages, over)] == hear


def test_who_failed_goes_on_failing_until_it_accepts_something() -> None:
    """403 was told at once; the 500 after it is no recovery."""
    failing = Channel(failing_since=NOW, why="500")
    assert told(failing) == []
    events = delivery_problems("ops", failing, NOW, known=["delivery.failed:failing:ops"])
    assert [event.what for event in events] == [
        "ops has not accepted its messages since Mon 18 May 12:00 UTC: 500"
    ]


def test_one_that_does_not_answer_at_all_is_told() -> None:
    (event,) = delivery_problems("ops", Channel(), NOW, hung=True)
    assert event.text == f"ops does not accept its messages: it does not answer; {TO_MEND}"


def test_all_is_well_with_a_channel_that_accepts_again() -> None:
    lost = (("ann", 1, "unknown user"),)
    failing = Channel(failures=3, failing_since=NOW - D, why="HTTP 500", sent=(NOW - H,), dead=2, lost=lost)
    assert failing.sent_again(NOW) == Channel(sent=(NOW - H, NOW), dead=2, lost=lost)


def test_of_a_batch_only_some_messages_can_be_meant() -> None:
    one, two = queued(1, thread="t"), queued(2, thread="t")
    batch = next_batch([one, two], most=100)
    assert batch.only({2, 3}) == Batch(messages=(two,), live=True, thread="t")


@pytest.mark.parametrize(("count", "some"), [(1, "1 message was"), (2, "2 messages were")])
def test_what_a_single_receiver_does_not_take_is_told_as_its_own(count: int, some: str) -> None:
    (event,) = delivery_problems("ops", Channel(lost=(("ann", count, "unknown user"),)), NOW)
    assert (event.problem, event.what) == (
        "delivery.failed:receiver:ops:ann",
        f"ann does not take what others get from ops (unknown user): {some} given up for it alone",
    )
