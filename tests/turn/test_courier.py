"""The courier over a real ledger: nobody waits for somebody else, nothing is lost, repeats are counted."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from threading import Event as Flag
from typing import Any

import pytest

from tests.builders import IN_USE, NOW, D, H, waiting_in
from tests.turn.office import PERIOD, Channel, M, Post, down, event
from watcher.memory.writes import Said
from watcher.messages.events import EventKind
from watcher.messages.outbox import QueuedMessage
from watcher.messages.problem_facts import UnreadableFacts
from watcher.messages.routes import Routes
from watcher.ports.ledger import PART
from watcher.ports.notifier import Accepted, Delivery, Digest, Postponed, Rejected
from watcher.record.overrides import Override, OverrideKind
from watcher.texts.hours import hours_of
from watcher.texts.secret import Secret
from watcher.texts.striking import Strikeout


def test_thirty_accounts_give_one_digest_and_a_restart_sends_nothing_again(post: Callable[..., Post]) -> None:
    ops = Channel("ops")
    office = post(ops)
    office.queue(*(event(str(number)) for number in range(30)))
    assert office.tell() == 0
    assert office.tell() == 0
    assert [len(digest.events) for digest in ops.got] == [30]


def test_a_first_turn_of_a_large_fleet_is_told_in_parts_and_what_is_critical_before_all_of_them(
    post: Callable[..., Post],
) -> None:
    """All that waited was held at once: 1.9 GiB for the warnings of a million accounts."""
    ops = Channel("ops")
    office = post(ops)
    warnings = [event(f"w{number}", EventKind.RENEWAL_WARNING, facts=IN_USE) for number in range(PART + 1)]
    office.queue(*warnings, event("halt", EventKind.BRAKE_HALTED))
    assert office.tell() == 0
    assert [len(digest.events) for digest in ops.got] == [1, PART, 1]
    assert ops.keys == [["halt"], [one.key for one in warnings[:PART]], [warnings[PART].key]]


def test_what_is_sent_was_read_once(post: Callable[..., Post], monkeypatch: pytest.MonkeyPatch) -> None:
    """All that waited was read to put aside what was true no more, and then again as it was sent: a tenth of
    the CPU of a large fleet's first turn.
    """
    office = post(Channel("ops"))
    office.queue(
        *(event(f"w{number}", EventKind.RENEWAL_WARNING, facts=IN_USE) for number in range(2 * PART))
    )
    read: list[int] = []
    waiting = office.ledger.waiting

    def counted(*asked: Any) -> Iterator[Sequence[QueuedMessage]]:
        for part in waiting(*asked):
            read.extend(one.id for one in part)
            yield part

    monkeypatch.setattr(office.ledger, "waiting", counted)
    assert office.tell() == 0
    assert len(read) == len(set(read)) == 2 * PART


def test_what_is_true_no_more_is_put_aside_also_where_nothing_may_be_sent(post: Callable[..., Post]) -> None:
    office = post(Channel("ops"))
    (route,) = office.routes.routes
    office.routes = Routes(routes=(replace(route, quiet=(hours_of("mon-sun"),)),))
    rung = EventKind.RENEWAL_WARNING
    office.queue(event("3d", rung, period=PERIOD), event("1d", rung, period=PERIOD))
    office.tell()
    assert office.channels[0].got == []
    assert [one.message.event.key for one in waiting_in(office.ledger, "ops")] == ["1d"]


def test_what_is_true_no_more_is_not_overdue_while_what_is_before_it_is_being_sent(
    post: Callable[..., Post],
) -> None:
    ops = Channel("ops", down)
    office = post(ops)
    rung = EventKind.RENEWAL_WARNING
    office.queue(event("3d", rung, period=PERIOD))
    office.tell()
    office.queue(event("a", EventKind.BRAKE_HALTED), event("1d", rung, period=PERIOD))
    answer = Flag()

    def slow(_: Digest) -> Delivery:
        answer.wait(30)
        return Accepted()

    ops.answers = slow
    office.clock.advance(D)
    courier = office.courier()
    courier.patient = False
    assert courier.tell() == 2, "of 3d nobody need hear any more"
    answer.set()
    courier.close()
    assert ops.keys[1:] == [["a"]]


def test_what_somebody_else_is_sending_holds_nothing_up(post: Callable[..., Post]) -> None:
    ops = Channel("ops")
    office = post(ops)
    office.queue(*(event(f"w{number}", EventKind.RENEWAL_WARNING, facts=IN_USE) for number in range(PART)))
    office.queue(event("new"))
    theirs = [one.id for one in waiting_in(office.ledger, "ops")[:PART]]
    office.ledger.begin_delivery(theirs, at=NOW, lost_since=NOW - M)
    office.tell()
    assert ops.keys == [["new"]]


def test_a_digest_that_is_sent_again_has_the_same_id_and_another_one_has_not(
    post: Callable[..., Post],
) -> None:
    ops = Channel("ops", down)
    office = post(ops)
    office.queue(event("a"), event("b"))
    office.tell()
    office.tell(NOW + M)
    office.queue(event("c"))
    office.tell(NOW + 2 * M)
    first, second, third = (digest.id for digest in ops.got)
    assert first == second != third


def test_who_hangs_delays_nobody_else(post: Callable[..., Post]) -> None:
    released = Flag()

    def hangs(_: Digest) -> Delivery:
        released.wait(30)
        return Accepted()

    slow, quick = Channel("slow", hangs), Channel("quick")
    office = post(slow, quick)
    office.queue(event("a"))
    courier = office.courier()
    courier.patient = False
    courier.tell()
    while waiting_in(office.ledger, "quick"):
        courier.collect()
    assert len(waiting_in(office.ledger, "slow")) == 1
    released.set()
    courier.close()
    assert waiting_in(office.ledger, "slow") == []


def test_one_that_is_down_for_two_days_hears_what_is_still_true_in_order(post: Callable[..., Post]) -> None:
    office = post(Channel("ops", down), Channel("boss"))
    rung = EventKind.RENEWAL_WARNING
    office.queue(event("3d", rung, period=PERIOD), event("new"))
    office.tell()
    office.queue(event("1d", rung, period=PERIOD), event("price", EventKind.PRICE_CHANGED))
    office.tell(NOW + D)
    unaffected = [keys for keys in office.channels[1].keys if not keys[0].startswith("delivery.failed")]
    assert unaffected == [["3d", "new"], ["1d", "price"]]
    back = Channel("ops")
    office.channels = (back, office.channels[1])
    office.tell(NOW + 2 * D)
    office.tell(NOW + 2 * D + M)
    assert back.keys == [["new", "1d", "price"]]


def test_the_others_hear_that_it_is_down_and_that_it_is_back(post: Callable[..., Post]) -> None:
    office = post(Channel("ops", down), Channel("boss"))
    office.queue(event("a"))
    for quarter in range(6):
        office.tell(NOW + quarter * 15 * M)
    office.channels[0].answers = lambda _: Accepted()
    office.tell(NOW + 2 * H)
    said = [event.what for digest in office.channels[1].got for event in digest.events]
    assert said == [
        "about a",
        "ops has not accepted its messages since Mon 18 May 12:00 UTC: no answer in time",
        "over after 2 h: ops did not accept its messages",
    ]
    assert office.channels[0].keys[-1] == ["a"], "it does not hear of itself"


def test_a_refused_digest_is_halved_until_the_one_message_is_found(post: Callable[..., Post]) -> None:
    def picky(digest: Digest) -> Delivery:
        bad = any(event.key == "bad" for event in digest.events)
        return Rejected(why="400") if bad else Accepted()

    ops, boss = Channel("ops", picky), Channel("boss")
    office = post(ops, boss)
    office.queue(*(event(key) for key in ("a", "b", "bad", "c", "d")))
    assert office.tell() == 1
    accepted = [key for keys in ops.keys if "bad" not in keys for key in keys]
    assert sorted(accepted) == ["a", "b", "c", "d"]
    (dead,) = office.ledger.undelivered()
    assert (dead.text, dead.why, dead.given_up_at) == ("about bad", "400", NOW)
    assert boss.got[-1].events[0].text.startswith("1 message to ops was given up")
    assert office.tell(NOW + M) == 1, "until somebody retries or drops it"


@pytest.mark.parametrize(
    ("age", "given_up"), [(timedelta(), False), (7 * D - M, False), (7 * D, True), (8 * D, True)]
)
def test_what_a_week_could_not_deliver_is_given_up(
    post: Callable[..., Post], age: timedelta, given_up: bool
) -> None:
    office = post(Channel("ops", down))
    office.queue(event("a"))
    overdue = office.tell(NOW + age)
    message, *about_it = office.ledger.undelivered()
    assert [one.kind for one in about_it] == (["delivery.failed"] if given_up else [])
    assert overdue == 1 + len(about_it)
    assert (message.why, message.given_up_at) == (
        ("no answer in time; tried for 7 d", NOW + age) if given_up else ("no answer in time", None)
    )


def test_retry_after_is_obeyed_and_new_messages_wait_for_it_too(post: Callable[..., Post]) -> None:
    ops = Channel("ops", lambda _: Postponed(why="429", after=10 * M))
    office = post(ops)
    office.queue(event("a"))
    office.tell()
    office.queue(event("b"))
    assert office.tell(NOW + 9 * M) == 2
    assert len(ops.got) == 1
    ops.answers = lambda _: Accepted()
    assert office.tell(NOW + 10 * M) == 0
    assert ops.keys[-1] == ["a", "b"]


def test_quiet_hours_hold_delivery_and_nothing_is_overdue_for_it(post: Callable[..., Post]) -> None:
    ops = Channel("ops")
    office = post(ops, quiet=(hours_of("12:00-13:00"),))
    office.queue(event("a"), event("gone", EventKind.ACCOUNT_GONE))
    assert office.tell() == 0
    assert ops.keys == [["gone"]]
    office.tell(NOW + H)
    assert ops.keys == [["gone"], ["a"]]


def test_a_limit_digests_and_drops_nothing(post: Callable[..., Post]) -> None:
    ops = Channel("ops")
    office = post(ops, max_per_hour=2)
    for quarter in range(6):
        office.queue(event(str(quarter)))
        assert office.tell(NOW + quarter * 10 * M) == 0
    office.tell(NOW + H)
    assert ops.keys == [["0"], ["1"], ["2", "3", "4", "5"]]


def test_a_notifier_that_raises_is_postponed_and_its_words_are_not_kept(post: Callable[..., Post]) -> None:
    def raises(_: Digest) -> Delivery:
        raise ValueError("t0ps3cret")

    office = post(Channel("ops", raises))
    office.queue(event("a"))
    assert office.tell() == 1
    (message,) = office.ledger.undelivered()
    assert message.why == "unexpected ValueError"


def test_messages_for_a_notifier_that_was_removed_are_overdue(post: Callable[..., Post]) -> None:
    office = post(Channel("ops", down), Channel("boss"))
    office.queue(event("a"))
    office.tell()
    office.channels = office.channels[1:]
    assert office.tell(NOW + H) == 1


def test_a_conversation_is_kept_for_the_lease_periods_it_began_with(post: Callable[..., Post]) -> None:
    ops = Channel("ops", lambda digest: Accepted(thread=digest.thread or f"t{len(ops.got)}"))
    office = post(ops)
    office.queue(event("w", EventKind.RENEWAL_WARNING, period=PERIOD), event("x"))
    office.tell()
    office.queue(event("done", EventKind.RELEASE_DONE, period=PERIOD), event("y"))
    office.tell(NOW + M)
    assert [(digest.thread, [one.key for one in digest.events]) for digest in ops.got] == [
        (None, ["w", "x"]),
        ("t1", ["done"]),
        (None, ["y"]),
    ]


def test_what_a_killed_process_was_sending_is_sent_again_and_counted(post: Callable[..., Post]) -> None:
    class Killed(BaseException):
        pass

    def killed(_: Digest) -> Delivery:
        raise Killed

    office = post(Channel("ops", killed))
    office.queue(event("a"))
    with pytest.raises(Killed):
        office.tell()
    back = Channel("ops")
    office.channels = (back,)
    assert office.tell(NOW + 2 * M) == 1, "a turn said that it was done while nobody was told"
    assert back.got == [], "the other process may still be at it"
    assert office.tell(NOW + 3 * M) == 0
    assert back.keys == [["a"]]


# A clock that is wrong, or that nobody proved


def test_a_warning_that_waits_outlives_a_turn_whose_clock_ran_ahead(post: Callable[..., Post]) -> None:
    """Held by quiet hours, it was dropped for good as stale by one turn 8 d ahead, which was known to be."""
    ops = Channel("ops")
    office = post(ops, quiet=(hours_of("12:00-13:00"),))
    warning = event("3d", EventKind.RENEWAL_WARNING, period=PERIOD)
    office.queue(warning, replace(warning, key="1d"))
    office.tell()
    office.tell(NOW + 8 * D, clock_proved=False)
    assert ops.keys == []
    office.tell(NOW + H)
    assert ops.keys == [["1d"]], "the later one of the two"


@pytest.mark.parametrize("refusing", [False, True])
def test_nothing_is_given_up_for_its_age_by_a_clock_that_nobody_proved(
    post: Callable[..., Post], refusing: bool
) -> None:
    """Tried twice within a minute, it was given up as "tried for 7 d"."""
    answer = Rejected(why="404", channel=True) if refusing else Postponed(why="no answer in time")
    office = post(Channel("ops", lambda _: answer))
    office.queue(event("a"))
    office.tell()
    assert office.tell(NOW + 8 * D, clock_proved=False) == 1
    (message,) = [one for one in office.ledger.undelivered() if one.kind == "lease.new"]
    assert (message.attempts, message.given_up_at) == (2, None)


@pytest.mark.parametrize("by", [-2 * H, 8 * D], ids=["behind", "ahead"])
def test_what_was_sent_is_counted_after_a_turn_whose_clock_was_wrong(
    post: Callable[..., Post], by: timedelta
) -> None:
    """That turn took the moments of the hour's messages for wrong, and kept none of them."""
    ops = Channel("ops")
    office = post(ops, max_per_hour=2)
    for number in range(2):
        office.queue(event(str(number)))
        office.tell(NOW + number * M)
    office.queue(event("gone", EventKind.ACCOUNT_GONE))
    office.tell(NOW + by, clock_proved=False)
    office.queue(event("late"))
    office.tell(NOW + 5 * M)
    assert ops.keys == [["0"], ["1"], ["gone"]]
    office.tell(NOW + 61 * M)
    assert ops.keys[3:] == [["late"]]


