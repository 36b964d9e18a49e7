"""Too many, too large a share, too much money, too few left: at zero, at the limit and one above."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOW, D, account
from watcher.brakes import FleetState, Halt, Limits, ProjectState, brake, kinds
from watcher.brakes.docket import Docket, Entry, Place
from watcher.brakes.shares import exceeds
from watcher.facts.accounts import ProjectId

A, B = ProjectId("prj_a"), ProjectId("prj_b")
UNLIMITED = Limits(max_releases=10**6, max_share=1.0, max_project_share=1.0, max_value_cents=10**9)
"""Nothing means unlimited, but a test may come close: each test tightens one limit."""


def entries(count: int, place: Place = Place.DUE, *, project: str = A, cents: int = 15_000) -> list[Entry]:
    found = []
    for number in range(count):
        one = account(f"{project}-{place}-{number}", project=project)
        found.append(
            Entry(period=one.period, project=one.project, handle=one.handle, price_cents=cents, place=place)
        )
    return found


def halted(
    listed: list[Entry], limits: Limits, projects: Mapping[ProjectId, ProjectState] | int = 10_000
) -> tuple[Halt, ...]:
    """The halts of a fleet that can be trusted. `projects`: its sizes, or of its only one."""
    fleet = {A: ProjectState(assigned=projects)} if isinstance(projects, int) else projects
    state = FleetState(now=NOW, projects=fleet, skew=timedelta(), ledger_since=NOW - 30 * D)
    return brake(Docket(entries=tuple(listed)), state, limits, frozenset()).halts


@pytest.mark.parametrize(
    ("limit", "count", "measured"),
    [
        (20, 0, None),
        (20, 19, None),
        (20, 20, None),
        (20, 21, "21 releases"),
        (1, 1, None),
        (1, 2, "2 releases"),
        (0, 0, None),
        (0, 1, "1 release"),
    ],
)
def test_too_many(limit: int, count: int, measured: str | None) -> None:
    expected = () if measured is None else (Halt(brake=kinds.TOO_MANY, measured=measured, limit=str(limit)),)

    assert halted(entries(count), replace(UNLIMITED, max_releases=limit)) == expected


def test_the_limits_left_out_are_the_documented_ones() -> None:
    assert Limits() == Limits(
        max_releases=20,
        max_share=0.1,
        max_project_share=0.5,
        max_value_cents=300_000,
        keep_at_least=0,
        max_fleet_drop=0.2,
        max_idle_jump=0.2,
        max_unknown_share=0.3,
        max_data_age=timedelta(minutes=30),
        max_clock_skew=timedelta(seconds=60),
        min_history=timedelta(hours=24),
    )


@pytest.mark.parametrize("place", [Place.DONE, Place.UNRESOLVED, Place.OPENING])
def test_what_was_done_is_unresolved_or_opens_soon_counts_with_what_is_due(place: Place) -> None:
    listed = entries(1) + entries(2, place)

    assert halted(listed, replace(UNLIMITED, max_releases=3)) == ()
    already = "2 of them done" if place is Place.DONE else ""
    assert halted(listed, replace(UNLIMITED, max_releases=2)) == (
        Halt(brake=kinds.TOO_MANY, measured="3 releases", limit="2", done=already),
    )


def test_with_nothing_to_come_there_is_nothing_to_halt() -> None:
    """What was done already, perhaps by approval, is no reason to report a brake for ever after."""
    listed = entries(50, Place.DONE) + entries(3, Place.UNRESOLVED)

    nothing = replace(
        Limits(), max_releases=0, max_share=0.0, max_project_share=0.0, max_value_cents=0, keep_at_least=99
    )
    assert halted(listed, nothing, 60) == ()
    assert {one.brake for one in halted([*listed, *entries(1)], nothing, 60)} == {
        kinds.TOO_MANY,
        kinds.FLEET_SHARE,
        kinds.VALUE,
        kinds.PROJECT_SHARE,
        kinds.KEEP_AT_LEAST,
    }


@pytest.mark.parametrize(
    ("limit", "count", "fleet", "measured"),
    [
        (0.1, 0, 100, None),
        (0.1, 10, 100, None),
        (0.1, 11, 100, "11 of 100 accounts"),
        (0.1, 3, 30, None),
        (0.1, 3, 29, "3 of 29 accounts"),
        (0.1, 2, 2, None),
        (0.1, 3, 3, "3 of 3 accounts"),
        (1.0, 3, 3, None),
        (0.0, 1, 10_000, "1 of 10,000 accounts"),
        (0.0, 0, 10_000, None),
        (0.7, 7, 10, None),
        (0.29, 29, 100, None),
    ],
)
def test_too_large_a_share_of_the_fleet_counts_from_three_releases_on(
    limit: float, count: int, fleet: int, measured: str | None
) -> None:
    expected = (
        () if measured is None else (Halt(brake=kinds.FLEET_SHARE, measured=measured, limit=f"{limit:.0%}"),)
    )

    assert halted(entries(count), replace(UNLIMITED, max_share=limit), fleet) == expected


@pytest.mark.parametrize(
    ("limit", "count", "size", "measured"),
    [
        (0.5, 0, 10, None),
        (0.5, 5, 10, None),
        (0.5, 6, 10, "6 of 10 accounts"),
        (0.5, 2, 2, None),
        (0.5, 3, 5, "3 of 5 accounts"),
        (0.5, 3, 6, None),
        (0.0, 1, 1_000, "1 of 1,000 accounts"),
    ],
)
def test_too_large_a_share_of_one_project_halts_that_project(
    limit: float, count: int, size: int, measured: str | None
) -> None:
    expected = (
        ()
        if measured is None
        else (Halt(brake=kinds.PROJECT_SHARE, measured=measured, limit=f"{limit:.0%}", project=A),)
    )
    fleet = {A: ProjectState(assigned=size), B: ProjectState(assigned=10_000)}

    assert halted(entries(count), replace(UNLIMITED, max_project_share=limit), fleet) == expected


def test_two_halves_of_two_projects_are_no_majority_of_either() -> None:
    fleet = {A: ProjectState(assigned=6), B: ProjectState(assigned=6)}
    listed = entries(3) + entries(4, project=B)

    assert halted(listed, replace(UNLIMITED, max_project_share=0.5), fleet) == (
        Halt(brake=kinds.PROJECT_SHARE, measured="4 of 6 accounts", limit="50%", project=B),
    )


def test_a_share_of_a_project_says_how_much_of_it_is_done_there() -> None:
    """Two accounts were to go and four were counted: nobody was told that two of the four had gone."""
    fleet = {A: ProjectState(assigned=4), B: ProjectState(assigned=100)}
    listed = entries(2, Place.DONE) + entries(2) + entries(5, Place.DONE, project=B)

    assert halted(listed, replace(UNLIMITED, max_project_share=0.5), fleet) == (
        Halt(
            brake=kinds.PROJECT_SHARE,
            measured="4 of 6 accounts",
            limit="50%",
            project=A,
            done="2 of them done",
        ),
    )


def test_what_will_be_done_by_a_day_to_come_is_told_as_foreseen(elsewhere: None) -> None:
    """On Monday it said "by Wed 2 Dec 12:40 34 releases, 3 of them done", and none was."""
    now = Halt(brake=kinds.TOO_MANY, measured="34 releases", limit="20", done="3 of them done")
    then = replace(now, foreseen=NOW + 2 * D)
    assert now.figures == "34 releases, 3 of them done, limit 20"
    assert then.figures == "by Wed 20 May 12:00 UTC 34 releases, 3 of them done by then, limit 20"


@pytest.mark.parametrize(
    ("done", "due", "assigned", "measured"),
    [
        (5, 5, 95, None),
        (5, 6, 95, "11 of 100 accounts"),
        (10, 1, 90, "11 of 100 accounts"),
    ],
)
def test_a_share_is_of_the_fleet_as_it_was_before_what_was_done(
    done: int, due: int, assigned: int, measured: str | None
) -> None:
    """Accounts given back in the last 24 h are no longer assigned, but the share is of all there were."""
    expected = (
        ()
        if measured is None
        else (Halt(brake=kinds.FLEET_SHARE, measured=measured, limit="10%", done=f"{done} of them done"),)
    )

    listed = entries(done, Place.DONE) + entries(due)

    assert halted(listed, replace(UNLIMITED, max_share=0.1), assigned) == expected


@pytest.mark.parametrize(
    ("limit", "prices", "measured"),
    [
        (300_000, (100_000, 199_999), None),
        (300_000, (100_000, 200_000), None),
        (300_000, (100_000, 200_001), "$3,000.01 a month"),
        (0, (0,), None),
        (0, (1,), "$0.01 a month"),
    ],
)
def test_too_much_money_given_up(limit: int, prices: tuple[int, ...], measured: str | None) -> None:
    listed = [replace(one, price_cents=cents) for one, cents in zip(entries(9), prices, strict=False)]
    expected = (
        ()
        if measured is None
        else (Halt(brake=kinds.VALUE, measured=measured, limit="$3,000.00" if limit else "$0.00"),)
    )

    assert halted(listed, replace(UNLIMITED, max_value_cents=limit)) == expected


def test_of_the_money_given_up_it_is_told_how_much_is_done() -> None:
    """What is of unknown end is not done, and what is to come is not either."""
    listed = entries(2, Place.DONE) + entries(1, Place.UNRESOLVED) + entries(1)
    halt = Halt(brake=kinds.VALUE, measured="$600.00 a month", limit="$0.00", done="$300.00 of it done")

    assert halted(listed, replace(UNLIMITED, max_value_cents=0)) == (halt,)
    assert halt.figures == "$600.00 a month, $300.00 of it done, limit $0.00"
    assert halted(listed[2:], replace(UNLIMITED, max_value_cents=0)) == (
        Halt(brake=kinds.VALUE, measured="$300.00 a month", limit="$0.00"),
    )


@pytest.mark.parametrize(
    ("fleet_wide", "own", "due", "measured", "limit"),
    [
        (0, None, 5, None, ""),
        (1, None, 4, None, ""),
        (1, None, 5, "0 would be left", "1"),
        (3, None, 2, None, ""),
        (3, None, 3, "2 would be left", "3"),
        (3, 0, 5, None, ""),
        (0, 4, 1, None, ""),
        (0, 4, 2, "3 would be left", "4"),
        (6, None, 0, None, ""),
        (6, None, 1, "4 would be left", "6"),
    ],
)
def test_a_project_keeps_its_own_number_of_accounts_or_else_the_fleets(
    fleet_wide: int, own: int | None, due: int, measured: str | None, limit: str
) -> None:
    fleet = {A: ProjectState(assigned=5, keep_at_least=own)}
    expected = (
        ()
        if measured is None
        else (Halt(brake=kinds.KEEP_AT_LEAST, measured=measured, limit=limit, project=A),)
    )

    assert halted(entries(due), replace(UNLIMITED, keep_at_least=fleet_wide), fleet) == expected


def test_what_was_done_already_does_not_leave_fewer_a_second_time() -> None:
    """Two of five were released and are gone from the reading; one more leaves two, not none."""
    listed = entries(2, Place.DONE) + entries(1) + entries(1, Place.DONE, project=B)
    fleet = {A: ProjectState(assigned=3), B: ProjectState(assigned=100)}

    assert halted(listed, replace(UNLIMITED, keep_at_least=2), fleet) == ()
    (halt,) = halted(listed, replace(UNLIMITED, keep_at_least=3), fleet)
    assert halt.in_words({A: "acme"}) == (
        "too few accounts would be left in acme (2 would be left, 2 releases done already, limit 3)"
    )


def test_a_project_that_was_not_read_counts_as_empty() -> None:
    """It once said that -1 accounts would be left."""
    assert halted(entries(1), replace(UNLIMITED, keep_at_least=1), {}) == (
        Halt(brake=kinds.KEEP_AT_LEAST, measured="0 would be left", limit="1", project=A),
    )
    elsewhere = entries(1, Place.DONE) + entries(1, project=B)
    assert halted(elsewhere, replace(UNLIMITED, keep_at_least=1), {B: ProjectState(assigned=9)}) == (
        Halt(
            brake=kinds.KEEP_AT_LEAST,
            measured="0 would be left",
            limit="1",
            project=A,
            done="1 release done already",
        ),
    )
    read = {B: ProjectState(assigned=9)}
    assert halted(entries(3), replace(UNLIMITED, max_project_share=0.5), read) == (
        Halt(brake=kinds.PROJECT_SHARE, measured="3 of 0 accounts", limit="50%", project=A),
    )


def test_every_brake_that_is_on_is_named_and_nothing_is_trimmed_to_fit() -> None:
    listed = entries(24, cents=20_000)
    limits = replace(Limits(), keep_at_least=10)

    assert halted(listed, limits, 30) == (
        Halt(brake=kinds.TOO_MANY, measured="24 releases", limit="20"),
        Halt(brake=kinds.FLEET_SHARE, measured="24 of 30 accounts", limit="10%"),
        Halt(brake=kinds.VALUE, measured="$4,800.00 a month", limit="$3,000.00"),
        Halt(brake=kinds.PROJECT_SHARE, measured="24 of 30 accounts", limit="50%", project=A),
        Halt(brake=kinds.KEEP_AT_LEAST, measured="6 would be left", limit="10", project=A),
    )


@pytest.mark.parametrize(
    ("part", "whole", "limit", "least", "above"),
    [
        (0, 0, 0.0, 3, False),
        (0, 100, 0.0, 3, False),
        (1, 100, 0.0, 3, True),
        (2, 2, 0.1, 3, False),
        (3, 0, 1.0, 3, True),
        (10, 100, 0.1, 3, False),
        (11, 100, 0.1, 3, True),
        (7, 10, 0.7, 3, False),
        (57, 100, 0.57, 3, False),
        (3, 3, 1.0, 3, False),
    ],
)
def test_a_share_is_exact_at_its_limit(part: int, whole: int, limit: float, least: int, above: bool) -> None:
    """0.57 × 100 is 56.99… in floating point: fifty-seven of a hundred must not be above it."""
    assert exceeds(part, whole, limit, least) is above
