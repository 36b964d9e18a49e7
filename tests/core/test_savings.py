"""What releases saved and what was paid for nothing: sums that add up by hand, to the cent."""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import add
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.builders import D, H, account
from watcher.facts.accounts import Account, AccountId, LeasePeriod, ProjectId
from watcher.memory import savings
from watcher.memory.causes import holder_of
from watcher.memory.remembered import FleetMemory
from watcher.memory.savings import (
    Books,
    PaidLine,
    Regret,
    Regrets,
    Savings,
    SavingsBy,
    SavingsShare,
    savings_of,
)
from watcher.record.amounts import Amount
from watcher.record.outcomes import Cause, Explanation, Outcome, OutcomeKind, UseThen, paid_from
from watcher.record.overrides import Override, OverrideKind, Overrides
from watcher.record.past_releases import LaterLease, PastRelease

TICK = timedelta(microseconds=1)


def on(month: int, day: int, hour: int = 16, *, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


SINCE, UNTIL = on(1, 1, 0), on(4, 1, 0)
ONE = replace(account("latte", price_cents=15_000), assigned_at=on(10, 31, year=2025), renews_at=on(1, 31))


def released(
    one: Account = ONE, *, before: timedelta = 6 * H, undone_at: datetime | None = None, **more: Any
) -> PastRelease:
    return PastRelease(account=one, sent_at=one.renews_at - before, undone_at=undone_at, **more)


def again(since: datetime, *, used_at: datetime | None = None) -> LaterLease:
    return LaterLease(account=ONE.id, since=since, used_at=used_at)


TENTH = on(2, 10)


def paid(
    at: datetime = TENTH,
    *,
    cause: Cause | None = Cause.WATCHER_DOWN,
    cents: int = 9_900,
    use: UseThen | None = UseThen.UNUSED,
    title: str = "",
    project: str = "prj_acme",
) -> Outcome:
    return Outcome(
        kind=OutcomeKind.PAID,
        period=LeasePeriod(account=AccountId("sa_zine"), renews_at=at),
        project=ProjectId(project),
        handle="zine",
        price_cents=cents,
        at=at,
        cause=cause,
        explanation=Explanation(cause=cause or Cause.UNEXPLAINED, title=title, use=use),
    )


KNOWN = FleetMemory(ledger_since=on(6, 1, year=2025))


def sums(
    *releases: PastRelease,
    paid: Sequence[Outcome] = (),
    by: SavingsBy | None = None,
    memory: FleetMemory = KNOWN,
    now: datetime = UNTIL,
    **more: Any,
) -> Savings:
    books = Books(since=SINCE, until=UNTIL, by=by, now=now, **{"zone": UTC, **more})
    return savings_of(releases, paid, memory, books)


# One release


def test_a_release_saves_the_renewal_that_was_read_and_later_ones_are_extrapolated() -> None:
    """Anchored on the 31st: 28 Feb and 31 Mar follow, and 30 Apr lies after the span."""
    found = sums(released())
    assert found.whole.saved == Amount(renewals=1, cents=15_000)
    assert found.whole.later == Amount(renewals=2, cents=30_000)
    assert list(released().later_renewals(on(5, 1))) == [on(2, 28), on(3, 31), on(4, 30)]
    assert found.not_yet == found.undone == found.by_earlier == Amount()


@pytest.mark.parametrize(
    ("renews_at", "counts"),
    [(SINCE - TICK, False), (SINCE, True), (UNTIL - TICK, True), (UNTIL, False)],
)
def test_a_renewal_is_of_the_span_from_its_begin_on_and_before_its_end(
    renews_at: datetime, counts: bool
) -> None:
    found = sums(released(replace(ONE, renews_at=renews_at)))
    assert found.whole.saved.renewals == counts
    assert found.not_yet.renewals == (renews_at == UNTIL)


def test_what_renews_after_the_span_is_not_saved_yet() -> None:
    soon, later = replace(ONE, renews_at=UNTIL + 2 * H), replace(ONE, renews_at=UNTIL + 5 * H)
    found = sums(released(later), released(soon))
    assert (found.not_yet, found.last) == (Amount(renewals=2, cents=30_000), UNTIL + 5 * H)
    assert found.whole == SavingsShare()


def test_a_release_before_the_span_saves_what_comes_in_it() -> None:
    found = sums(released(replace(ONE, renews_at=on(11, 30, year=2025))))
    assert found.whole.saved == Amount()
    assert found.whole.later == found.by_earlier == Amount(renewals=3, cents=45_000)


def test_one_that_did_not_last_saved_nothing() -> None:
    found = sums(released(undone_at=on(2, 1)))
    assert (found.whole, found.undone) == (SavingsShare(), Amount(renewals=1, cents=15_000))
    assert sums(released(replace(ONE, renews_at=UNTIL), undone_at=UNTIL)).undone == Amount()


@pytest.mark.parametrize(
    ("since", "later"),
    [(on(2, 28), 0), (on(2, 28) + TICK, 1), (on(3, 31) + TICK, 2), (ONE.renews_at - H, 0), (on(1, 1), 2)],
)
def test_nothing_is_saved_after_it_was_leased_again(since: datetime, later: int) -> None:
    """A lease that began before the DELETE is not one after it."""
    found = sums(released(leases=(again(since),)))
    assert (found.whole.saved.renewals, found.whole.later.renewals) == (1, later)


# Paid days that were given up


@pytest.mark.parametrize(
    ("one", "from_"),
    [
        pytest.param(ONE, on(12, 31, year=2025), id="a month before"),
        pytest.param(replace(ONE, renews_at=on(2, 28)), on(1, 31), id="a short month hides the anchor"),
        pytest.param(replace(ONE, renews_at=on(3, 10)), on(2, 10), id="moved off its day"),
        pytest.param(replace(ONE, assigned_at=on(1, 10)), on(1, 10), id="the first month"),
        pytest.param(
            replace(ONE, assigned_at=datetime(1970, 1, 1, tzinfo=UTC)), on(12, 31, year=2025), id="no begin"
        ),
    ],
)
def test_what_is_paid_for_begins_a_month_before_or_with_the_lease(one: Account, from_: datetime) -> None:
    assert paid_from(one) == from_


@pytest.mark.parametrize(
    ("before", "cents"),
    [
        pytest.param(6 * H, 121, id="of 31 days, 120.97 cents"),
        pytest.param(timedelta(), 0, id="none"),
        pytest.param(-H, 0, id="sent by a clock that was behind"),
        pytest.param(15 * D + 12 * H, 7_500, id="half of it"),
        pytest.param(40 * D, 15_000, id="never more than was paid"),
    ],
)
def test_paid_days_are_given_up_from_the_delete_on(before: timedelta, cents: int) -> None:
    assert released(before=before).given_up_cents == cents


def test_of_a_lease_that_had_just_begun_no_more_is_given_up_than_was_paid() -> None:
    assert released(replace(ONE, assigned_at=ONE.renews_at - TICK)).given_up_cents == 15_000


# What was paid


@pytest.mark.parametrize(
    ("use", "cause", "column"),
    [
        (UseThen.UNUSED, Cause.NOT_ENROLLED, "for_nothing"),
        (UseThen.UNKNOWN, Cause.NOT_ENROLLED, "in_doubt"),
        (UseThen.TOO_SHORT, Cause.POLICY, "too_short"),
        (UseThen.IN_USE, Cause.BRAKED, "in_use"),
        (None, Cause.HELD, "unnoted"),
        (None, Cause.UNKNOWN_ACTIVITY, "in_doubt"),
    ],
)
def test_only_what_was_unused_was_paid_for_nothing(use: UseThen | None, cause: Cause, column: str) -> None:
    found = sums(paid=[paid(use=use, cause=cause)])
    assert found.whole == SavingsShare(**{column: Amount(renewals=1, cents=9_900)})  # type: ignore[arg-type]
    (line,) = found.paid
    assert found.paid_of(line.use) == (line,)
    assert found.amount_of(line.use) == line.paid == Amount(renewals=1, cents=9_900)


def test_one_of_which_nothing_is_known_is_not_called_for_nothing() -> None:
    bare = replace(paid(cause=None), explanation=None)
    (line,) = sums(paid=[bare]).paid
    assert (line.use, line.cause, line.because) == (None, Cause.UNEXPLAINED, "no reason on record")


def test_a_hold_shows_what_it_cost_by_whom_and_for_whom() -> None:
    held = [
        paid(cause=Cause.HELD, title="held by maria"),
        paid(on(3, 10), cause=Cause.HELD, title="held by maria"),
        paid(cause=Cause.HELD, title="held by maria", project="prj_beta", cents=24_900),
        paid(cause=Cause.HELD, title="held by jo"),
    ]
    found = sums(paid=held, owners={ProjectId("prj_acme"): "north"})
    assert found.paid == (
        line("held by maria", "", "maria", 1, 24_900),
        line("held by maria", "north", "maria", 2, 19_800),
        line("held by jo", "north", "jo", 1, 9_900),
    )


def line(because: str, owner: str, holder: str, renewals: int, cents: int) -> PaidLine:
    return PaidLine(
        use=UseThen.UNUSED,
        cause=Cause.HELD,
        because=because,
        owner=owner,
        holder=holder,
        paid=Amount(renewals=renewals, cents=cents),
    )


@pytest.mark.parametrize(
    ("explanation", "holder"),
    [
        (None, None),
        (Explanation(cause=Cause.PROTECTED, title="held by name"), None),
        (Explanation(cause=Cause.HELD), None),
        (Explanation(cause=Cause.HELD, title="held by the configuration"), "the configuration"),
    ],
)
def test_who_held_it_is_known_where_somebody_did(explanation: Explanation | None, holder: str | None) -> None:
    assert holder_of(explanation) == holder


# Used again


@pytest.mark.parametrize(("after", "regretted"), [(TICK, True), (7 * D, True), (7 * D + TICK, False)])
def test_a_release_is_regretted_if_it_is_leased_again_within_a_week(
    after: timedelta, regretted: bool
) -> None:
    one = released()
    lease = again(one.sent_at + after, used_at=one.sent_at + 8 * D)
    found = sums(replace(one, leases=(lease,))).regrets
    regret = Regret(account=ONE, again=ONE.id, sent_at=one.sent_at, since=lease.since, used=True)
    assert found == Regrets(
        sent=1, leased=int(regretted), used=int(regretted), last=(regret,) if regretted else ()
    )


def test_of_several_leases_the_first_after_it_counts() -> None:
    one = released()
    leases = (
        again(one.sent_at + 9 * D),
        again(one.sent_at + 2 * D),
        again(one.sent_at + 2 * D, used_at=UNTIL),
    )
    assert replace(one, leases=leases).leased_again == leases[2]
    assert one.leased_again is None


@pytest.mark.parametrize(("age", "open_"), [(7 * D, 0), (7 * D - TICK, 1)])
def test_a_week_that_is_not_over_is_counted(age: timedelta, open_: int) -> None:
    one = released()
    assert sums(one, now=one.sent_at + age).regrets == Regrets(sent=1, open=open_)


def test_the_last_few_regrets_are_named() -> None:
    some = [
        replace(one, leases=(again(one.sent_at + D),))
        for day in range(1, 8)
        for one in [released(replace(ONE, renews_at=on(2, day)))]
    ]
    found = sums(*some).regrets
    assert (found.leased, [one.account.renews_at.day for one in found.last]) == (7, [3, 4, 5, 6, 7])


# Sums


@pytest.mark.parametrize("by", SavingsBy)
def test_what_is_broken_down_adds_up(by: SavingsBy) -> None:
    """Three releases and four renewals, by hand: nothing is lost and nothing counted twice."""
    beta = replace(
        ONE, project=ProjectId("prj_beta"), renews_at=on(2, 10), assigned_at=on(1, 10), price_cents=24_900
    )
    found = sums(
        released(),
        released(beta, before=12 * H),
        released(replace(beta, id=AccountId("sa_3"), renews_at=UNTIL + H)),
        paid=[
            paid(),
            paid(use=UseThen.UNKNOWN, project="prj_beta"),
            paid(on(3, 31, 22), cents=1),
            paid(use=None),
        ],
        by=by,
        owners={ProjectId("prj_beta"): "north"},
        zone=ZoneInfo("Asia/Tokyo"),
    )
    assert found.whole.saved == Amount(renewals=2, cents=15_000 + 24_900)
    assert found.whole.later == Amount(renewals=3, cents=2 * 15_000 + 24_900)
    assert found.whole.avoided == Amount(renewals=5, cents=94_800)
    assert found.whole.given_up_cents == 121 + 402  # 6 of 744 hours of $150.00, 12 of 744 of $249.00
    assert found.whole.given_up == 18 * H
    assert found.whole.for_nothing == Amount(renewals=2, cents=9_901)
    assert found.not_yet == Amount(renewals=1, cents=24_900)
    for each in fields(SavingsShare):
        parts = [getattr(share, each.name) for share in found.shares.values()]
        assert reduce(add, parts) == getattr(found.whole, each.name), each.name
    names = {
        SavingsBy.PROJECT: ["prj_acme", "prj_beta"],
        SavingsBy.OWNER: ["", "north"],
        # The 31st, 16:00 UTC, is the first of the next month there.
        SavingsBy.MONTH: ["2026-02", "2026-03", "2026-04"],
    }
    assert list(found.shares) == names[by]


def test_a_sum_makes_as_many_values_of_many_renewals_as_of_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole share, of nine sums, was made anew for each renewal, and once more where it is broken down."""
    made = 0

    def counted(of: Any) -> Any:
        def make(**values: object) -> object:
            nonlocal made
            made += 1
            return of(**values)

        return make

    for one in (Amount, SavingsShare, PaidLine):
        monkeypatch.setattr(savings, one.__name__, counted(one))
    counts = []
    for many in (1, 10, 100):
        made = 0
        sums(*[released()] * many, paid=[paid()] * many, by=SavingsBy.PROJECT)
        counts.append(made)
    assert counts == [counts[0]] * 3
    assert counts[0] > 0, "or nothing was counted"


def test_nothing_is_broken_down_unless_it_is_asked_for() -> None:
    assert sums(released()).shares == {}


# What the ledger cannot know


@pytest.mark.parametrize(
    ("memory", "known_since"),
    [
        (FleetMemory(ledger_since=SINCE), None),
        (FleetMemory(ledger_since=SINCE + TICK), SINCE + TICK),
        (FleetMemory(), UNTIL),
    ],
)
def test_sums_of_a_ledger_that_is_younger_say_so(memory: FleetMemory, known_since: datetime | None) -> None:
    assert sums(memory=memory).known_since == known_since


@pytest.mark.parametrize(("at", "said"), [(SINCE, True), (SINCE - TICK, False)])
def test_sums_of_a_ledger_that_was_put_back_since_say_so(at: datetime, said: bool) -> None:
    word = Override(kind=OverrideKind.RESTORED, at=at, by="jo", why="disk")
    found = sums(memory=replace(KNOWN, overrides=Overrides(said=(word,))))
    assert found.restored == (at if said else None)
