"""The charges of the days ahead, summed up: sums add up, say what is extrapolated, and cost no memory."""

import gc
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOW, D, H, account, decision, hold, policy, published, report
from watcher.ahead.charges import Expected, Hindrances, Risk
from watcher.ahead.forecast import NO_CHARGE, ChargeSum, Forecast, Grouping
from watcher.facts.accounts import ProjectId
from watcher.facts.activity import Unknown, WhyUnknown
from watcher.record.reasons import Reason
from watcher.rules.plan import Decision, Mode

UNUSED = decision(account("unused", renews_in=10 * D))
USED = decision(account("used", renews_in=3 * D), activity=published(D))
IDLE_BY_THEN = decision(account("by.then", renews_in=29 * D), activity=published(D))
UNKNOWN = decision(
    account("unknown", renews_in=3 * D, project="prj_beta", price_cents=9_999),
    activity=Unknown(why=WhyUnknown.NO_POST_EVER_SHOWN),
)
HELD = decision(account("held", renews_in=4 * D), held=hold(until=NOW + 5 * D))
KEPT = decision(account("kept", renews_in=4 * D, project="prj_beta"), enrolled=False)
PAST = decision(account("past", renews_in=-2 * D))
ALL = (UNUSED, USED, IDLE_BY_THEN, UNKNOWN, HELD, KEPT, PAST)


def forecast(
    *decisions: Decision, days: int = 30, by: Grouping = Grouping.WEEK, zone: str = "UTC"
) -> Forecast:
    made = Forecast(
        by=by,
        until=NOW + timedelta(days=days),
        hindrances=Hindrances.of(report(*decisions)),
        timezone=ZoneInfo(zone),
        names={ProjectId("prj_acme"): "acme"},
        owners={ProjectId("prj_acme"): "Ann"},
    )
    made.take(decisions)
    return made


def one(cents: int = 15_000, *, extrapolated: bool = False) -> ChargeSum:
    more = 1 if extrapolated else 0
    return ChargeSum(renewals=1, cents=cents, extrapolated=more, extrapolated_cents=more * cents)


def test_each_kind_of_charge_is_a_sum_of_its_own() -> None:
    found = forecast(*ALL)
    total = found.total
    assert {each: total.of(each) for each in Expected} == {
        Expected.COMMITTED: one() + one() + one(9_999),
        Expected.UNUSED: one() + one(extrapolated=True),
        Expected.AT_RISK: one(),
        Expected.DECIDED: one(),
    }
    assert total.all == ChargeSum(
        renewals=7, cents=6 * 15_000 + 9_999, extrapolated=1, extrapolated_cents=15_000
    )
    assert total.to_pay == ChargeSum(
        renewals=6, cents=5 * 15_000 + 9_999, extrapolated=1, extrapolated_cents=15_000
    )
    assert found.accounts == 7


def test_of_what_each_kind_consists_is_said() -> None:
    found = forecast(*ALL)
    assert (found.in_use, found.unknown) == (one() + one(), one(9_999))
    assert found.by_window == one()
    assert found.unless_hot == NO_CHARGE
    assert found.kept_by_money == ((Reason.NOT_ENROLLED, one()), (None, one(extrapolated=True)))
    assert found.risks_by_money == ((Risk.HOLD, one()),)
    assert found.pending == one()


def test_of_what_is_decided_it_is_said_what_is_released_unless_it_is_hot() -> None:
    asked_later = decision(
        account("later", renews_in=5 * D), policies=(policy(evidence=("posts", "health")),)
    )
    found = forecast(asked_later)
    assert found.total.of(Expected.DECIDED) == found.unless_hot == one()


def test_what_is_idle_by_then_is_in_no_sum_of_what_is_idle_today() -> None:
    found = forecast(IDLE_BY_THEN)
    assert found.total.of(Expected.COMMITTED) == found.in_use == found.by_window == one()
    assert found.total.to_pay == one()


@pytest.mark.parametrize(
    ("by", "names"),
    [
        (Grouping.DAY, [f"2026-05-{day}" for day in (18, 19, 20, 21, 22, 23, 24, 25)]),
        (Grouping.WEEK, ["2026-05-18", "2026-05-25"]),
        (Grouping.MONTH, ["2026-05"]),
        (Grouping.PROJECT, ["acme", "prj_beta"]),
        (Grouping.OWNER, ["Ann", ""]),
        (Grouping.POLICY, ["standard", ""]),
    ],
)
def test_sums_are_by_what_was_asked_for(by: Grouping, names: list[str]) -> None:
    """Times as they come, the empty ones too; of all else the dearest first."""
    nobodys = decision(account("nobodys", project="prj_beta", renews_in=D, price_cents=1), policies=())
    found = forecast(USED, HELD, nobodys, days=7, by=by)
    assert [group.name for group in found.groups] == names
    assert sum((group.all for group in found.groups), NO_CHARGE) == found.total.all


