"""Which announced releases still stand by the ledger alone, and which of them a trouble may cost."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.builders import NOW, D, H, M, account, hold, policy
from tests.core.world import BETA, STANDARD, TICK, known, notice, orders, said, target
from watcher.brakes.docket import Entry, Place
from watcher.decide.fleet_problems import trouble_event
from watcher.decide.openings import Opening, PauseAhead, at_stake, openings, pauses_ahead
from watcher.decide.orders import Orders
from watcher.facts.accounts import ProjectId
from watcher.facts.health import HealthTier
from watcher.memory.remembered import known_of
from watcher.messages.problem_facts import UnreadableFacts
from watcher.record.overrides import OverrideKind, Overrides
from watcher.record.planned_pauses import PlannedPause, PlannedPauses
from watcher.record.reasons import Reason, Trouble
from watcher.rules.plan import Mode
from watcher.rules.policy import Match, Policy, Protect, ReleaseRule, ReleaseWhen
from watcher.texts.hours import hours_of

LATTE = account("latte", renews_in=5 * H)


def opened(by: Orders, *, live: bool = True) -> tuple[Opening, ...]:
    announced = {LATTE.period: notice(LATTE, live=live)}
    return openings(announced, {LATTE.id: (known(LATTE),)}, {}, Overrides(), by, NOW).to_come


def staked(by: Orders, *, live: bool = True) -> tuple[Opening, ...]:
    return at_stake(opened(by, live=live), by.mode)


def with_policy(**fields: Any) -> Orders:
    return orders(target(policies=(replace(STANDARD, **fields),)))


def test_what_would_be_released_is_at_stake() -> None:
    assert [one.account for one in staked(orders())] == [LATTE]
    assert staked(orders()) == opened(orders())
    assert staked(orders(target(policies=(policy(protect=Protect(accounts=("sa_x",))),)))) != ()


def test_how_healthy_it_is_no_ledger_knows_so_it_is_still_at_stake() -> None:
    at_term = ReleaseRule(when=ReleaseWhen.ALWAYS, cancel_queued=True)
    for release in (STANDARD.release, at_term):
        asking = with_policy(evidence=("posts", "health"), release=release)
        assert [one.account for one in staked(asking)] == [LATTE]


@pytest.mark.parametrize(
    "by",
    [
        orders(target(enrolled=False)),
        orders(target(BETA)),
        orders(target(BETA), discovered=(STANDARD,)),
        with_policy(release=ReleaseRule(when=ReleaseWhen.NEVER)),
        with_policy(protect=Protect(accounts=(LATTE.id,))),
        with_policy(protect=Protect(handles=("lat*",))),
        with_policy(protect=Protect(min_followers=1)),
        with_policy(match=Match(handles=("mocha",))),
    ],
    ids=[
        "not enrolled",
        "not configured any more",
        "only discovered",
        "never",
        "a protected account",
        "a protected handle",
        "many followers",
        "no policy",
    ],
)
def test_what_no_turn_would_release_is_not_at_stake_and_opens_no_more(by: Orders) -> None:
    """`$150.00 will not be saved unless the API is reached again by …`, of an account that is kept anyway."""
    assert opened(by) == ()
    assert staked(by) == ()
    told = trouble_event(Trouble.API_UNREACHABLE, "timeout", NOW, at_stake=staked(by), poll=by.poll)
    assert "$" not in told.text


@pytest.mark.parametrize(
    ("apart", "poll", "cost"),
    [
        (timedelta(), timedelta(), " by Mon 18 May 16:50 UTC"),
        (TICK, timedelta(), ", the first by Mon 18 May 16:50 UTC"),
        (H, timedelta(), ", the first by Mon 18 May 16:50 UTC"),
        (H, 9 * H, " at once"),
    ],
)
def test_by_when_a_trouble_costs_what_is_at_stake(apart: timedelta, poll: timedelta, cost: str) -> None:
    one = Opening(account=LATTE, opens=NOW, closes=NOW + 5 * H - 10 * M, live=True)
    other = replace(one, account=account("mocha"), closes=one.closes + apart)
    told = trouble_event(Trouble.API_UNREACHABLE, "timeout", NOW, at_stake=(one, other), poll=poll)
    lost = "the API cannot be reached: $300.00 will not be saved unless it is reached again"
    assert told.what == f"{lost}{cost} (@latte, @mocha)"
    assert told.facts == UnreadableFacts(code="api_unreachable", by=max(one.closes - poll, NOW))


def test_nothing_is_at_stake_that_was_announced_or_would_be_done_without_force() -> None:
    """Observing, a trouble threatened with money that no release would have saved."""
    observing = orders(mode=Mode.OBSERVE)
    assert staked(observing) == ()
    assert len(opened(observing)) == 1
    assert staked(orders(), live=False) == ()
    assert len(opened(orders(), live=False)) == 1


def test_a_release_given_up_is_named_apart_and_opens_no_more() -> None:
    """`status` judged every announced release twice, once for each of the two."""
    mocha = account("mocha", renews_in=6 * H)
    announced = {one.period: notice(one) for one in (LATTE, mocha)}
    refused = known(LATTE, reason=Reason.REFUSED_BEFORE)
    found = openings(
        announced, {LATTE.id: (refused,), mocha.id: (known(mocha),)}, {}, Overrides(), orders(), NOW
    )
    assert [one.account for one in found.to_come] == [mocha]
    assert [(one.account, old) for one, old in found.given_up] == [(LATTE, refused)]


def test_a_notice_is_of_the_lease_that_is_listed_until_the_renewal_it_names() -> None:
    moved = replace(LATTE, renews_at=LATTE.renews_at + timedelta(seconds=1))
    gone, here = known(LATTE, gone_at=NOW), known(LATTE)
    assert known_of(LATTE.period, {LATTE.id: (gone, known(moved), here)}) == here
    assert known_of(LATTE.period, {LATTE.id: (gone, known(moved))}) is None
    assert known_of(LATTE.period, {}) is None


def test_what_is_too_late_is_lost_already() -> None:
    window_closed = replace(LATTE, renews_at=NOW + timedelta(minutes=5))
    announced = {window_closed.period: notice(window_closed)}
    args = ({LATTE.id: (known(window_closed),)}, {}, Overrides(), orders(), NOW)
    assert at_stake(openings(announced, *args).to_come, Mode.ENFORCE) == ()


def test_what_is_not_known_or_gone_opens_no_more_and_hides_nothing_behind_it() -> None:
    """Of windows that open at the same time the handles are in their order."""
    gone, mocha = account("gone", renews_in=5 * H), account("mocha", renews_in=5 * H)
    flat = account("flat.white", renews_in=5 * H)
    announced = {one.period: notice(one) for one in (gone, mocha, LATTE, flat)}
    there = {one.id: (known(one),) for one in (mocha, LATTE, flat)}
    found = openings(announced, there, {}, Overrides(), orders(), NOW)
    assert [one.account.handle for one in found.to_come] == ["flat.white", "latte", "mocha"]


@pytest.mark.parametrize(
    ("until", "there"), [(NOW + TICK, False), (NOW, True), (NOW - TICK, True), (None, False)]
)
def test_what_is_held_opens_no_more_while_it_is(until: datetime | None, there: bool) -> None:
    held = Overrides(said=(replace(hold(until=until), account=LATTE.id),))
    found = openings({LATTE.period: notice(LATTE)}, {LATTE.id: (known(LATTE),)}, {}, held, orders(), NOW)
    assert [one.account for one in found.to_come] == ([LATTE] if there else [])


@pytest.mark.parametrize(
    ("leased_for", "there"), [(30 * D - TICK, False), (30 * D, True), (30 * D + TICK, True)]
)
def test_what_is_leased_long_enough_for_its_policy_by_now_is_to_come(
    leased_for: timedelta, there: bool
) -> None:
    one = replace(LATTE, assigned_at=NOW - leased_for)
    by = with_policy(match=Match(min_age=30 * D))
    found = openings({one.period: notice(one)}, {one.id: (known(one),)}, {}, Overrides(), by, NOW)
    assert [each.account for each in found.to_come] == ([one] if there else [])


@pytest.mark.parametrize(("later", "again"), [(-TICK, False), (timedelta(), True), (TICK, True)])
def test_a_release_given_up_is_to_come_again_once_somebody_allows_it(later: timedelta, again: bool) -> None:
    refused = known(LATTE, reason=Reason.REFUSED_BEFORE, decided_at=NOW - H)
    word = said(OverrideKind.RESOLVE_NOT_RELEASED, account=LATTE.id, at=NOW - H + later)
    words = Overrides(said=(word,))
    found = openings({LATTE.period: notice(LATTE)}, {LATTE.id: (refused,)}, {}, words, orders(), NOW)
    assert (len(found.to_come), len(found.given_up)) == ((1, 0) if again else (0, 1))


@pytest.mark.parametrize(
    ("now", "place"),
    [(NOW - TICK, Place.OPENING), (NOW, Place.DUE), (NOW + TICK, Place.DUE)],
)
def test_to_brakes_it_is_due_from_its_opening_on(now: datetime, place: Place) -> None:
    one = Opening(account=LATTE, opens=NOW, closes=NOW + H, live=True)
    assert one.entry(now) == Entry(
        period=LATTE.period,
        project=LATTE.project,
        handle="latte",
        price_cents=15_000,
        place=place,
        opens=NOW,
        closes=NOW + H,
    )


# Pauses in whose way it stands

SOON = Opening(account=LATTE, opens=NOW + 2 * D, closes=NOW + 2 * D + 6 * H, live=True)
LATER = Opening(
    account=account("beta", project=BETA), opens=NOW + 5 * D, closes=NOW + 5 * D + 6 * H, live=True
)


def in_the_way(*pauses: PlannedPause) -> tuple[PauseAhead, ...]:
    return pauses_ahead((SOON, LATER), PlannedPauses(pauses=pauses), NOW)


def pause(begins: datetime, ends: datetime | None, *projects: ProjectId) -> PlannedPause:
    return PlannedPause(why="holidays", begins=begins, ends=ends, projects=projects)


def test_a_pause_stands_in_the_way_of_each_window_that_it_meets() -> None:
    week, endless = pause(NOW + D, NOW + 8 * D), pause(NOW + 3 * D, None)
    assert in_the_way(week) == (
        PauseAhead(pause=week, begins=NOW + D, ends=NOW + 8 * D, openings=(SOON, LATER)),
    )
    assert in_the_way(endless) == (
        PauseAhead(pause=endless, begins=NOW + 3 * D, ends=None, openings=(LATER,)),
    )
    assert in_the_way(replace(week, projects=(BETA,))) == (
        PauseAhead(
            pause=replace(week, projects=(BETA,)), begins=NOW + D, ends=NOW + 8 * D, openings=(LATER,)
        ),
    )


@pytest.mark.parametrize(
    ("begins", "ends", "met"),
    [
        (NOW + D, SOON.opens - TICK, False),
        (NOW + D, SOON.opens, False),
        (NOW + D, SOON.opens + TICK, True),
        (SOON.closes - TICK, NOW + 3 * D, True),
        (SOON.closes, NOW + 3 * D, False),
        (SOON.closes + TICK, NOW + 3 * D, False),
        (LATER.closes, None, False),
        (NOW - D, NOW + 8 * D, False),
    ],
)
def test_what_ends_as_it_opens_or_begins_as_it_closes_or_is_on_already_is_none(
    begins: datetime, ends: datetime | None, met: bool
) -> None:
    assert [one.openings for one in in_the_way(pause(begins, ends))] == ([(SOON,)] if met else [])


def test_the_next_to_begin_is_first_and_of_those_that_begin_together_the_next_to_end() -> None:
    last, endless = pause(NOW + 2 * D, NOW + 8 * D), pause(NOW + D, None)
    longer, shorter = pause(NOW + D, NOW + 7 * D), pause(NOW + D, NOW + 6 * D)
    assert [one.pause for one in in_the_way(last, endless, longer, shorter)] == [
        shorter,
        longer,
        endless,
        last,
    ]


def test_a_pause_that_comes_every_week_stands_in_the_way_each_time() -> None:
    week = PlannedPause(why="nights", weekly=(hours_of("20:00-24:00"),))
    met = [(one.begins, one.openings) for one in in_the_way(week)]
    assert met == []
    week = replace(week, weekly=(hours_of("12:00-13:00"),))
    assert [(one.begins, one.ends, one.openings) for one in in_the_way(week)] == [
        (SOON.opens, SOON.opens + H, (SOON,)),
        (LATER.opens, LATER.opens + H, (LATER,)),
    ]


def test_where_nothing_is_announced_no_pause_stands_in_a_way() -> None:
    assert pauses_ahead((), PlannedPauses(pauses=(pause(NOW + D, None),)), NOW) == ()


# Which policy governs it, only its health says (ADR 81)

SHADOW = replace(
    STANDARD,
    name="shadow",
    match=Match(health=(HealthTier.SHADOWBANNED,)),
    release=replace(STANDARD.release, lead=3 * H),
)
NEVER = replace(STANDARD, name="never", release=ReleaseRule(when=ReleaseWhen.NEVER))


def opens_under(announced_under: Policy | str, *policies: Policy) -> list[datetime]:
    fingerprint = announced_under if isinstance(announced_under, str) else announced_under.fingerprint
    told = replace(notice(LATTE), fingerprint=fingerprint, not_before=NOW - D)
    by = orders(target(policies=policies))
    found = openings({LATTE.period: told}, {LATTE.id: (known(LATTE),)}, {}, Overrides(), by, NOW)
    return [one.opens for one in found.to_come]


def test_it_opens_by_the_policy_under_which_it_was_announced() -> None:
    assert opens_under(SHADOW, SHADOW, STANDARD) == [LATTE.renews_at - 3 * H]
    assert opens_under(STANDARD, SHADOW, STANDARD) == [LATTE.renews_at - 6 * H]


def test_not_where_that_one_releases_nothing_any_more() -> None:
    kept = replace(SHADOW, protect=Protect(accounts=(LATTE.id,)))
    assert opens_under(kept, kept, STANDARD) == []


def test_by_the_first_that_may_release_it_where_that_is_not_known() -> None:
    """A ledger of before the rules were others: it is at stake by any that may govern it."""
    assert opens_under("another", SHADOW, STANDARD) == [LATTE.renews_at - 3 * H]
    never = replace(NEVER, match=SHADOW.match)
    assert opens_under("another", never, STANDARD) == [LATTE.renews_at - 6 * H]
    assert opens_under("another", never, NEVER) == []
    assert opens_under("another") == []