def test_a_secret_that_a_kept_message_quotes_does_not_go_out(post: Callable[..., Post]) -> None:
    """A reason that was kept before anything looked for the key in it was sent to every webhook."""
    key = Secret("lp_live_SEKRETKEY0123456789abcdefXYZ")
    ops = Channel("ops")
    office = post(ops)
    held = event("held", handle="latte", facts=UnreadableFacts(code=f"for {key.reveal()}"))
    office.queue(replace(held, what=f"held for {key.reveal()[8:]}"))
    courier = office.courier()
    courier.hidden = Strikeout([key])
    courier.tell()
    courier.close()
    (told,) = ops.got[0].events
    assert (told.text, told.facts) == ("held for ***", UnreadableFacts(code="for ***"))
    assert (told.key, told.handle) == ("held", "latte")


def test_what_was_said_in_a_turn_is_known_to_whatever_goes_out_after_it(post: Callable[..., Post]) -> None:
    """What was so by now had been asked before the turn, for the message that was under way meanwhile."""
    ops = Channel("ops")
    office = post(ops)
    office.queue(event("a"))
    courier = office.courier()
    courier.patient = False
    courier.tell()
    office.queue(event("n", EventKind.RELEASE_ANNOUNCED, account=PERIOD.account, period=PERIOD))
    office.clock.advance(M)
    held = Override(kind=OverrideKind.HOLD, at=office.clock.now(), by="ann", why="x", account=PERIOD.account)
    office.ledger.apply((Said(override=held),))
    next(iter(courier._under_way.values())).end.exception(60)
    courier.tell()
    courier.close()
    assert ops.keys == [["a"]]
