"""Which releases a halt stops, and what an approval lifts."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOW, D, H, account
from watcher.brakes import (
    BRAKES,
    Brake,
    FleetState,
    Halt,
    Halts,
    Limits,
    ProjectState,
    approving,
    brake,
    kinds,
)
from watcher.brakes.docket import Docket, Entry, Place
from watcher.brakes.kept_halts import KeptHalt
from watcher.facts.accounts import ProjectId

TICK = timedelta(microseconds=1)
A, B = ProjectId("prj_a"), ProjectId("prj_b")


def entry(number: int, project: ProjectId = A) -> Entry:
    one = account(f"{project}-{number}", project=project)
    return Entry(
        period=one.period,
        project=one.project,
        handle=one.handle,
        price_cents=one.price_cents,
        place=Place.DUE,
    )


def halt(which: Brake, project: ProjectId | None = None) -> Halt:
    return Halt(brake=which, measured="m", limit="l", project=project)


ONE, TWO, ELSEWHERE = entry(1), entry(2), entry(1, B)
LIFTED = {kinds.TOO_MANY, kinds.FLEET_SHARE, kinds.PROJECT_SHARE, kinds.VALUE, kinds.KEEP_AT_LEAST}


def test_an_approval_lifts_count_share_money_and_what_a_project_keeps_and_nothing_else() -> None:
    assert {which for which in BRAKES if which.approvable} == LIFTED
    assert {kinds.BRAKE_OF[word] for word in kinds.LIFTED_BY_APPROVAL} == LIFTED


@pytest.mark.parametrize("which", BRAKES)
def test_an_approved_release_passes_only_what_an_approval_lifts(which: Brake) -> None:
    halts = Halts(halts=(halt(which),), approved=frozenset({ONE.period}))

    assert halts.on(ONE.period, A) == (() if which in LIFTED else (halt(which),))
    assert halts.on(TWO.period, A) == (halt(which),)


def test_an_approval_names_lease_periods_so_a_moved_renewal_is_not_approved() -> None:
    moved = replace(ONE.period, renews_at=ONE.period.renews_at + timedelta(seconds=1))
    halts = Halts(halts=(halt(kinds.TOO_MANY),), approved=frozenset({ONE.period}))

    assert halts.on(moved, A) == (halt(kinds.TOO_MANY),)


def test_of_each_project_and_of_the_fleet_it_is_another_halt_and_so_is_each_pause() -> None:
    """Whatever it measures, it is the same halt of the same project."""
    keys = [one.key for one in (halt(kinds.TOO_MANY), halt(kinds.TOO_MANY, A), halt(kinds.PAUSED, B))]
    assert keys == [("too_many", ""), ("too_many", A), ("paused", B, "m")]
    assert replace(halt(kinds.TOO_MANY, A), measured="more").key == keys[1]


def test_a_halt_is_kept_in_the_words_that_were_told_of_it() -> None:
    of_a = replace(halt(kinds.TOO_MANY, A), lifts_at=NOW + H)
    kept = KeptHalt.of(of_a, "7f3a", {A: "acme"}, (ONE.period, TWO.period), (TWO.period,))
    assert kept == KeptHalt(
        brake="too_many",
        words="too many releases in acme (m, limit l)",
        way=approving("7f3a"),
        lifts_at=NOW + H,
        loses=(ONE.period, TWO.period),
        perhaps=(TWO.period,),
    )


def test_a_halt_of_a_project_stops_only_what_is_in_it_and_one_of_the_fleet_stops_all() -> None:
    of_a, of_fleet = halt(kinds.PAUSED, A), halt(kinds.DATA_AGE)
    halts = Halts(halts=(of_a, of_fleet))

    assert halts.on(ONE.period, A) == (of_a, of_fleet)
    assert halts.on(ELSEWHERE.period, B) == (of_fleet,)


def test_without_halts_everything_may_go() -> None:
    assert Halts().on(ONE.period, A) == ()


def test_the_halts_that_stop_a_docket_are_those_that_stop_any_of_it() -> None:
    of_a, of_b, many = halt(kinds.PAUSED, A), halt(kinds.PAUSED, B), halt(kinds.TOO_MANY)
    halts = Halts(halts=(of_b, many, of_a), approved=frozenset({ONE.period}))

    assert halts.stopping([ONE, TWO]) == (many, of_a)
    assert halts.stopping([ONE]) == (of_a,)
    assert halts.stopping([]) == ()


@pytest.mark.parametrize(
    ("lifts_in", "lasts"), [(H - TICK, False), (H, False), (H + TICK, True), (None, True)]
)
def test_a_halt_lasts_until_an_instant_unless_time_alone_lifts_it_by_then(
    lifts_in: timedelta | None, lasts: bool
) -> None:
    one = replace(halt(kinds.HISTORY), lifts_at=None if lifts_in is None else NOW + lifts_in)
    halts = Halts(halts=(one,), approved=frozenset({ONE.period}))

    assert halts.lasting(until=NOW + H) == replace(halts, halts=(one,) if lasts else ())


FLEET = FleetState(
    now=NOW,
    projects={A: ProjectState(assigned=1_000)},
    skew=timedelta(),
    ledger_since=NOW - 30 * D,
)


def test_what_was_approved_goes_and_the_release_that_came_after_the_approval_is_halted() -> None:
    """The approval allows exactly the 24 of its docket; the plan of 25 stays over the limit."""
    listed = tuple(entry(number) for number in range(25))
    approved = frozenset(one.period for one in listed[:24])
    halts = brake(Docket(entries=listed), FLEET, Limits(max_value_cents=10**9), approved)
    too_many = Halt(brake=kinds.TOO_MANY, measured="25 releases", limit="20")

    assert [halts.on(one.period, A) for one in listed] == [*([()] * 24), (too_many,)]


def test_over_a_limit_nothing_that_was_not_approved_goes_not_even_as_many_as_the_limit_allows() -> None:
    listed = tuple(entry(number) for number in range(21))
    halts = brake(Docket(entries=listed), FLEET, Limits(max_value_cents=10**9), frozenset())
    too_many = Halt(brake=kinds.TOO_MANY, measured="21 releases", limit="20")

    assert {halts.on(one.period, A) for one in listed} == {(too_many,)}


def test_at_the_limit_everything_goes() -> None:
    listed = tuple(entry(number) for number in range(20))

    assert brake(Docket(entries=listed), FLEET, Limits(), frozenset()) == Halts()
