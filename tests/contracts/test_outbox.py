"""What every ledger promises of messages on their way: claims, circumstances, conversations, problems."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOW, D, H, waiting_in
from tests.contracts.conftest import Anywhere, open_ledger, open_words, taken
from tests.contracts.test_ledger import ACME, LATTE, PROBLEM, message, notice, recorded, reopened, turn
from watcher.memory.remembered import Known, TurnKind
from watcher.memory.writes import Announced, PutAside, Queued, TurnBegun
from watcher.messages.delivery import Channel, DeliveryNote
from watcher.messages.events import AnnouncementFacts, EventKind
from watcher.messages.outbox import Circumstances, QueuedMessage, Stale
from watcher.messages.receivers import Reached
from watcher.ports.ledger import Ledger
from watcher.record.notices import Void
from watcher.record.reasons import Reason

M = timedelta(minutes=1)
OF_LATTE = {"period": LATTE.period, "account": LATTE.id}


@pytest.fixture
def ledger(place: Anywhere) -> Iterator[Ledger]:
    with closing(open_ledger(place)) as one:
        taken(one)
        under_way = {"ended_at": None, "completed": False, "exit_code": None, "summary": {}}
        one.apply((TurnBegun(turn=turn(0, id="turn-1", kind=TurnKind.FOCUSED, **under_way)),))
        yield one


def waiting(ledger: Ledger, notifier: str = "ops") -> QueuedMessage:
    (one,) = waiting_in(ledger, notifier)
    return one


def begun(ledger: Ledger, *messages: int, at: object = NOW) -> frozenset[int]:
    return ledger.begin_delivery(messages, at=at, lost_since=at - 3 * M)  # type: ignore[arg-type,operator]


def ended(ledger: Ledger, **how: object) -> None:
    ledger.end_delivery(DeliveryNote(notifier="ops", **how), Channel(), at=NOW)  # type: ignore[arg-type]


def test_a_message_is_sent_by_one_process_at_a_time(ledger: Ledger, place: Anywhere) -> None:
    ledger.apply((Queued(messages=(message("a"), message("b")), at=NOW),))
    a, b = waiting_in(ledger, "ops")
    assert begun(ledger, a.id) == {a.id}
    with closing(open_ledger(place)) as other:
        assert begun(taken(other, NOW + D), a.id, b.id) == {b.id}
    assert [one.begun_at for one in waiting_in(ledger, "ops")] == [NOW, NOW]


@pytest.mark.parametrize(
    ("later", "taken"), [(3 * M - timedelta(microseconds=1), False), (3 * M, True), (H, True)]
)
def test_what_a_lost_process_was_sending_is_sent_again_and_that_is_counted(
    ledger: Ledger, later: timedelta, taken: bool
) -> None:
    ledger.apply((Queued(messages=(message(),), at=NOW),))
    one = waiting(ledger)
    begun(ledger, one.id)
    assert begun(ledger, one.id, at=NOW + later) == ({one.id} if taken else frozenset())
    (undelivered,) = ledger.undelivered()
    assert undelivered.twice == int(taken)


@pytest.mark.parametrize(("counted", "again"), [(False, True), (True, False)], ids=["by a log", "counted"])
def test_what_was_accepted_and_did_not_count_is_told_again_where_a_receipt_is_wanted(
    ledger: Ledger, counted: bool, again: bool
) -> None:
    ledger.apply((Queued(messages=(message(),), at=NOW),))
    one = waiting(ledger)
    begun(ledger, one.id)
    ended(ledger, accepted=(one.id,), counts=counted)

    ledger.apply((Queued(messages=(message(),), at=NOW + H),))
    assert waiting_in(ledger, "ops") == []
    ledger.apply((Queued(messages=(replace(message(), for_receipt=True),), at=NOW + H),))
    assert [(late.id, late.queued_at) for late in waiting_in(ledger, "ops")] == [(one.id, NOW + H)] * again


def test_a_delivery_that_ended_can_begin_anew_and_counts_as_one(ledger: Ledger) -> None:
    ledger.apply((Queued(messages=(message(),), at=NOW),))
    one = waiting(ledger)
    begun(ledger, one.id)
    ended(ledger, waiting=(one.id,), why="no answer", together=4)
    again = waiting(ledger)
    assert (again.begun_at, again.together) == (None, 4)
    assert begun(ledger, one.id) == {one.id}
    (undelivered,) = ledger.undelivered()
    assert (undelivered.attempts, undelivered.twice, undelivered.why) == (1, 0, "no answer")


def test_what_is_delivered_or_put_aside_cannot_begin(ledger: Ledger) -> None:
    ledger.apply((Queued(messages=(message("a"), message("b")), at=NOW),))
    a, b = waiting_in(ledger, "ops")
    ended(ledger, accepted=(a.id,))
    ledger.apply((PutAside(stale=((b.id, Stale.RENEWED),), at=NOW),))
    assert begun(ledger, a.id, b.id) == frozenset()
    assert ledger.undelivered() == []


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (None, Circumstances()),
        (Known(account=LATTE, first_seen_at=NOW), Circumstances(renews_at=LATTE.renews_at)),
        (
            Known(account=replace(LATTE, renews_at=LATTE.renews_at + 30 * D), first_seen_at=NOW, gone_at=NOW),
            Circumstances(renews_at=LATTE.renews_at + 30 * D, gone_at=NOW),
        ),
    ],
    ids=["never seen", "as it was", "renewed and gone"],
)
def test_a_waiting_message_says_how_its_account_is_today(
    ledger: Ledger, known: Known | None, expected: Circumstances
) -> None:
    if known is not None:
        recorded(ledger, known)
    ledger.apply((Queued(messages=(message(**OF_LATTE),), at=NOW),))
    assert waiting(ledger).circumstances == expected


@pytest.mark.parametrize("key", ["n", "n:again:1"])
def test_an_announcement_and_its_reminders_know_that_their_notice_is_void(ledger: Ledger, key: str) -> None:
    recorded(ledger, Known(account=LATTE, first_seen_at=NOW))
    again = AnnouncementFacts(not_before=NOW, notice="n", reason=Reason.UNUSED, policy="standard")
    facts = {} if key == "n" else {"kind": EventKind.RELEASE_ANNOUNCED, "facts": again}
    ledger.apply(
        (Announced(notices=(notice("n"),), messages=(message(key, **OF_LATTE, **facts),), turn="turn-1"),)
    )
    assert not waiting(ledger).circumstances.voided
    recorded(ledger, voided=(("n", Void.HELD),))
    assert waiting(ledger).circumstances.voided


def test_the_end_of_something_knows_what_its_notifier_heard_of_it(ledger: Ledger) -> None:
    announced = message("n", kind=EventKind.RELEASE_ANNOUNCED, **OF_LATTE)
    ledger.apply((Queued(messages=(announced, replace(announced, notifier="boss")), at=NOW),))
    ended(ledger, accepted=(waiting(ledger).id,))
    withdrawn = message("w", kind=EventKind.RELEASE_WITHDRAWN, **OF_LATTE)
    ledger.apply((Queued(messages=(withdrawn, replace(withdrawn, notifier="boss")), at=NOW),))
    assert waiting(ledger).circumstances.accepted == {EventKind.RELEASE_ANNOUNCED}
    assert waiting_in(ledger, "boss")[1].circumstances.accepted == frozenset()


def test_an_announcement_knows_what_its_notifier_heard_of_it_since(ledger: Ledger, place: Anywhere) -> None:
    """It knew of all that was ever heard on its topic, so that whatever had once come too late was put aside
    when it was announced after all, and lost. And a letter that is retried says nothing new.
    """
    late = message("l", kind=EventKind.RELEASE_TOO_LATE, **OF_LATTE)
    ledger.apply((Queued(messages=(late,), at=NOW),))
    one = waiting(ledger)
    ended(ledger, given_up=(one.id,), why="no")
    announced = message("n", kind=EventKind.RELEASE_ANNOUNCED, **OF_LATTE)
    ledger.apply((Queued(messages=(announced,), at=NOW + M),))
    with closing(open_words(place)) as words:
        assert words.retry_messages([one.id], at=NOW + H) == 1
    ended(ledger, accepted=(one.id,))
    assert waiting(ledger).circumstances.accepted == frozenset()

    missed = message("m", kind=EventKind.DEADLINE_MISSED, at=NOW + 2 * M, **OF_LATTE)
    ledger.apply((Queued(messages=(missed,), at=NOW + 2 * M),))
    ended(ledger, accepted=(waiting_in(ledger, "ops")[1].id,))
    assert waiting(ledger).circumstances.accepted == {EventKind.DEADLINE_MISSED}


@pytest.mark.parametrize("how", ["accepted", "waiting"])
def test_what_was_told_is_kept_in_the_words_in_which_it_was(ledger: Ledger, how: str) -> None:
    """A demand that an approval had answered was delivered without it, and stood in the history with it."""
    ledger.apply((Queued(messages=(message("a"),), at=NOW),))
    one = waiting(ledger)
    event = replace(one.message.event, what="in other words")
    sent = replace(one, message=replace(one.message, event=event), as_queued=one.message.event)
    note = DeliveryNote(notifier="ops", sent=(sent,), **{how: (one.id,)})  # type: ignore[arg-type]
    ledger.end_delivery(note, Channel(), at=NOW)
    if how == "accepted":
        (line,) = [line for line in ledger.history() if line.what == "message.accepted"]
        assert "in other words" in line.text
    else:
        assert waiting(ledger).message.event == one.message.event, "it will be reworded when it is told"


def test_what_one_receiver_refused_is_kept_in_the_words_in_which_it_was_queued(ledger: Ledger) -> None:
    """A person retried it, and it was reworded once more: "(was true Wed …) (was true Wed …)"."""
    ledger.apply((Queued(messages=(message("a"),), at=NOW),))
    one = waiting(ledger)
    event = replace(one.message.event, what="in other words")
    sent = replace(one, message=replace(one.message, event=event), as_queued=one.message.event)
    refused = Reached(message=one.id, receiver="gone@example.com", why="550")
    ended(ledger, sent=(sent,), accepted=(one.id,), reached=(refused,))
    (letter,) = ledger.undelivered()
    assert (letter.receiver, letter.text) == ("gone@example.com", one.message.event.text)


def test_what_is_written_again_is_kept_in_the_words_in_which_it_was_queued(ledger: Ledger) -> None:
    """Of a message that a server had lost what was tried in vain was written, as if it had been queued so."""
    ledger.apply((Queued(messages=(message("a"),), at=NOW),))
    one = waiting(ledger)
    lost = replace(one.message.event, key="lost")
    event = replace(lost, what="in other words")
    sent = replace(one, message=replace(one.message, event=event), as_queued=lost)
    ended(ledger, sent=(sent,), waiting=(one.id,), why="503")
    assert [late.message.event for late in waiting_in(ledger, "ops")] == [one.message.event, lost]


def test_a_try_of_which_nobody_knows_how_it_ended_may_have_arrived(ledger: Ledger) -> None:
    ledger.apply((Queued(messages=(message("a"), message("b")), at=NOW),))
    a, b = waiting_in(ledger, "ops")
    ended(ledger, waiting=(a.id,), why="503")
    ended(ledger, waiting=(b.id,), why="no answer in time", perhaps=True)
    assert [one.perhaps_told for one in waiting_in(ledger, "ops")] == [False, True]


def test_a_conversation_goes_on_where_it_began(ledger: Ledger) -> None:
    ledger.apply((Queued(messages=(message("a", **OF_LATTE), message("b")), at=NOW),))
    ended(ledger, accepted=tuple(one.id for one in waiting_in(ledger, "ops")), thread="t1")
    ledger.apply(
        (
            Queued(
                messages=(message("c", **OF_LATTE), message("b2"), message("c", "boss", **OF_LATTE)), at=NOW
            ),
        )
    )
    assert [one.thread for one in waiting_in(ledger, "ops")] == ["t1", None]
    assert waiting(ledger, "boss").thread is None
    ended(ledger, accepted=(waiting_in(ledger, "ops")[0].id,), thread="t2")
    ledger.apply((Queued(messages=(message("d", **OF_LATTE),), at=NOW),))
    assert waiting_in(ledger, "ops")[-1].thread == "t1"


def test_how_a_channel_does_outlives_the_process(ledger: Ledger, place: Anywhere) -> None:
    bad = Channel(
        failures=3,
        failing_since=NOW - D,
        next_at=NOW + M,
        refusing=True,
        why="404",
        sent=(NOW - H, NOW - H + timedelta(microseconds=1)),
    )
    assert ledger.channels(("ops",), NOW)["ops"] == Channel()
    ledger.end_delivery(DeliveryNote(notifier="ops"), bad, at=NOW)
    with closing(open_ledger(place)) as again:
        assert again.channels(("ops",), NOW)["ops"] == replace(bad, sent=bad.sent[1:]), "of the last hour"
        assert again.channels(("ops",), None)["ops"] == bad, "nobody knows what the last hour is"
        assert again.channels(("boss",), NOW)["boss"] == Channel()


def test_dead_letters_are_counted_until_they_are_retried_or_dropped(ledger: Ledger, place: Anywhere) -> None:
    ledger.apply((Queued(messages=(message("a"), message("b")), at=NOW),))
    a, b = waiting_in(ledger, "ops")
    failing = Channel(failures=1, failing_since=NOW, next_at=NOW + H)
    ledger.end_delivery(DeliveryNote(notifier="ops", given_up=(a.id, b.id), why="refused"), failing, at=NOW)
    assert ledger.channels(("ops",), NOW)["ops"].dead == 2
    with closing(open_words(place)) as words:
        assert words.retry_messages([a.id, 999], at=NOW + D) == 1
        assert words.drop_messages([b.id], by="jo", why="old news", at=NOW + D) == 1
        assert words.drop_messages([b.id], by="jo", why="old news", at=NOW + D) == 0
    again = waiting(ledger)
    assert (again.id, again.queued_at) == (a.id, NOW + D)
    assert [one.attempts for one in ledger.undelivered()] == [0]
    assert ledger.channels(("ops",), NOW)["ops"] == replace(failing, next_at=None, waits=True), (
        "tried at once"
    )


@pytest.mark.parametrize(
    ("how", "notifiers", "late"),
    [
        ({}, ["ops"], 0),
        ({}, [], 1),
        ({"waiting": True}, ["ops"], 1),
        ({"accepted": True}, ["ops"], 0),
        ({"given_up": True}, ["ops"], 1),
    ],
    ids=["just queued", "for nobody", "tried", "accepted", "given up"],
)
def test_overdue_is_what_was_tried_in_vain_or_has_nobody_to_go_to(
    ledger: Ledger, how: dict[str, bool], notifiers: list[str], late: int
) -> None:
    ledger.apply((Queued(messages=(message(),), at=NOW),))
    one = waiting(ledger)
    if how:
        ended(ledger, why="x", **dict.fromkeys(how, (one.id,)))
    assert ledger.overdue(notifiers) == late
    if "given_up" in how:
        ledger.drop_messages([one.id], by="jo", why="told by phone", at=NOW)
        assert ledger.overdue(notifiers) == 0, "until somebody says that nobody needs it"


def test_what_somebody_else_is_sending_is_overdue_until_its_end_is_known(ledger: Ledger) -> None:
    ledger.apply((Queued(messages=(message(),), at=NOW),))
    one = waiting(ledger)
    ledger.begin_delivery([one.id], at=NOW, lost_since=NOW - H)
    assert ledger.overdue(["ops"]) == 1
    assert ledger.overdue(["ops"], sending=[one.id]) == 0, "who sends it knows"


def test_there_is_no_limit_to_how_many_messages_are_under_way(ledger: Ledger) -> None:
    """In the first turn of a daemon over a million accounts one statement took the numbers of 230,000
    messages under way: a server takes 65,535 of them, and SQLite as it is built by default 32,766.
    """
    ledger.apply((Queued(messages=(message("a"), message("b")), at=NOW),))
    a, b = waiting_in(ledger, "ops")
    assert begun(ledger, a.id, b.id) == {a.id, b.id}
    assert ledger.overdue(["ops"], sending=range(a.id, 260_000)) == 0
    assert ledger.overdue(["ops"], sending=range(b.id, 260_000)) == 1


def test_messages_for_a_channel_that_fails_are_overdue_though_never_tried(ledger: Ledger) -> None:
    failing = Channel(failures=1, failing_since=NOW, next_at=NOW + H)
    ledger.end_delivery(DeliveryNote(notifier="ops"), failing, at=NOW)
    ledger.apply((Queued(messages=(message(),), at=NOW),))
    assert ledger.overdue(["ops"]) == 1


def test_standing_problems_are_remembered_until_they_are_over(ledger: Ledger, place: Anywhere) -> None:
    of_acme = replace(PROBLEM, id="p", project=ACME, text="another")
    ledger.apply((Queued(at=NOW, problems=(PROBLEM,)),))
    recorded(ledger, problems=(of_acme,))
    assert reopened(place, lambda one: one.problems()) == {"clock.off": PROBLEM, "p": of_acme}
    assert ledger.fleet(NOW).problems == ledger.problems()
    told_again = replace(PROBLEM, told_at=NOW + D)
    ledger.apply((Queued(at=NOW, problems=(told_again,), over=("p", "never was")),))
    assert ledger.problems() == {"clock.off": told_again}


def test_a_message_knows_whether_its_problem_still_stands(ledger: Ledger) -> None:
    ledger.apply(
        (
            Queued(
                messages=(message(kind=EventKind.CLOCK_OFF, problem="clock.off"),),
                at=NOW,
                problems=(PROBLEM,),
            ),
        )
    )
    assert not waiting(ledger).circumstances.problem_over
    ledger.apply((Queued(at=NOW, over=("clock.off",)),))
    assert waiting(ledger).circumstances.problem_over


def parts(ledger: Ledger, *kinds: EventKind, most: int) -> list[list[str]]:
    asked = kinds or tuple(EventKind)
    return [[one.message.event.key for one in part] for part in ledger.waiting("ops", asked, most=most)]


@pytest.mark.parametrize(
    ("most", "expected"),
    [
        (1, [["a"], ["b", "b ends"], ["c"]]),
        (2, [["a", "b", "b ends"], ["c"]]),
        (3, [["a", "b", "c", "b ends"]]),
        (4, [["a", "b", "c", "b ends"]]),
        (5, [["a", "b", "c", "b ends"]]),
    ],
)
def test_what_waits_is_read_in_parts_with_all_that_waits_on_their_topics(
    ledger: Ledger, most: int, expected: list[list[str]]
) -> None:
    of_b = {"problem": "b"}
    ends = message("b ends", kind=EventKind.PROBLEM_RESOLVED, **of_b)
    ledger.apply((Queued(messages=(message("a"), message("b", **of_b), message("c"), ends), at=NOW),))
    assert parts(ledger, most=most) == expected


def test_only_some_kinds_are_read_with_what_else_waits_on_their_topics(ledger: Ledger) -> None:
    of_b = {"problem": "b"}
    ends = message("b ends", kind=EventKind.PROBLEM_RESOLVED, **of_b)
    halt, late = EventKind.BRAKE_HALTED, EventKind.DEADLINE_MISSED
    many = (
        message("a"),
        message("b", kind=halt, **of_b),
        message("late", kind=late),
        ends,
        message("again", kind=late),
    )
    ledger.apply((Queued(messages=many, at=NOW),))
    assert parts(ledger, halt, late, most=1) == [["b", "b ends"], ["late"], ["again"]]
    assert parts(ledger, EventKind.CLOCK_OFF, most=1) == []


def test_between_two_parts_anything_may_be_written(ledger: Ledger) -> None:
    ledger.apply((Queued(messages=tuple(message(key) for key in "abcd"), at=NOW),))
    found = ledger.waiting("ops", most=2)
    first = next(found)
    ledger.apply((PutAside(stale=tuple((one.id, Stale.OVER) for one in first), at=NOW),))
    ledger.apply((Queued(messages=(message("e"),), at=NOW),))
    assert [[one.message.event.key for one in part] for part in found] == [["c", "d"], ["e"]]
