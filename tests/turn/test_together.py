"""Projects are decided about together where that changes nothing: the same as one by one."""

from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.stage import ACME, BETA, D, H, Stage, account, in_memory, published
from watcher.decide.exits import exit_of
from watcher.facts.accounts import ProjectId
from watcher.sandbox import Account
from watcher.turn import each_project

GAMMA = "prj_gamma"
CONFIGURATION = {
    "projects.beta.id": BETA,
    "projects.gamma.id": GAMMA,
    "projects.beta.enrolled": True,
    "projects.gamma.enrolled": True,
    "brakes.max_share": 1.0,
    "brakes.max_project_share": 1.0,
}


def told(path: Path, seed: int) -> tuple[list[Any], ...]:
    """What eight turns of a fleet come to whose accounts go from project to project."""
    path.mkdir()
    draw = Random(seed)
    fleet = [
        account(f"brand{n}", renews_in=(26 + 3 * n) * H, project=draw.choice((ACME, BETA, GAMMA)))
        for n in range(9)
    ]
    posts = [published(one, draw.choice((1, 20, 50)) * D) for one in fleet if draw.random() < 0.6]
    with in_memory(path, *fleet, posts=posts, configuration=CONFIGURATION) as stage:
        reports = []
        for _ in range(8):
            report = stage.turn()
            reports.append(
                (
                    exit_of(report),
                    sorted((event.kind, event.text) for event in report.events),
                    sorted((one.account.id, one.reason) for one in report.decisions),
                    [(one.period.account, one.ended) for one in report.attempts],
                )
            )
            _move(stage, draw, fleet)
            stage.move_to(stage.clock.now() + draw.choice((1, 5, 9)) * H)
        with stage.reader() as reader:
            remembered = [reader.project(ProjectId(one)) for one in (ACME, BETA, GAMMA)]
        # A turn's id ends in signs that are drawn anew.
        story = [
            (line.at, line.what, line.text.partition(", turn")[0], line.project) for line in stage.story()
        ]
        return reports, remembered, story, stage.released


def _move(stage: Stage, draw: Random, fleet: list[Account]) -> None:
    for one in draw.sample(fleet, 2):
        if one.id not in stage.released:
            stage.change(one, project=draw.choice((ACME, BETA, GAMMA)))


@pytest.mark.parametrize("seed", range(6))
def test_an_account_that_moves_between_two_of_them_is_decided_about_as_if_they_were_read_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Projects that share no account are decided about with what was remembered before all of them."""
    together = told(tmp_path / "together", seed)
    monkeypatch.setattr(each_project, "_TOGETHER", 1)
    assert told(tmp_path / "alone", seed) == together
