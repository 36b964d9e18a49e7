"""A number of followers that is noted late decides as it was read."""

from tests.builders import NOW, H
from tests.stage import GRIND, LATTE, OPENS, Stage


def noted(stage: Stage) -> int | None:
    return stage.memory().known[GRIND.id].account.followers


def test_followers_are_noted_by_the_first_reading_of_a_day_and_where_they_cross_a_limit(stage: Stage) -> None:
    stage.configure({"policies.standard.protect": {"min_followers": 50_000}})
    stage.turn()
    first = noted(stage)
    assert first is not None

    stage.change(GRIND, followers=first + 1)
    stage.turn_at(NOW + H)
    assert noted(stage) == first
    stage.turn_at(NOW.replace(hour=23, minute=59))
    assert noted(stage) == first
    stage.turn_at(NOW.replace(hour=0) + 24 * H)
    assert noted(stage) == first + 1

    stage.change(GRIND, followers=50_000)
    stage.turn_at(NOW.replace(hour=1) + 24 * H)
    assert noted(stage) == 50_000


def test_an_account_that_grows_past_its_protection_is_not_released(stage: Stage) -> None:
    stage.configure({"policies.standard.protect": {"min_followers": 50_000}})
    stage.watch_until(OPENS - H)
    stage.change(LATTE, followers=50_000)
    stage.turn_at(OPENS)
    assert stage.released == []
