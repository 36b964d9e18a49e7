"""A focused turn reads a few projects; brakes still judge the whole docket and the whole fleet."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.stage import (
    ACME,
    BETA,
    LATTE,
    OPENS,
    TICK,
    D,
    H,
    M,
    S,
    Stage,
    account,
    in_memory,
    published,
)
from watcher.brakes import kinds
from watcher.brakes.docket import Place
from watcher.decide.exits import exit_of
from watcher.decide.focus import Focus
from watcher.decide.report import Report
from watcher.facts.accounts import ProjectId
from watcher.memory.remembered import TurnKind
from watcher.record.exit_codes import Exit
from watcher.record.overrides import Override, OverrideKind, Overrides
from watcher.sandbox import LostAnswer, ServerError
from watcher.turn.take import TurnResult

ZINE = account("zine", project=BETA, renews_in=30 * H + 30 * M)
"""Opens half an hour after `@latte`."""
FAR = [account(f"far{number}", renews_in=20 * D) for number in range(3)]
FAR_IN_BETA = [account(f"more{number}", project=BETA, renews_in=20 * D) for number in range(3)]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    posts = [published(LATTE, 40 * D), published(ZINE, 40 * D)]
    configuration = {"projects.beta.id": BETA, "projects.beta.enrolled": True}
    with in_memory(
        tmp_path, LATTE, ZINE, *FAR, *FAR_IN_BETA, posts=posts, configuration=configuration
    ) as stage:
        yield stage


def full_before_the_opening(stage: Stage) -> TurnResult:
    stage.watch_until(OPENS - 10 * M, every=20 * H)
    return stage.run()


def focused(stage: Stage, before: TurnResult, *projects: str, **how: Any) -> Report:
    wanted = frozenset(map(ProjectId, projects or (ACME,)))
    return stage.run(focus=Focus(projects=wanted, docket=before.docket, state=before.state), **how).report


def test_it_releases_what_opens_and_reads_no_other_project(stage: Stage) -> None:
    before = full_before_the_opening(stage)
    stage.move_to(OPENS)
    stage.sandbox.log.clear()
    report = focused(stage, before)
    assert stage.released == [LATTE.id]
    assert (report.kind, exit_of(report)) == (TurnKind.FOCUSED, Exit.DONE)
    assert stage.sandbox.log.select(path=BETA) == ()


def test_the_docket_is_the_whole_one(stage: Stage) -> None:
    before = full_before_the_opening(stage)
    stage.move_to(OPENS)
    report = focused(stage, before)
    assert {(entry.handle, entry.place) for entry in report.docket.entries} == {
        ("latte", Place.DUE),
        ("zine", Place.OPENING),
    }


def test_what_opens_elsewhere_within_a_day_counts(stage: Stage) -> None:
    stage.configure({"brakes.max_releases": 1})
    before = full_before_the_opening(stage)
    stage.move_to(OPENS)
    report = focused(stage, before)
    assert [halt.brake for halt in report.halts.halts] == [kinds.TOO_MANY]
    assert exit_of(report) is Exit.BRAKED
    assert stage.deletes == 0


def test_what_was_released_elsewhere_counts_once(stage: Stage) -> None:
    """Two focused turns on one full turn's docket: the release of the first is done for the second."""
    stage.configure({"brakes.max_releases": 2})
    before = full_before_the_opening(stage)
    stage.move_to(OPENS)
    focused(stage, before)
    stage.move_to(OPENS + 20 * M - S)
    report = stage.run(
        focus=Focus(projects=frozenset({ProjectId(BETA)}), docket=before.docket, state=before.state)
    ).report
    assert {(entry.handle, entry.place) for entry in report.docket.entries} == {
        ("latte", Place.DONE),
        ("zine", Place.OPENING),
    }
    assert report.halts.halts == ()


def test_the_share_is_that_of_the_whole_fleet(stage: Stage) -> None:
    """One of four in its own project would be a quarter; one of eight is less."""
    stage.configure({"brakes.max_share": 0, "brakes.max_releases": 20})
    before = full_before_the_opening(stage)
    stage.move_to(OPENS)
    report = focused(stage, before)
    assert [halt.measured for halt in report.halts.halts] == ["2 of 8 accounts"]


def test_facts_older_than_allowed_release_nothing(stage: Stage) -> None:
    stage.watch_until(OPENS - 31 * M, every=20 * H)
    before = stage.run()
    stage.move_to(OPENS)
    report = focused(stage, before)
    assert [halt.brake for halt in report.halts.halts] == [kinds.DATA_AGE]
    assert stage.deletes == 0


