"""Accounts that vanish while a turn releases, and not by us: one stops its project, several the fleet."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.stage import ACME, BETA, NOW, D, H, M, Stage, account, in_memory, published
from watcher.decide.exits import exit_of
from watcher.decide.report import Report
from watcher.record.exit_codes import Exit
from watcher.record.intents import Ending
from watcher.record.overrides import OverrideKind
from watcher.sandbox import Account

DUE = [account(f"due{number}", renews_in=29 * H + 40 * M + number * M) for number in range(3)]
ELSEWHERE = [account(f"else{number}", project=BETA, renews_in=30 * H + number * M) for number in range(2)]
SPARE = [account(f"spare{number:02}", renews_in=20 * D) for number in range(9)]
OTHERS = [account(f"other{number:02}", renews_in=20 * D, project=BETA) for number in range(4)]
AT = NOW + 24 * H + 20 * M


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    everyone = [*DUE, *ELSEWHERE, *SPARE, *OTHERS]
    posts = [published(one, 40 * D) for one in (*DUE, *ELSEWHERE)]
    configuration = {
        "projects.beta.id": BETA,
        "projects.beta.enrolled": True,
        "brakes.max_share": 1.0,
        "brakes.max_project_share": 1.0,
        "brakes.max_fleet_drop": 1.0,
    }
    with in_memory(tmp_path, *everyone, posts=posts, configuration=configuration) as stage:
        stage.watch_until(AT, every=20 * H)
        yield stage


def after_the_first(stage: Stage, happens: Callable[[], object]) -> Callable[[], bool]:
    """Between the look after the first DELETE and the look before the second."""
    left = [happens]

    def rules_to_come() -> bool:
        if stage.deletes == 1 and left:
            left.pop()()
        return False

    return rules_to_come


def endings(report: Report) -> list[Ending]:
    return [one.ended for one in report.attempts]


def paused(stage: Stage) -> list[str | None]:
    said = stage.fleet().overrides.said
    return [one.project for one in said if one.kind is OverrideKind.PAUSE]


def test_where_nobody_is_gone_all_are_released(stage: Stage) -> None:
    stage.turn()
    assert stage.released == [one.id for one in (*DUE, *ELSEWHERE)]
    assert paused(stage) == []


def test_a_list_of_one_where_there_were_twelve_releases_nothing(stage: Stage) -> None:
    """The look right before the DELETE showed nobody else any more: it was sent all the same."""
    report = stage.turn(before_acting=lambda: stage.remove(*SPARE, *DUE[1:]))
    assert stage.deletes == 0
    assert (endings(report), exit_of(report)) == ([Ending.HALTED] * 5, Exit.BRAKED)
    assert paused(stage) == [None]
    assert len(stage.told("brake.halted")) == 1


def test_what_vanishes_after_one_release_is_seen_before_the_next(stage: Stage) -> None:
    """The shorter list became what the next was compared with: three DELETEs took twelve accounts."""
    report = stage.turn(rules_to_come=after_the_first(stage, lambda: stage.remove(*SPARE[:2])))
    assert stage.released == [DUE[0].id]
    assert endings(report) == [Ending.RELEASED, *[Ending.HALTED] * 4]
    assert paused(stage) == [None]


def test_what_vanishes_from_another_project_meanwhile_stops_the_releases_there(stage: Stage) -> None:
    """Four of six were gone while another project's were released: the two that were due went too."""
    report = stage.turn(rules_to_come=after_the_first(stage, lambda: stage.remove(*OTHERS)))
    assert stage.released == [one.id for one in DUE]
    assert endings(report) == [Ending.RELEASED] * 3 + [Ending.HALTED] * 2
    assert paused(stage) == [None]


def test_one_that_vanishes_stops_its_project_only(stage: Stage) -> None:
    report = stage.turn(rules_to_come=after_the_first(stage, lambda: stage.remove(SPARE[0])))
    assert stage.released == [DUE[0].id, *(one.id for one in ELSEWHERE)]
    assert endings(report) == [
        Ending.RELEASED,
        Ending.HALTED,
        Ending.HALTED,
        Ending.RELEASED,
        Ending.RELEASED,
    ]
    assert paused(stage) == [ACME]


@pytest.mark.parametrize("others", [[DUE[1]], [DUE[0]]])
def test_one_that_is_due_itself_counts_as_any_other(stage: Stage, others: list[Account]) -> None:
    stage.turn(before_acting=lambda: stage.remove(*others))
    assert stage.released == [one.id for one in ELSEWHERE]
    assert paused(stage) == [ACME]