def test_projects_of_one_name_are_summed_up_each_for_itself() -> None:
    """Two projects that the API called "Brand" were one row with the sum of both."""
    made = Forecast(
        by=Grouping.PROJECT,
        until=NOW + 7 * D,
        hindrances=Hindrances(mode=Mode.ENFORCE, now=NOW),
        timezone=UTC,
        names={ProjectId("prj_acme"): "Brand", ProjectId("prj_beta"): "Brand"},
    )
    made.take((USED, UNKNOWN, HELD))
    assert [(one.project, one.name, one.all.cents) for one in made.groups] == [
        ("prj_acme", "Brand", 30_000),
        ("prj_beta", "Brand", 9_999),
    ]


def test_a_day_without_a_charge_is_an_empty_one() -> None:
    found = forecast(USED, days=7, by=Grouping.DAY)
    assert [group.all.renewals for group in found.groups] == [0, 0, 0, 1, 0, 0, 0, 0]
    assert {group.of(Expected.DECIDED) for group in found.groups} == {NO_CHARGE}


def test_days_are_those_of_the_zone() -> None:
    """12:00 UTC on Thursday is Friday in the east of it."""
    by_day = forecast(USED, days=7, by=Grouping.DAY, zone="Pacific/Kiritimati")
    assert [group.name for group in by_day.groups if group.all.renewals] == ["2026-05-22"]


def test_a_span_that_ends_at_midnight_has_no_day_more() -> None:
    """Noon to midnight, a day and a half later."""
    made = Forecast(
        by=Grouping.DAY,
        until=NOW + 36 * H,
        hindrances=Hindrances(mode=Mode.ENFORCE, now=NOW),
        timezone=UTC,
    )
    assert [group.name for group in made.groups] == ["2026-05-18", "2026-05-19"]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 60 * 24),
            st.integers(0, 40 * 24),
            st.integers(1, 99_999),
            st.booleans(),
            st.booleans(),
        ),
        max_size=20,
    ),
    st.sampled_from(Grouping),
    st.integers(1, 200),
)
def test_sums_add_up_to_the_cent_whatever_they_are_by(
    accounts: list[tuple[int, int, int, bool, bool]], by: Grouping, days: int
) -> None:
    decisions = [
        decision(
            account(f"a{place}", project=f"prj_{place % 3}", renews_in=renews * H, price_cents=cents),
            activity=published(used * H),
            enrolled=enrolled,
            held=hold() if held else None,
            policies=(policy(f"p{place % 2}"),),
        )
        for place, (renews, used, cents, enrolled, held) in enumerate(accounts)
    ]
    found = forecast(*decisions, by=by, days=days)
    total = found.total
    groups = found.groups
    for each in Expected:
        assert sum((group.of(each) for group in groups), NO_CHARGE) == total.of(each)
    assert total.all == total.to_pay + total.of(Expected.DECIDED)
    assert found.in_use + found.unknown == total.of(Expected.COMMITTED)
    assert sum((each for _, each in found.kept_by_money), NO_CHARGE) == total.of(Expected.UNUSED)
    assert sum((each for _, each in found.risks_by_money), NO_CHARGE) == total.of(Expected.AT_RISK)
    first = [one for one in decisions if NOW < one.account.renews_at < found.until]
    read = total.all.cents - total.all.extrapolated_cents
    assert read == sum(one.account.price_cents for one in first)


def fleet(accounts: int) -> Iterator[Decision]:
    for place in range(accounts):
        if not place % 200:
            gc.collect()  # and with it what Python keeps of small objects, to use them again
        used = published(D) if place % 3 else published(40 * D)
        yield decision(
            account(id=f"a{place}", renews_in=timedelta(hours=1 + place * 31 % 700)), activity=used
        )


def held_at_most(accounts: int) -> int:
    """Bytes, at most, while a fleet is taken."""
    made = Forecast(
        by=Grouping.DAY,
        until=NOW + 90 * D,
        hindrances=Hindrances(mode=Mode.ENFORCE, now=NOW),
        timezone=UTC,
    )
    gc.freeze()
    tracemalloc.start()
    try:
        made.take(fleet(accounts))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        gc.unfreeze()


def test_a_fleet_five_times_as_large_takes_no_more_memory() -> None:
    held_at_most(200)  # what is made once
    small, large = held_at_most(200), held_at_most(1_000)
    assert large < 1.25 * small, f"{small:,} bytes for 200 accounts, {large:,} for 1,000"
