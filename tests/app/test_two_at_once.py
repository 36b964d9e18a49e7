"""Two processes on one ledger never release the same account twice, nor mistake each other for trouble."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from tests.stage import OPENS, D, Stage, account, published, staged
from watcher.domain.report import Ended, Report

DUE = [account(f"due{number}") for number in range(6)]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    spare = [account(f"spare{number:02}", renews_in=20 * D) for number in range(60)]
    with staged(tmp_path, *DUE, *spare, posts=[published(one, 40 * D) for one in DUE]) as stage:
        stage.watch_until(OPENS, every=D)
        yield stage


def both(stage: Stage) -> tuple[Report, Report]:
    """Two turns, each with its own connections, that planned the same and now begin to act."""
    planned = Barrier(2, timeout=20)
    with ThreadPoolExecutor(max_workers=2) as pool:
        turns = [pool.submit(stage.turn, before_acting=planned.wait) for _ in range(2)]
        one, other = (turn.result() for turn in turns)
        return one, other


def test_no_account_is_asked_for_twice(stage: Stage) -> None:
    """What one of them has in hand halts the other; what both left is the next turn's."""
    both(stage)
    stage.turn()
    paths = Counter(entry.path for entry in stage.sandbox.log.select("DELETE"))
    assert paths == {f"/v1/leased-accounts/{one.id}": 1 for one in DUE}


def test_every_release_is_one_turn_s_and_in_the_ledger_once(stage: Stage) -> None:
    reports = (*both(stage), stage.turn())
    ends = Counter(one.ended for report in reports for one in report.attempts)
    assert ends[Ended.RELEASED] == len(DUE)
    assert ends.keys() <= {Ended.RELEASED, Ended.CHANGED, Ended.HALTED}
    assert Counter(stage.history())["release.released"] == len(DUE)
    assert stage.fleet().unresolved == ()


def test_what_the_other_one_released_is_no_reason_to_pause(stage: Stage) -> None:
    """Each saw accounts vanish that it had not released itself, and paused the fleet."""
    both(stage)
    assert stage.fleet().overrides.said == ()


def test_a_turn_that_planned_long_ago_finds_the_work_done(stage: Stage) -> None:
    report = stage.turn(before_acting=stage.turn)
    assert {one.ended for one in report.attempts} == {Ended.CHANGED}
    assert stage.deletes == len(DUE)
