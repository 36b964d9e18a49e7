"""Our releases as they are seen afterwards, and the renewals that were paid meanwhile."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.builders import NOW, D, H, account
from tests.contracts.conftest import Anywhere, open_ledger, taken
from watcher.facts.accounts import Account, AccountId, ProjectId
from watcher.facts.activity import Seen, Use
from watcher.memory.remembered import Known, TurnKind, TurnRecord
from watcher.memory.writes import Concluded, ReadRecord, TurnBegun
from watcher.ports.ledger import Ledger
from watcher.record.intents import Conclusion, Ending, Intent
from watcher.record.outcomes import Cause, Explanation, Outcome, OutcomeKind, UseThen, released
from watcher.record.past_releases import LaterLease, PastRelease
from watcher.rules.plan import Mode

TICK = timedelta(microseconds=1)
LATTE = account("latte")
SENT, KNOWN_AT = NOW, NOW + timedelta(minutes=1)


@pytest.fixture
def ledger(place: Anywhere) -> Iterator[Ledger]:
    """In a turn that has read the account."""
    with closing(open_ledger(place)) as one:
        turn = TurnRecord(
            id="turn-1", kind=TurnKind.FULL, mode=Mode.ENFORCE, started_at=NOW, unbroken_since=NOW
        )
        taken(one).apply((TurnBegun(turn=turn), read(LATTE)))
        yield one


def read(one: Account, at: datetime = NOW, *, used: datetime | None = None, **more: object) -> ReadRecord:
    seen = None if used is None else Seen(at=used, what=Use.PUBLISHED_POST)
    known = Known(account=one, first_seen_at=at, used=seen)
    values: dict[str, object] = {"turn": "turn-1", "at": at, "strange": frozenset(), "known": (known,)}
    return ReadRecord(project=one.project, **(values | more))  # type: ignore[arg-type]


def tried(ledger: Ledger, one: Account, ending: Conclusion = Ending.RELEASED, at: datetime = SENT) -> None:
    intent = Intent(account=one, turn="turn-1", policy="standard", reason="unused", written_at=at)
    written = ledger.write_intent(intent, lambda _: None)
    assert isinstance(written, Intent)
    outcome = released(one, at) if ending is Ending.RELEASED else None
    ledger.conclude(Concluded(intent=written, ending=ending, at=KNOWN_AT, outcome=outcome))


def found(ledger: Ledger, before: datetime = NOW + 99 * D) -> list[PastRelease]:
    return list(ledger.past_releases(before))


OF_OLD = LaterLease(account=LATTE.id, since=LATTE.assigned_at)
RELEASED = PastRelease(account=LATTE, sent_at=SENT, leases=(OF_OLD,))


def test_a_new_ledger_has_none(ledger: Ledger) -> None:
    assert found(ledger) == []
    assert list(ledger.renewals_paid(NOW - 99 * D, NOW + 99 * D)) == []


def test_a_release_is_of_the_account_as_it_was_read_right_before(ledger: Ledger) -> None:
    dearer = replace(LATTE, price_cents=19_900)
    tried(ledger, dearer)
    assert found(ledger) == [replace(RELEASED, account=dearer)]


@pytest.mark.parametrize(("before", "count"), [(SENT, 0), (SENT + TICK, 1)])
def test_it_is_one_from_when_it_was_sent(ledger: Ledger, before: datetime, count: int) -> None:
    tried(ledger, LATTE)
    assert len(found(ledger, before)) == count


@pytest.mark.parametrize("ending", [Ending.NOT_DONE, Ending.NOT_SENT, Ending.REFUSED, Ending.GONE_NOT_BY_US])
def test_what_came_to_nothing_is_none(ledger: Ledger, ending: Conclusion) -> None:
    tried(ledger, LATTE, ending)
    assert found(ledger) == []


def test_of_several_attempts_the_one_that_did_it_counts(ledger: Ledger) -> None:
    tried(ledger, LATTE, Ending.NOT_DONE, SENT - 2 * H)
    tried(ledger, LATTE, at=SENT)
    assert found(ledger) == [RELEASED]


def test_one_that_landed_late_was_sent_when_its_attempt_was(ledger: Ledger) -> None:
    """The lists lagged: it seemed to have had no effect, and was gone a day later."""
    tried(ledger, LATTE, Ending.NOT_DONE)
    ledger.apply((read(LATTE, NOW + D, outcomes=(released(LATTE, NOW + D),)),))
    assert found(ledger) == [RELEASED]


def test_that_it_did_not_last_is_said(ledger: Ledger) -> None:
    tried(ledger, LATTE)
    ledger.apply((read(LATTE, NOW + D, undone=(LATTE.period,)),))
    assert found(ledger) == [replace(RELEASED, undone_at=NOW + D)]


def test_leases_that_came_after_are_seen_also_when_they_are_over(ledger: Ledger) -> None:
    """Of an account only the last lease is known: what was observed has the others."""
    tried(ledger, LATTE)
    second = replace(LATTE, assigned_at=NOW + 2 * D, renews_at=NOW + 30 * D)
    third = replace(LATTE, assigned_at=NOW + 40 * D, renews_at=NOW + 70 * D)
    ledger.apply((read(second, NOW + 3 * D),))
    ledger.apply((read(third, NOW + 41 * D, used=NOW + 42 * D),))
    (one,) = found(ledger)
    assert one.leases == (
        OF_OLD,
        LaterLease(account=LATTE.id, since=second.assigned_at),
        LaterLease(account=LATTE.id, since=third.assigned_at),
        LaterLease(account=LATTE.id, since=third.assigned_at, used_at=NOW + 42 * D),
    )


@pytest.mark.parametrize(
    ("facts", "same"),
    [
        ({}, True),
        ({"handle": "LATTE"}, True),
        ({"platform": "instagram"}, False),
        ({"handle": "latte.art"}, False),
    ],
)
def test_an_account_of_another_id_is_the_same_by_its_handle_and_platform(
    ledger: Ledger, facts: dict[str, str], same: bool
) -> None:
    tried(ledger, LATTE)
    other = replace(
        LATTE, **{"id": AccountId("sa_new"), "project": ProjectId("prj_b"), "assigned_at": NOW + D, **facts}
    )
    ledger.apply((read(other, NOW + D),))
    (one,) = found(ledger)
    again = LaterLease(account=other.id, since=NOW + D)
    assert one.leases == ((OF_OLD, again) if same else (OF_OLD,))


def test_a_lease_that_does_not_say_when_it_began_did_so_when_it_was_first_seen(ledger: Ledger) -> None:
    tried(ledger, LATTE)
    other = replace(LATTE, id=AccountId("sa_new"), assigned_at=datetime(1970, 1, 1, tzinfo=UTC))
    ledger.apply((read(other, NOW + D),))
    (one,) = found(ledger)
    assert one.leased_again == LaterLease(account=other.id, since=NOW + D)


def test_a_release_whose_attempt_is_lost_is_known_by_its_outcome(ledger: Ledger) -> None:
    ledger.apply((read(LATTE, outcomes=(released(LATTE, SENT),)),))
    (one,) = found(ledger)
    assert (one.account.period, one.account.price_cents, one.sent_at) == (LATTE.period, 15_000, SENT)
    assert one.account.leased_since is None


def paid(number: int, at: datetime) -> Outcome:
    return Outcome(
        kind=OutcomeKind.PAID,
        period=replace(LATTE.period, renews_at=at),
        project=LATTE.project,
        handle=LATTE.handle,
        price_cents=15_000 + number,
        at=at,
        cause=Cause.HELD,
        explanation=Explanation(cause=Cause.HELD, title="held by maria", use=UseThen.UNUSED),
    )


def test_renewals_that_were_paid_come_in_their_order_from_the_first_moment_on_and_before_the_last(
    ledger: Ledger,
) -> None:
    some = [paid(number, NOW + number * D) for number in range(4)]
    ledger.apply((read(LATTE, outcomes=(some[2], some[0], some[3], some[1])),))
    tried(ledger, LATTE)
    assert list(ledger.renewals_paid(NOW, NOW + 9 * D)) == some
    assert list(ledger.renewals_paid(NOW + TICK, NOW + 3 * D)) == some[1:3]
