"""The fleet shrank, fell idle or went dark: perhaps the reading is wrong, not the world."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOW, D
from watcher.brakes import FleetState, Halt, Limits, ProjectState, brake, kinds
from watcher.brakes.docket import Docket
from watcher.facts.accounts import ProjectId

A, B = ProjectId("prj_a"), ProjectId("prj_b")
CALM = FleetState(now=NOW, skew=timedelta(), ledger_since=NOW - 30 * D)


def halted(state: FleetState, limits: Limits) -> tuple[Halt, ...]:
    """What is on with an empty docket: these brakes do not ask what is to be released."""
    return brake(Docket(), state, limits, frozenset()).halts


def shrunk(vanished: int, left: int) -> Mapping[ProjectId, ProjectState]:
    """Two projects: one that shrank, and one that did not, so that neither is empty."""
    return {A: ProjectState(assigned=1, vanished=vanished), B: ProjectState(assigned=left - 1)}


def test_a_fleet_of_which_nothing_changed_halts_nothing() -> None:
    assert halted(replace(CALM, projects={A: ProjectState(assigned=5)}, asked=5), Limits()) == ()


@pytest.mark.parametrize(
    ("limit", "vanished", "left", "measured"),
    [
        (0.2, 0, 100, None),
        (0.2, 20, 80, None),
        (0.2, 21, 80, "21 of 101 accounts vanished"),
        (0.2, 2, 2, None),
        (0.2, 3, 12, None),
        (0.2, 3, 11, "3 of 14 accounts vanished"),
        (0.0, 3, 10_000, "3 of 10,003 accounts vanished"),
        (0.0, 2, 10_000, None),
        (1.0, 99, 1, None),
    ],
)
def test_accounts_that_vanished_halt_the_fleet_from_three_on(
    limit: float, vanished: int, left: int, measured: str | None
) -> None:
    state = replace(CALM, projects=shrunk(vanished, left))
    expected = (
        () if measured is None else (Halt(brake=kinds.FLEET_DROP, measured=measured, limit=f"{limit:.0%}"),)
    )

    assert halted(state, replace(Limits(), max_fleet_drop=limit)) == expected


@pytest.mark.parametrize(
    ("left", "vanished", "measured"),
    [(0, 0, None), (1, 2, None), (0, 1, "the only account vanished"), (0, 2, "all 2 accounts vanished")],
)
def test_a_project_going_to_zero_halts_always_however_small(
    left: int, vanished: int, measured: str | None
) -> None:
    projects = {A: ProjectState(assigned=left, vanished=vanished), B: ProjectState(assigned=1_000)}
    expected = (
        () if measured is None else (Halt(brake=kinds.PROJECT_EMPTY, measured=measured, limit="", project=A),)
    )

    assert halted(replace(CALM, projects=projects), replace(Limits(), max_fleet_drop=1.0)) == expected


@pytest.mark.parametrize(
    ("limit", "turned", "asked", "unknown", "measured"),
    [
        (0.2, 0, 100, 0, None),
        (0.2, 20, 100, 0, None),
        (0.2, 21, 100, 0, "21 of 100 accounts turned unused within a day"),
        (0.2, 2, 2, 0, None),
        (0.2, 3, 15, 0, None),
        (0.2, 3, 14, 0, "3 of 14 accounts turned unused within a day"),
        (0.2, 3, 20, 6, None),
        (0.2, 3, 0, 0, "3 of 0 accounts turned unused within a day"),
        (1.0, 9, 9, 0, None),
    ],
)
def test_many_accounts_that_turned_unused_at_once_halt_the_fleet(
    limit: float, turned: int, asked: int, unknown: int, measured: str | None
) -> None:
    state = replace(CALM, asked=asked, unknown=unknown, turned_idle=turned)
    limits = replace(Limits(), max_idle_jump=limit, max_unknown_share=1.0)
    expected = (
        () if measured is None else (Halt(brake=kinds.IDLE_JUMP, measured=measured, limit=f"{limit:.0%}"),)
    )

    assert halted(state, limits) == expected


@pytest.mark.parametrize(
    ("limit", "unknown", "asked", "measured"),
    [
        (0.3, 0, 0, None),
        (0.3, 0, 10, None),
        (0.3, 3, 10, None),
        (0.3, 4, 10, "activity of 4 of 10 accounts unknown"),
        (0.3, 1, 4, None),
        (0.3, 1, 3, "activity of 1 of 3 accounts unknown"),
        (0.3, 1, 1, "activity of 1 of 1 accounts unknown"),
        (0.0, 1, 10_000, "activity of 1 of 10000 accounts unknown"),
        (0.0, 0, 10_000, None),
        (1.0, 10, 10, None),
    ],
)
def test_too_many_unknowns_halt_the_fleet_even_when_they_are_few(
    limit: float, unknown: int, asked: int, measured: str | None
) -> None:
    state = replace(CALM, asked=asked, unknown=unknown)
    expected = (
        ()
        if measured is None
        else (Halt(brake=kinds.UNKNOWN_SHARE, measured=measured, limit=f"{limit:.0%}"),)
    )

    assert halted(state, replace(Limits(), max_unknown_share=limit)) == expected


def test_all_that_is_wrong_with_a_reading_is_reported() -> None:
    state = replace(
        CALM, projects={A: ProjectState(assigned=0, vanished=7)}, asked=10, unknown=4, turned_idle=5
    )

    assert halted(state, Limits()) == (
        Halt(brake=kinds.FLEET_DROP, measured="7 of 7 accounts vanished", limit="20%"),
        Halt(brake=kinds.PROJECT_EMPTY, measured="all 7 accounts vanished", limit="", project=A),
        Halt(brake=kinds.IDLE_JUMP, measured="5 of 10 accounts turned unused within a day", limit="20%"),
        Halt(brake=kinds.UNKNOWN_SHARE, measured="activity of 4 of 10 accounts unknown", limit="30%"),
    )


FLEET = {A: ProjectState(assigned=30), B: ProjectState(assigned=30)}


@pytest.mark.parametrize(
    ("facts", "measured"),
    [
        ({"asked": 10, "turned_idle": 3}, None),
        ({"asked": 10, "turned_idle": 12}, None),
        ({"asked": 20, "turned_idle": 13}, "13 of 60 accounts turned unused within a day"),
        ({"asked": 10, "unknown": 3}, None),
        ({"asked": 10, "unknown": 5}, None),
        ({"asked": 10, "unknown": 6}, "activity of 6 of 10 accounts asked about unknown"),
        ({"asked": 2, "unknown": 2}, None),
        ({"asked": 40, "unknown": 19}, "activity of 19 of 60 accounts unknown"),
        ({"asked": 10, "unknown": 3, "unreadable": 3}, None),
        ({"asked": 10, "unknown": 4, "unreadable": 4}, "activity of 4 of 10 accounts asked about unknown"),
        ({"asked": 2, "unknown": 1, "unreadable": 1}, "activity of 1 of 2 accounts asked about unknown"),
    ],
)
def test_what_a_few_were_asked_is_measured_by_the_fleet_and_a_source_by_those_asked(
    facts: dict[str, int], measured: str | None
) -> None:
    """Three of ten asked were "too many" in a fleet of sixty."""
    halts = halted(replace(CALM, projects=FLEET, **facts), Limits())
    assert [halt.measured for halt in halts] == ([] if measured is None else [measured])


def fading(project: ProjectId = A, **facts: int | bool) -> Mapping[ProjectId, ProjectState]:
    return {**FLEET, project: ProjectState(assigned=30, **facts)}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("projects", "expected"),
    [
        (fading(remembered=2, unshown=2), []),
        (fading(remembered=15, unshown=3), []),
        (fading(remembered=14, unshown=3), [("the last use of 3 of 14 accounts is no longer shown", None)]),
        (
            {**fading(remembered=3, unshown=3), B: ProjectState(assigned=30, remembered=40)},
            [("the last use of 3 of 3 accounts is no longer shown", A)],
        ),
        (fading(B, blank=True), [("no use at all is shown any more", B)]),
    ],
)
def test_use_that_is_no_longer_shown_halts_where_its_source_is_blind(
    projects: Mapping[ProjectId, ProjectState], expected: list[tuple[str, ProjectId | None]]
) -> None:
    halts = halted(replace(CALM, projects=projects, asked=60), Limits())
    assert {halt.brake for halt in halts} <= {kinds.IDLE_JUMP}
    assert [(halt.measured, halt.project) for halt in halts] == expected


def test_a_source_that_shows_nothing_at_all_has_no_limit_and_fewer_have_theirs() -> None:
    blank = {A: ProjectState(assigned=30, blank=True), B: ProjectState(assigned=30, remembered=40)}
    fewer = {**blank, A: ProjectState(assigned=30, remembered=3, unshown=3)}
    whole = fading(remembered=14, unshown=3)
    found = [halted(replace(CALM, projects=each, asked=60), Limits()) for each in (blank, fewer, whole)]

    assert [halt for halts in found for halt in halts] == [
        Halt(brake=kinds.IDLE_JUMP, measured="no use at all is shown any more", limit="", project=A),
        Halt(
            brake=kinds.IDLE_JUMP,
            measured="the last use of 3 of 3 accounts is no longer shown",
            limit="20%",
            project=A,
        ),
        Halt(
            brake=kinds.IDLE_JUMP,
            measured="the last use of 3 of 14 accounts is no longer shown",
            limit="20%",
        ),
    ]
    assert [halts[0].in_words({A: "acme"}) for halts in found] == [
        "too many accounts turned unused at once in acme (no use at all is shown any more)",
        "too many accounts turned unused at once in acme "
        "(the last use of 3 of 3 accounts is no longer shown, limit 20%)",
        "too many accounts turned unused at once "
        "(the last use of 3 of 14 accounts is no longer shown, limit 20%)",
    ]
