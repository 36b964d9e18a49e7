"""What is older than `keep_observations` is forgotten once a day, by a clock that is proved."""

from datetime import timedelta

import pytest

from tests.builders import NOW, D, M
from tests.stage import Stage
from watcher.sandbox.faults import NoDate


@pytest.fixture
def stage(stage: Stage) -> Stage:
    stage.configure({"store.keep_observations": "40d"})
    stage.turn()
    return stage


def known(stage: Stage) -> bool:
    """Whether it is still remembered when each account was seen first: by the turn at `NOW`."""
    return any(line.what == "lease.new" and line.at < NOW + D for line in stage.story())


def turns_until(stage: Stage, day: int, at: timedelta, **how: object) -> None:
    """One a day before, each so early that what was seen at `NOW` is not yet old by it."""
    for number in range(10, day, 10):
        stage.turn_at(NOW + number * D - M)
    stage.turn_at(NOW + day * D + at, **how)


def test_nothing_is_forgotten_before_it_is_so_old(stage: Stage) -> None:
    turns_until(stage, 40, timedelta())

    assert known(stage)


def test_the_first_turn_of_a_day_forgets_what_is_older(stage: Stage) -> None:
    turns_until(stage, 40, M)

    assert not known(stage)


def test_a_later_turn_of_that_day_leaves_it_to_the_next(stage: Stage) -> None:
    """All that is remembered is looked through for it."""
    turns_until(stage, 40, -M)
    stage.turn_at(NOW + 40 * D + M)
    assert known(stage)

    stage.turn_at(NOW + 41 * D - 11 * 60 * M)
    assert not known(stage)


def test_nothing_is_forgotten_by_a_clock_that_nobody_confirmed(stage: Stage) -> None:
    stage.fault(NoDate(path="whoami"))
    turns_until(stage, 41, M)

    assert known(stage)
