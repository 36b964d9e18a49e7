"""What a clock that is wrong says is not remembered: one turn on it, and the next one knows better."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakes.clock import FakeClock
from tests.stage import (
    ACME,
    BETA,
    DAILY,
    GRIND,
    LATTE,
    NOW,
    OPENS,
    D,
    H,
    M,
    Stage,
    account,
    in_memory,
    published,
)
from watcher.brakes import kinds
from watcher.decide.exits import exit_of
from watcher.facts.activity import Seen, Use
from watcher.record.exit_codes import Exit
from watcher.sandbox import EmptyList, NoDate, Post, ServerError


def off(stage: Stage, by: timedelta) -> Stage:
    """The same installation, its machine's clock off by so much: the API's is right."""
    return replace(stage, clock=FakeClock(stage.clock.now() + by))


@pytest.mark.parametrize("by", [8 * D, -8 * D], ids=["ahead", "behind"])
@pytest.mark.parametrize("proved", [True, False], ids=["known to be off", "unproved"])
def test_what_vanishes_in_such_a_turn_is_missed_by_the_next(
    stage: Stage, by: timedelta, proved: bool
) -> None:
    """Noted as gone a week ago, or with the watermark a week ahead, it was on no brake's account: half the
    fleet had vanished, and a release went out.
    """
    stage.watch_until(OPENS - M)
    stage.remove(DAILY, GRIND)
    more = [account(f"more{number}", renews_in=20 * D) for number in range(2)]
    stage.add(*more)
    if not proved:
        stage.fault(NoDate(path="whoami", times=1))
    off(stage, by).turn()
    stage.remove(more[0])
    report = stage.turn_at(OPENS)
    assert [halt.brake for halt in report.halts.halts] == [kinds.FLEET_DROP]
    assert (exit_of(report), stage.deletes) == (Exit.BRAKED, 0)


def test_unfinished_work_seen_by_a_clock_that_is_ahead_is_no_use_to_come(stage: Stage) -> None:
    """A queued post was noted as use in 8 days' time, which never goes backwards."""
    stage.turn()
    stage.move_to(NOW + H)
    stage.add(posts=[Post.queued(id="post_new", account=LATTE, at=NOW + 2 * D)])
    off(stage, 8 * D).turn()
    [used] = [one.used for one in stage.memory().known.values() if one.account.id == LATTE.id]
    assert used is not None
    assert NOW <= used.at <= stage.clock.now()
    assert used == Seen(at=used.at, what=Use.QUEUED_POST)


def test_observations_are_not_forgotten_by_a_clock_that_is_years_ahead(stage: Stage) -> None:
    stage.turn()
    before = stage.history(GRIND.id)
    off(stage, 800 * D).turn()
    assert stage.history(GRIND.id)[: len(before)] == before


def test_a_warning_is_not_told_before_its_time_by_a_clock_that_is_ahead(tmp_path: Path) -> None:
    """Told 6 d too early as the last one, it was not told when it was due."""
    one = account("one", renews_in=9 * D)
    ladder = {"policies.standard.warn": ["7d", "3d", "1d"], "policies.standard.release.when": "never"}
    with in_memory(tmp_path, one, posts=[published(one, 40 * D)], configuration=ladder) as stage:
        stage.turn()
        off(stage, 8 * D).turn()
        assert stage.told("renewal.warning") == []
        stage.turn_at(NOW + 2 * D)
        stage.turn_at(NOW + 8 * D)
        rungs = [int(event["key"].rsplit(":", 1)[1]) for event in stage.told("renewal.warning")]
        assert [timedelta(seconds=rung) for rung in rungs] == [7 * D, D]


def test_nothing_is_said_to_be_missed_by_a_clock_that_is_known_to_be_ahead(stage: Stage) -> None:
    """The window had closed by it: a critical alarm and 24, and the release came hours later."""
    stage.turn()
    report = off(stage, 30 * H - M).turn()
    assert (report.missed, stage.told("deadline.missed")) == ((), [])
    stage.turn_at(OPENS)
    assert stage.released == [LATTE.id]


@pytest.mark.parametrize("proved", [True, False], ids=["known to be off", "unproved"])
def test_a_clock_that_is_behind_voids_no_notice(stage: Stage, proved: bool) -> None:
    """Every turn was in its future, so that none seemed to have been before it."""
    stage.turn()
    if not proved:
        stage.fault(NoDate(path="whoami", times=1))
    off(stage, -8 * D).turn()
    stage.turn_at(OPENS)
    assert stage.released == [LATTE.id]


@pytest.mark.parametrize("proved", [True, False], ids=["known to be off", "unproved"])
def test_since_when_a_project_is_blank_or_missing_is_not_in_the_future(tmp_path: Path, proved: bool) -> None:
    """Noted by a clock 30 d ahead it was, and for 30 d no accepted baseline lifted the brakes for it."""
    more = account("more", project=BETA, renews_in=12 * D)
    posts = [published(LATTE, 40 * D)]
    with in_memory(tmp_path, LATTE, more, posts=posts, configuration={"projects.beta.id": BETA}) as stage:
        stage.turn()
        stage.fault(
            ServerError(path=f"{BETA}/", status=404, code="NOT_FOUND"),
            EmptyList(path=f"{ACME}/scheduled-posts"),
        )
        if not proved:
            stage.fault(NoDate(path="whoami", times=1))
        stage.move_to(NOW + H)
        off(stage, 30 * D).turn()
        blank, gone = stage.memory().blank_since, stage.memory(BETA)
        for since in (blank, gone.missing_since, gone.unreadable_since):
            assert since is not None
            assert NOW <= since <= stage.clock.now()