@pytest.mark.parametrize(("age", "released"), [(30 * M, True), (30 * M + S, False)])
def test_the_age_is_that_of_the_oldest_facts(stage: Stage, age: Any, released: bool) -> None:
    stage.watch_until(OPENS - age, every=20 * H)
    before = stage.run()
    stage.move_to(OPENS)
    focused(stage, before)
    assert stage.deletes == released


def test_a_brake_that_another_project_put_on_the_fleet_stays_on(stage: Stage) -> None:
    stage.watch_until(OPENS - 10 * M, every=20 * H)
    stage.remove(*FAR_IN_BETA)
    before = stage.run()
    stage.move_to(OPENS)
    report = focused(stage, before)
    assert [halt.brake for halt in report.halts.halts] == [kinds.FLEET_DROP]
    assert stage.deletes == 0


@pytest.mark.parametrize("said_at", [timedelta(), M])
def test_an_accepted_baseline_is_heard_where_the_turn_before_could_not_know_of_it(
    stage: Stage, said_at: timedelta
) -> None:
    """A person accepted the baseline, and the focused turn stopped on the counts from before: too late."""
    stage.configure({"brakes.min_history": "0s"})
    stage.watch_until(OPENS - 10 * M, every=20 * H)
    stage.remove(*FAR_IN_BETA)
    before = stage.run()
    assert [halt.brake for halt in before.report.halts.halts] == [kinds.FLEET_DROP]
    stage.move_to(OPENS - 10 * M + said_at)
    stage.say(OverrideKind.ACCEPT_BASELINE)
    stage.move_to(OPENS)

    report = focused(stage, before)

    assert (report.kind, report.halts.halts, stage.released) == (TurnKind.FULL, (), [LATTE.id])


@pytest.mark.parametrize("kind", sorted(OverrideKind))
def test_only_words_that_change_what_counts_take_a_full_turn(stage: Stage, kind: OverrideKind) -> None:
    before = full_before_the_opening(stage)
    focus = Focus(projects=frozenset({ProjectId(ACME)}), docket=before.docket, state=before.state)
    read_anew = {
        OverrideKind.HOLD,
        OverrideKind.PAUSE,
        OverrideKind.RESUME,
        OverrideKind.APPROVE,
        OverrideKind.UNAPPROVE,
        OverrideKind.ACKNOWLEDGE,
        OverrideKind.RELEASE,
        OverrideKind.ANSWER,
    }

    def said(at: datetime) -> Overrides:
        return Overrides(said=(Override(kind=kind, at=at, by="maria", why="x"),))

    assert focus.is_overtaken(said(before.state.now)) == (kind not in read_anew)
    assert not focus.is_overtaken(said(before.state.now - TICK))


def test_doubt_elsewhere_stays_doubt(stage: Stage) -> None:
    stage.watch_until(OPENS - 10 * M, every=20 * H)
    stage.fault(ServerError(path=f"{BETA}/scheduled-posts"))
    before = stage.run()
    stage.sandbox.clear_faults()
    stage.move_to(OPENS)
    report = focused(stage, before)
    assert [halt.brake for halt in report.halts.halts] == [kinds.UNKNOWN_SHARE]


def test_an_unresolved_release_elsewhere_is_read_back_first(stage: Stage) -> None:
    before = full_before_the_opening(stage)
    stage.move_to(OPENS)
    stage.fault(LostAnswer(method="DELETE"), ServerError(method="GET", path=f"{ACME}/leased", after=2))
    focused(stage, before)
    assert len(stage.fleet().unresolved) == 1
    stage.sandbox.clear_faults()
    stage.move_to(OPENS + 15 * M)
    report = focused(stage, before, BETA)
    assert [(one.handle, one.ended.value) for one in report.attempts] == [("latte", "released")]


def test_it_is_no_full_turn_for_the_memory(stage: Stage) -> None:
    """Gaps and the age of the ledger are counted in turns that saw the fleet."""
    before = full_before_the_opening(stage)
    last = stage.fleet().last_turn
    stage.move_to(OPENS)
    focused(stage, before)
    assert stage.fleet().last_turn == last


def test_accounts_of_other_projects_are_not_gone(stage: Stage) -> None:
    before = full_before_the_opening(stage)
    stage.move_to(OPENS)
    focused(stage, before)
    assert stage.told("account.gone") == []
    assert exit_of(stage.turn_at(OPENS + 15 * M)) is Exit.DONE
