"""Which waiting messages are still true when their channel is back."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.builders import NOW, D, H
from watcher.facts.accounts import AccountId, LeasePeriod
from watcher.messages.events import SEVERITY, Event, EventKind, OverFacts, Severity
from watcher.messages.meanwhile import Meanwhile
from watcher.messages.outbox import Circumstances, Message, QueuedMessage, Stale
from watcher.messages.stale import OUTDATED_BY, sift

TICK = timedelta(seconds=1)
RENEWS = NOW + 2 * D
PERIOD = LeasePeriod(account=AccountId("sa_latte"), renews_at=RENEWS)
AS_IT_WAS = Circumstances(renews_at=RENEWS)


def queued(
    id: int,
    kind: EventKind = EventKind.RENEWAL_WARNING,
    *,
    known: Circumstances = AS_IT_WAS,
    period: LeasePeriod | None = PERIOD,
    problem: str | None = None,
    live: bool = True,
    reminder: bool = False,
    at: datetime = NOW,
) -> QueuedMessage:
    event = Event(
        kind=kind,
        key=f"k{id}",
        at=at,
        what="",
        period=None if problem else period,
        problem=problem,
        reminder=reminder,
    )
    return QueuedMessage(
        id=id,
        message=Message(notifier="ops", event=event, live=live),
        queued_at=at,
        circumstances=known,
    )


def stale(*waiting: QueuedMessage, now: datetime = NOW) -> dict[int, Stale]:
    sifted = sift(waiting, Meanwhile(now=now))
    why = {one.id: reason for one, reason in sifted.stale}
    assert [one.id for one in sifted.true] == [one.id for one in waiting if one.id not in why]
    return why


COMING = [EventKind.RENEWAL_WARNING, EventKind.RELEASE_ANNOUNCED, EventKind.RELEASE_TOO_LATE]
ENDS = {EventKind.RELEASE_WITHDRAWN, EventKind.PROJECT_RECOVERED, EventKind.PROBLEM_RESOLVED}


@pytest.mark.parametrize("kind", COMING)
@pytest.mark.parametrize(("now", "why"), [(RENEWS - TICK, {}), (RENEWS, {1: Stale.RENEWED})])
def test_what_is_to_come_is_true_until_the_renewal(
    kind: EventKind, now: datetime, why: dict[int, Stale]
) -> None:
    assert stale(queued(1, kind), now=now) == why


@pytest.mark.parametrize("kind", COMING)
@pytest.mark.parametrize(
    ("known", "why"),
    [
        (Circumstances(), {}),
        (Circumstances(renews_at=RENEWS + H), {1: Stale.RENEWED}),
        (Circumstances(renews_at=RENEWS, gone_at=NOW), {1: Stale.RENEWED}),
    ],
    ids=["account never seen", "renewal moved", "account gone"],
)
def test_nor_is_it_true_of_an_account_that_changed(
    kind: EventKind, known: Circumstances, why: dict[int, Stale]
) -> None:
    assert stale(queued(1, kind, known=known)) == why


@pytest.mark.parametrize("kind", COMING)
def test_nor_is_an_announcement_that_was_withdrawn(kind: EventKind) -> None:
    """What is said beside it stays so."""
    why = {1: Stale.WITHDRAWN} if kind is EventKind.RELEASE_ANNOUNCED else {}
    assert stale(queued(1, kind, known=Circumstances(renews_at=RENEWS, voided=True))) == why


@pytest.mark.parametrize("kind", sorted(set(EventKind) - set(COMING) - ENDS))
def test_what_happened_stays_true(kind: EventKind) -> None:
    gone = Circumstances(renews_at=RENEWS + 30 * D, gone_at=NOW, voided=True, problem_over=True)
    assert stale(queued(1, kind, known=gone), queued(2, kind, known=gone), now=RENEWS + 30 * D) == {}


def test_of_several_warnings_of_one_renewal_the_last_one_goes_out() -> None:
    other = LeasePeriod(account=AccountId("sa_other"), renews_at=RENEWS)
    assert stale(queued(1), queued(2, period=other), queued(3)) == {1: Stale.SUPERSEDED}


def test_would_be_and_live_do_not_stand_for_each_other() -> None:
    assert stale(queued(1, live=False), queued(2)) == {}


def test_each_announcement_is_a_notice_of_its_own() -> None:
    announced = EventKind.RELEASE_ANNOUNCED
    assert stale(queued(1, announced), queued(2, announced)) == {}


def again(id: int) -> QueuedMessage:
    return queued(id, EventKind.RELEASE_ANNOUNCED, reminder=True)


@pytest.mark.parametrize(
    ("waiting", "why"),
    [
        ([queued(1, EventKind.RELEASE_ANNOUNCED), again(2)], {2: Stale.SUPERSEDED}),
        ([again(1), again(2)], {1: Stale.SUPERSEDED}),
        ([again(1)], {}),
    ],
    ids=["who has not heard yet needs no reminder", "one reminder is enough", "a lone reminder"],
)
def test_reminders_do_not_pile_up(waiting: list[QueuedMessage], why: dict[int, Stale]) -> None:
    assert stale(*waiting) == why


HEARD = Circumstances(renews_at=RENEWS, accepted=frozenset({EventKind.RELEASE_ANNOUNCED}))
VOID = Circumstances(renews_at=RENEWS, voided=True)


@pytest.mark.parametrize(
    ("waiting", "why"),
    [
        ([queued(1, EventKind.RELEASE_WITHDRAWN, known=HEARD)], {}),
        ([queued(1, EventKind.RELEASE_WITHDRAWN)], {1: Stale.NEVER_TOLD}),
        (
            [queued(1, EventKind.RELEASE_ANNOUNCED, known=VOID), queued(2, EventKind.RELEASE_WITHDRAWN)],
            {1: Stale.WITHDRAWN, 2: Stale.NEVER_TOLD},
        ),
        (
            [
                queued(1, EventKind.RELEASE_ANNOUNCED, known=VOID),
                queued(2, EventKind.RELEASE_WITHDRAWN),
                queued(3, EventKind.RELEASE_ANNOUNCED),
            ],
            {1: Stale.WITHDRAWN, 2: Stale.NEVER_TOLD},
        ),
    ],
    ids=["heard", "never heard", "both waited", "announced anew"],
)
def test_who_never_heard_of_a_release_is_not_told_that_it_is_withdrawn(
    waiting: list[QueuedMessage], why: dict[int, Stale]
) -> None:
    """A channel that had refused the first of two announcements was told that it is withdrawn, beside the
    second one, of which that is not true.
    """
    assert stale(*waiting) == why


def closing(id: int, kind: EventKind, known: Circumstances = AS_IT_WAS) -> QueuedMessage:
    one = queued(id, kind, known=known)
    return replace(one, message=replace(one.message, closing=True))


@pytest.mark.parametrize(
    ("waiting", "why"),
    [
        ([closing(1, EventKind.RELEASE_DONE)], {1: Stale.NEVER_TOLD}),
        ([closing(1, EventKind.RELEASE_DONE, HEARD)], {}),
        ([queued(1, EventKind.RELEASE_ANNOUNCED), closing(2, EventKind.RELEASE_DONE)], {}),
        (
            [closing(1, EventKind.RELEASE_DONE), closing(2, EventKind.RENEWAL_PAID)],
            {1: Stale.NEVER_TOLD, 2: Stale.NEVER_TOLD},
        ),
        ([queued(1, EventKind.RELEASE_DONE)], {}),
    ],
    ids=[
        "heard of nothing",
        "heard of it",
        "is going to hear of it",
        "two ends are no beginning",
        "asked for it",
    ],
)
def test_the_last_word_goes_to_those_who_heard_the_first(
    waiting: list[QueuedMessage], why: dict[int, Stale]
) -> None:
    assert stale(*waiting) == why


OVER = Circumstances(problem_over=True)
TOLD = Circumstances(accepted=frozenset({EventKind.CLOCK_OFF}))


def clock(id: int, known: Circumstances = AS_IT_WAS) -> QueuedMessage:
    return queued(id, EventKind.CLOCK_OFF, known=known, problem="clock.off")


def resolved(id: int, known: Circumstances = AS_IT_WAS) -> QueuedMessage:
    return queued(id, EventKind.PROBLEM_RESOLVED, known=known, problem="clock.off")


@pytest.mark.parametrize(
    ("waiting", "why"),
    [
        ([clock(1)], {}),
        ([clock(1), clock(2)], {1: Stale.SUPERSEDED}),
        ([clock(1, OVER), resolved(2)], {1: Stale.OVER, 2: Stale.NEVER_TOLD}),
        ([clock(1, OVER), resolved(2, TOLD)], {1: Stale.OVER}),
        ([resolved(1, TOLD)], {}),
        ([clock(1), resolved(2), clock(3)], {1: Stale.SUPERSEDED, 2: Stale.NEVER_TOLD}),
    ],
    ids=["it stands", "told twice", "it came and went", "known before", "known", "it came back"],
)
def test_a_problem_that_is_over_is_told_to_those_who_knew_of_it(
    waiting: list[QueuedMessage], why: dict[int, Stale]
) -> None:
    assert stale(*waiting) == why


@pytest.mark.parametrize(
    ("lost", "closing", "why"),
    [
        (0, False, {1: Stale.NEVER_TOLD}),
        (1, False, {}),
        (2, False, {}),
        (1, True, {1: Stale.NEVER_TOLD}),
    ],
    ids=["none", "one", "two", "asked for last words alone"],
)
def test_of_a_halt_in_which_releases_were_lost_also_who_never_heard_is_told(
    lost: int, closing: bool, why: dict[int, Stale]
) -> None:
    one = resolved(1)
    facts = OverFacts(was=EventKind.BRAKE_HALTED, since=NOW - H, lost=lost)
    event = replace(one.message.event, facts=facts)
    assert stale(replace(one, message=replace(one.message, event=event, closing=closing))) == why


def test_every_kind_declares_what_outdates_it() -> None:
    assert OUTDATED_BY.keys() == frozenset(EventKind)


CRITICAL = [kind for kind, severity in SEVERITY.items() if severity is Severity.CRITICAL]


@pytest.mark.parametrize("kind", CRITICAL)
def test_of_what_is_critical_only_a_problem_that_is_over_or_told_again_is_put_aside(kind: EventKind) -> None:
    """Its end tells what was lost in it, the later message the same."""
    assert set(OUTDATED_BY[kind].aside) <= {Stale.OVER, Stale.NOTED, Stale.SUPERSEDED}


def test_what_is_put_aside_for_a_reason_is_not_told_with_it() -> None:
    for by in OUTDATED_BY.values():
        assert not set(by.aside) & set(by.told)


def test_what_was_written_after_the_renewal_knew_of_it() -> None:
    """ "$249.00 was paid 11 h ago (was true Wed 28 Jan 09:00 UTC; since then: its renewal has passed)"."""
    past = LeasePeriod(account=PERIOD.account, renews_at=NOW - H)
    missed = queued(1, EventKind.DEADLINE_MISSED, period=past, known=Circumstances(renews_at=NOW + 30 * D))
    (told,) = sift([missed], Meanwhile(now=NOW)).true
    assert told == missed


ANNOUNCED, MISSED = EventKind.RELEASE_ANNOUNCED, EventKind.DEADLINE_MISSED
HEARD_OF_IT = Circumstances(renews_at=RENEWS, accepted=frozenset({MISSED}))


@pytest.mark.parametrize(
    "waiting",
    [[queued(1, ANNOUNCED), queued(2, MISSED, at=NOW + TICK)], [queued(1, ANNOUNCED, known=HEARD_OF_IT)]],
    ids=["both wait", "told first, as it is critical"],
)
def test_what_comes_too_late_is_not_announced_any_more(waiting: list[QueuedMessage]) -> None:
    """Right after "was to be released but will not be": "is announced to be released 9 h ago"."""
    assert stale(*waiting) == {1: Stale.MISSED}


@pytest.mark.parametrize("late", [MISSED, EventKind.RELEASE_TOO_LATE])
def test_what_is_announced_after_it_came_too_late_is_told(late: EventKind) -> None:
    """A shorter notice had made it possible again: the announcement was put aside, as the release "comes too
    late", no receipt ever came, and $150.00 were paid.
    """
    assert stale(queued(1, late), queued(2, ANNOUNCED, at=NOW + TICK)) == {}


def test_what_one_receiver_is_told_again_outdates_nothing_that_was_said_since() -> None:
    """A dead letter of one receiver is numbered when it was refused: tried again, it put aside what all were
    to be told, an announcement among it.
    """
    old = replace(queued(3, problem="clock.off", kind=EventKind.CLOCK_OFF), receiver="ann@example.com")
    new = queued(2, problem="clock.off", kind=EventKind.CLOCK_OFF, at=NOW + TICK)
    assert stale(new, old) == {3: Stale.SUPERSEDED}
    missed = replace(queued(3, MISSED, at=NOW + TICK), receiver="ann@example.com")
    assert stale(queued(2, ANNOUNCED), missed) == {}
