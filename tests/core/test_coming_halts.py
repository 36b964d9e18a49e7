"""Several releases that will be halted, told in one sentence: what it costs, what prevents it, until when."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOW, D, H
from watcher.messages.coming_halts import ComingHalt, approving_all, unsaved_together
from watcher.texts.commands import WayOut, to_approve, to_see
from watcher.texts.times import zone

LATTE = ComingHalt(name="@latte", cents=15_000, by=NOW + 6 * H, brakes=("too_many",), planned=False)
MOCHA = replace(LATTE, name="@mocha", cents=9_900)


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ({}, {}, "unless 2 releases are approved by Mon 18 May 18:00 UTC"),
        ({}, {"by": NOW + 7 * H}, "unless 2 releases are approved, the first by Mon 18 May 18:00 UTC"),
        ({"by": None}, {"by": None}, "unless 2 releases are approved"),
        (
            {},
            {"brakes": ("too_many", "paused")},
            "unless 2 releases are approved and the pause is ended by Mon 18 May 18:00 UTC",
        ),
        (
            {"brakes": ("paused",)},
            {"brakes": ("paused",)},
            "unless the pause is ended by Mon 18 May 18:00 UTC",
        ),
        (
            {"brakes": ("paused",)},
            {"brakes": ("paused", "paused")},
            "unless the pauses are ended by Mon 18 May 18:00 UTC",
        ),
        (
            {"brakes": ("paused",), "planned": True},
            {"brakes": ("paused",), "planned": True},
            "unless the planned pause is ended in the configuration by Mon 18 May 18:00 UTC",
        ),
    ],
)
def test_it_is_told_once_what_prevents_all_of_it(
    first: dict[str, Any], second: dict[str, Any], told: str
) -> None:
    said = unsaved_together([replace(LATTE, **first), replace(MOCHA, **second)], NOW)
    assert said == f"$249.00 will not be saved {told}"


def test_what_may_go_all_the_same_is_not_told_as_sure() -> None:
    said = unsaved_together([LATTE, replace(MOCHA, unsure=True)], NOW, zone("Europe/Berlin"))
    assert said == "up to $249.00 will not be saved unless 2 releases are approved by Mon 18 May 20:00 CEST"


@pytest.mark.parametrize(
    ("by", "several", "until"),
    [
        (NOW + timedelta(microseconds=1), False, ", by Mon 18 May 12:00 UTC"),
        (NOW + D, True, ", the first by Tue 19 May 12:00 UTC"),
        (NOW, True, ""),
        (None, False, ""),
    ],
)
def test_an_approval_of_more_than_is_told_of_says_of_how_many_and_until_when(
    by: Any, several: bool, until: str
) -> None:
    assert approving_all(2, 24_900, "7f3a", NOW, by=by, several=several) == (
        WayOut.by_typing(to_approve("7f3a"), after=f" allows 2 releases ($249.00){until}"),
        WayOut.by_typing(to_see("7f3a"), after=" lists them"),
    )
    assert approving_all(1, 24_900, "7f3a", NOW, by=by, several=several) == (
        WayOut.by_typing(to_approve("7f3a"), after=" allows it"),
    )
