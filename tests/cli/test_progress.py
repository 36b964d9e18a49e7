"""How far the days have come: told at a terminal, with the rate and the time left; nothing in a pipe."""

import pytest

from tests.builders import D, H
from tests.cli.desk import Desk
from watcher.cli.progress import days_in_words


@pytest.mark.parametrize(
    ("done", "seconds", "told"),
    [
        (0 * D, 5.0, "simulated 0 of 30 days"),
        (12 * D, 0.0, "simulated 12 of 30 days"),
        (12 * D, 3.0, "simulated 12 of 30 days, 4.0 a second, 4 s left"),
        (36 * H, 60.0, "simulated 1 of 30 days, 0.0 a second, 19 min left"),
        (30 * D, 3.0, "simulated 30 of 30 days, 10.0 a second, 0 s left"),
    ],
)
def test_the_rate_follows_from_what_was_done(done: object, seconds: float, told: str) -> None:
    assert days_in_words(done, 30, seconds, "simulated") == told


def test_one_day_is_one_day() -> None:
    assert days_in_words(0 * D, 1, 1.0, "simulated") == "simulated 0 of 1 day"


def test_at_a_terminal_one_line_is_rewritten_and_gone_at_the_end(at_desk: Desk) -> None:
    said = at_desk.run("simulate", "--fleet", "mixed", "--days", "5", wide=80)

    assert "\r\x1b[Ksimulated 0 of 5 days" in said.err
    assert said.err.endswith("\r\x1b[K")
    assert at_desk.run("simulate", "--fleet", "mixed", "--days", "5").err == ""
