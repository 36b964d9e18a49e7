"""What stands on the timeline: a lane for each project, one by one or by day, and what is left out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.builders import IDLE, NOW, D, H, account, decision, policy
from tests.core.world import STANDARD, orders, target
from watcher.decide.figures import Sum
from watcher.decide.openings import Opening
from watcher.decide.timeline import (
    AHEAD,
    MOST_IN_LANE,
    MOST_LANES,
    LaneDay,
    Renewal,
    Timeline,
    decided_renewal,
    remembered_renewal,
    timeline_of,
)
from watcher.facts.accounts import ProjectId
from watcher.facts.health import HealthTier
from watcher.rules.judge import Usage, window_of
from watcher.rules.plan import Mode
from watcher.rules.policy import Match

TODAY = NOW.replace(hour=0)


def renewal(handle: str = "latte", **fields: Any) -> Renewal:
    facts = {name: fields.pop(name) for name in ("project", "renews_in", "price_cents") if name in fields}
    return Renewal(account=account(handle, **facts), **fields)


def drawn(*some: Renewal, **names: str) -> Timeline:
    return timeline_of(lambda: some, {ProjectId(id_): name for id_, name in names.items()}, NOW, UTC)


def test_it_begins_today_and_goes_as_far_as_a_month_renews() -> None:
    found = drawn()
    assert (found.now, found.begins, found.ends) == (NOW, TODAY, TODAY + AHEAD)
    assert found.lanes == ()


def test_today_is_the_day_of_the_configured_zone() -> None:
    there = ZoneInfo("Asia/Tokyo")
    found = timeline_of(tuple, {}, NOW.replace(hour=16), there)
    assert found.begins == datetime(2026, 5, 19, tzinfo=there)


def test_a_day_whose_midnight_comes_twice_begins_at_the_first_of_them() -> None:
    """In Havana clocks go back from one to midnight: half an hour later the day is 90 minutes old."""
    now = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    found = timeline_of(tuple, {}, now, ZoneInfo("America/Havana"))
    assert found.begins.astimezone(UTC) == datetime(2026, 11, 1, 4, tzinfo=UTC)


def test_a_renewal_at_the_end_is_later_and_one_before_it_has_a_place() -> None:
    at_the_end = AHEAD - (NOW - TODAY)
    late, last = renewal("late", renews_in=at_the_end), renewal(renews_in=at_the_end - timedelta(seconds=1))
    found = drawn(late, last)
    assert [one.renewals for one in found.lanes] == [(last,)]
    assert found.later == Sum(accounts=1, cents=15_000)


def test_a_renewal_that_is_past_is_pending_and_stands_first() -> None:
    past, next_ = renewal("past", renews_in=-H), renewal("next", renews_in=H)
    assert drawn(next_, past).lanes[0].renewals == (past, next_)


def test_lanes_stand_in_the_order_of_their_next_renewals() -> None:
    found = drawn(
        renewal("a", project="prj_late", renews_in=9 * D, price_cents=90_000),
        renewal("b", project="prj_soon", renews_in=2 * D),
        prj_late="late",
    )
    assert [(one.name, one.all) for one in found.lanes] == [
        ("prj_soon", Sum(accounts=1, cents=15_000)),
        ("late", Sum(accounts=1, cents=90_000)),
    ]


def test_of_too_many_projects_the_dearest_have_a_lane() -> None:
    some = [renewal(f"h{n}", project=f"prj_{n:02}", price_cents=100 * (n + 1)) for n in range(MOST_LANES + 2)]
    found = drawn(*some)
    assert len(found.lanes) == MOST_LANES
    assert "prj_01" not in [one.project for one in found.lanes]
    assert (found.more, found.left_out) == (2, Sum(accounts=2, cents=300))


def test_a_lane_is_drawn_one_by_one_as_long_as_that_can_be_read() -> None:
    some = [renewal(f"h{n:02}", renews_in=D + n * H) for n in range(MOST_IN_LANE)]
    assert drawn(*some).lanes[0].renewals == tuple(some)


def test_a_lane_of_one_more_is_drawn_by_day_with_its_sums() -> None:
    some = [renewal(f"h{n:02}", renews_in=D) for n in range(MOST_IN_LANE)]
    some[0] = replace(some[0], usage=Usage.UNUSED, releasing=True)
    some[1] = replace(some[1], usage=Usage.UNUSED)
    other = renewal("other", renews_in=3 * D + timedelta(minutes=17, seconds=4), usage=Usage.IN_USE)
    (lane,) = drawn(*some, other).lanes
    assert lane.renewals == ()
    assert lane.days == (
        LaneDay(
            begins=TODAY + D,
            all=Sum(accounts=16, cents=240_000),
            releasing=Sum(accounts=1, cents=15_000),
            kept_unused=Sum(accounts=1, cents=15_000),
        ),
        LaneDay(begins=TODAY + 3 * D, all=Sum(accounts=1, cents=15_000), releasing=Sum(), kept_unused=Sum()),
    )


def test_a_decision_has_its_window_its_warnings_and_what_becomes_of_it() -> None:
    warned = policy(warn=(7 * D, D))
    one = decision(account("latte", renews_in=9 * D), policies=(warned,))
    found = decided_renewal(one, frozenset(), Mode.ENFORCE)
    assert found == Renewal(
        account=one.account,
        window=window_of(one.account, warned),
        rungs=(one.account.renews_at - 7 * D, one.account.renews_at - D),
        usage=Usage.UNUSED,
        releasing=True,
    )
    assert decided_renewal(one, {one.account.id}, Mode.OBSERVE) == replace(found, halted=True, live=False)


def test_what_no_policy_governs_has_neither_window_nor_warnings() -> None:
    one = decision(policies=(policy(match=Match(handles=("mocha",))),))
    found = decided_renewal(one, frozenset(), Mode.ENFORCE)
    assert found == Renewal(account=one.account, usage=Usage.UNKNOWN)


def test_a_ledger_knows_the_window_and_what_is_announced_but_no_use_of_today() -> None:
    one = account("latte", renews_in=9 * D)
    window = window_of(one, STANDARD)
    opening = Opening(account=one, opens=window.opens, closes=window.closes, live=True, halted=True)
    assert remembered_renewal(one, {}, orders(), NOW) == Renewal(account=one, window=window, live=False)
    announced = remembered_renewal(one, {one.id: opening}, orders(), NOW)
    assert announced == Renewal(account=one, window=window, releasing=True, halted=True)
    observed = remembered_renewal(one, {one.id: opening}, orders(mode=Mode.OBSERVE), NOW)
    assert observed == replace(announced, live=False)


def test_a_ledger_draws_no_window_where_no_policy_governs() -> None:
    elsewhere = target(policies=(policy(match=Match(handles=("mocha",)), release=IDLE),))
    one = account("latte")
    assert remembered_renewal(one, {}, orders(elsewhere), NOW) == Renewal(account=one, live=False)
    assert remembered_renewal(account(project="prj_x"), {}, orders(), NOW).window is None


def test_a_ledger_draws_the_window_that_every_policy_has_which_may_govern_it() -> None:
    """It knows nobody's health (ADR 81); the warnings are those of each."""
    one = account("latte", renews_in=9 * D)
    shadow = replace(STANDARD, name="shadow", match=Match(health=(HealthTier.NEW,)), warn=(4 * D, 1 * D))
    same = orders(target(policies=(shadow, replace(STANDARD, warn=(5 * D, 1 * D)))))
    drawn_same = remembered_renewal(one, {}, same, NOW)
    assert drawn_same.window == window_of(one, STANDARD)
    assert drawn_same.rungs == tuple(one.renews_at - days * D for days in (5, 4, 1))
    shorter = replace(shadow, release=replace(shadow.release, lead=timedelta(hours=1)))
    assert remembered_renewal(one, {}, orders(target(policies=(shorter, STANDARD))), NOW).window is None
