"""Old facts, an unproved clock, a short memory, an unknown end, a person's word: nothing is released."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.builders import NOW, D, H
from watcher.brakes import FleetState, Halt, Limits, brake, kinds
from watcher.brakes.docket import Docket
from watcher.facts.accounts import ProjectId
from watcher.record.overrides import Override, OverrideKind
from watcher.record.planned_pauses import PauseInForce

TICK = timedelta(microseconds=1)
SECOND = timedelta(seconds=1)
A, B = ProjectId("prj_a"), ProjectId("prj_b")
CALM = FleetState(now=NOW, skew=timedelta(), ledger_since=NOW - 30 * D, oldest_reading=NOW)


def halted(state: FleetState, limits: Limits | None = None) -> tuple[Halt, ...]:
    return brake(Docket(), state, limits or Limits(), frozenset()).halts


def test_a_fleet_that_can_be_trusted_halts_nothing() -> None:
    assert halted(CALM) == ()


@pytest.mark.parametrize(
    ("skew", "expected"),
    [
        (None, (Halt(brake=kinds.CLOCK_UNPROVED, measured="no Date to compare with", limit="1 min"),)),
        (timedelta(), ()),
        (60 * SECOND - TICK, ()),
        (60 * SECOND, ()),
        (60 * SECOND + TICK, (Halt(brake=kinds.CLOCK_OFF, measured="1 min off", limit="1 min"),)),
        (3 * H, (Halt(brake=kinds.CLOCK_OFF, measured="3 h off", limit="1 min"),)),
    ],
)
def test_the_clock_must_be_proved_and_within_its_skew(
    skew: timedelta | None, expected: tuple[Halt, ...]
) -> None:
    assert halted(replace(CALM, skew=skew)) == expected


@pytest.mark.parametrize(
    ("read_at", "measured"),
    [
        (None, None),
        (NOW, None),
        (NOW - timedelta(minutes=30) + TICK, None),
        (NOW - timedelta(minutes=30), None),
        (NOW - timedelta(minutes=30) - TICK, "facts 30 min old"),
        (NOW - 2 * H, "facts 2 h old"),
    ],
)
def test_facts_may_be_as_old_as_the_limit_and_no_older(
    read_at: datetime | None, measured: str | None
) -> None:
    expected = () if measured is None else (Halt(brake=kinds.DATA_AGE, measured=measured, limit="30 min"),)

    assert halted(replace(CALM, oldest_reading=read_at)) == expected


def history(measured: str, lifts_at: datetime) -> tuple[Halt, ...]:
    return (Halt(brake=kinds.HISTORY, measured=measured, limit="1 d", lifts_at=lifts_at),)


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (None, history("no completed turn", NOW + D)),
        (NOW, history("oldest completed turn 0 s ago", NOW + D)),
        (NOW - D + TICK, history("oldest completed turn 23 h 59 min ago", NOW + TICK)),
        (NOW - D, ()),
        (NOW - D - TICK, ()),
        (NOW + H, history("oldest completed turn 0 s ago", NOW + D + H)),
    ],
)
def test_a_ledger_without_an_old_enough_turn_releases_nothing(
    since: datetime | None, expected: tuple[Halt, ...]
) -> None:
    assert halted(replace(CALM, ledger_since=since)) == expected


@pytest.mark.parametrize("since", [None, NOW, NOW - D])
def test_min_history_of_nothing_asks_for_no_memory(since: datetime | None) -> None:
    assert halted(replace(CALM, ledger_since=since), replace(Limits(), min_history=timedelta())) == ()


def in_project(project: ProjectId) -> Halt:
    return Halt(brake=kinds.UNRESOLVED, measured="a release unresolved", limit="0", project=project)


def in_fleet(count: int) -> Halt:
    return Halt(brake=kinds.UNRESOLVED, measured=f"{count} releases unresolved", limit="1")


@pytest.mark.parametrize(
    ("unresolved", "expected"),
    [
        ((), ()),
        ((A,), (in_project(A),)),
        ((A, A), (in_fleet(2), in_project(A))),
        ((A, B), (in_fleet(2), in_project(A), in_project(B))),
        ((A, B, A), (in_fleet(3), in_project(A), in_project(B))),
    ],
)
def test_one_unresolved_release_halts_its_project_and_two_the_fleet(
    unresolved: tuple[ProjectId, ...], expected: tuple[Halt, ...]
) -> None:
    assert halted(replace(CALM, unresolved=unresolved)) == expected


def pause(project: ProjectId | None = None, until: datetime | None = None) -> Override:
    return Override(
        kind=OverrideKind.PAUSE, at=NOW - H, by="maria", why="audit", project=project, until=until
    )


@pytest.mark.parametrize(
    ("pauses", "expected"),
    [
        ((), []),
        ((pause(),), [(None, None)]),
        ((pause(A),), [(A, None)]),
        ((pause(A, NOW + H), pause(B), pause()), [(A, NOW + H), (B, None), (None, None)]),
    ],
)
def test_every_pause_halts_what_it_names_and_says_who_and_why(
    pauses: tuple[Override, ...], expected: list[tuple[ProjectId | None, datetime | None]]
) -> None:
    assert halted(replace(CALM, pauses=pauses)) == tuple(
        Halt(
            brake=kinds.PAUSED,
            measured="paused by maria: audit",
            limit="resume",
            project=project,
            lifts_at=until,
        )
        for project, until in expected
    )


def test_what_was_planned_is_told_with_its_hours_and_who_ends_it(elsewhere: None) -> None:
    """What the configuration plans, no command ends; what somebody said beforehand, `resume` does."""
    week = PauseInForce(project=A, why="holidays", until=NOW + D, begins=NOW - H)
    word = PauseInForce(project=None, why="audit", until=NOW + 2 * D, begins=NOW + H, by="maria")
    open_ended = replace(word, until=None, begins=NOW)

    assert halted(replace(CALM, planned=(week, word, open_ended))) == (
        Halt(
            brake=kinds.PAUSED,
            measured="planned pause until Tue 19 May 12:00 UTC: holidays",
            limit="its end",
            project=A,
            lifts_at=NOW + D,
            planned=True,
        ),
        Halt(
            brake=kinds.PAUSED,
            measured="paused by maria from Mon 18 May 13:00 UTC until Wed 20 May 12:00 UTC: audit",
            limit="resume",
            lifts_at=NOW + 2 * D,
            foreseen=NOW + H,
        ),
        Halt(brake=kinds.PAUSED, measured="paused by maria: audit", limit="resume", foreseen=NOW),
    )


def test_a_suspended_key_halts_the_fleet() -> None:
    assert halted(replace(CALM, key_suspended=True)) == (
        Halt(brake=kinds.KEY_SUSPENDED, measured="key suspended", limit="an active key"),
    )


def test_a_refused_configuration_halts_the_fleet_until_a_good_one_is_read() -> None:
    """A hold typed beside a typing error was refused together with it: the account was released."""
    why = "lease-watcher.toml:7 brakes.max_relases unknown key"
    assert halted(replace(CALM, refused=why)) == (
        Halt(
            brake=kinds.CONFIGURATION_REFUSED,
            measured=f"a changed configuration is refused: {why}",
            limit="one without mistakes",
        ),
    )
    assert not kinds.CONFIGURATION_REFUSED.approvable


def test_every_reason_for_distrust_is_reported() -> None:
    worst = FleetState(
        now=NOW,
        oldest_reading=NOW - D,
        unresolved=(A, B),
        pauses=(pause(),),
        key_suspended=True,
        refused="a mistake",
    )

    assert [(halt.brake, halt.project) for halt in halted(worst)] == [
        (kinds.CLOCK_UNPROVED, None),
        (kinds.HISTORY, None),
        (kinds.DATA_AGE, None),
        (kinds.UNRESOLVED, None),
        (kinds.UNRESOLVED, A),
        (kinds.UNRESOLVED, B),
        (kinds.PAUSED, None),
        (kinds.KEY_SUSPENDED, None),
        (kinds.CONFIGURATION_REFUSED, None),
    ]
