"""How use fades: it ages out at an instant of its own, or its evidence no longer shows it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.builders import NOW, D, H, account, decision, policy
from watcher.facts.activity import Activity, Seen, Unknown, Use, WhyUnknown, still_shows
from watcher.memory.fading import most_within, turned_idle_at
from watcher.memory.remembered import Known, ProjectMemory
from watcher.rules.judge import Usage

TICK = timedelta(microseconds=1)


def used(ago: timedelta, what: Use = Use.PUBLISHED_POST) -> Seen:
    return Seen(at=NOW - ago, what=what)


@pytest.mark.parametrize(
    ("read", "remembered", "shows"),
    [
        (used(170 * D, Use.ASSIGNMENT), used(2 * D), False),
        (used(20 * D), used(2 * D), False),
        (used(3 * D), used(2 * D), True),
        (used(3 * D + TICK), used(2 * D), False),
        (used(2 * D), used(2 * D), True),
        (used(timedelta(), Use.DRAFT_POST), used(2 * D), True),
        (used(170 * D, Use.ASSIGNMENT), used(21 * D - TICK), False),
        (used(170 * D, Use.ASSIGNMENT), used(21 * D), None),
        (used(170 * D, Use.ASSIGNMENT), used(2 * D, Use.QUEUED_POST), False),
        (used(20 * D), used(2 * D, Use.QUEUED_POST), None),
        (used(21 * D), used(2 * D, Use.QUEUED_POST), False),
        (Unknown(why=WhyUnknown.UNREADABLE), used(2 * D), None),
        (used(2 * D), None, None),
    ],
)
def test_a_use_that_must_still_show_shows_or_its_source_is_blind(
    read: Activity, remembered: Seen | None, shows: bool | None
) -> None:
    assert still_shows(read, remembered, recent=21 * D, now=NOW) is shows


def test_a_post_called_off_is_shown_as_that() -> None:
    queued = Seen(at=NOW - 2 * D, what=Use.QUEUED_POST, planned=NOW + D)
    read = Seen(at=NOW - 170 * D, what=Use.ASSIGNMENT, cancelled=frozenset({NOW + D}))
    assert still_shows(read, queued, recent=21 * D, now=NOW) is True
    assert still_shows(replace(read, cancelled=frozenset()), queued, recent=21 * D, now=NOW) is False


@pytest.mark.parametrize(
    ("read_at", "turned_at"),
    [
        (None, NOW - D),
        (NOW - H, NOW),
        (NOW - 40 * D, NOW - D),
    ],
    ids=["never read", "asked about in this period already", "last read long before it"],
)
def test_use_ages_out_when_it_does_and_not_when_it_is_looked_at(
    read_at: datetime | None, turned_at: datetime
) -> None:
    one = account(renews_in=31 * H)
    told = decision(one, activity=used(22 * D), policies=(policy(),))
    known = Known(account=one, first_seen_at=NOW - 90 * D, used=used(22 * D), usage_at_opening=Usage.IN_USE)
    memory = ProjectMemory(read_at=read_at, known={one.id: known})
    assert turned_idle_at(known, told.judgement, memory, NOW) == turned_at


def test_in_another_period_use_has_aged_although_it_was_just_read() -> None:
    one = account(renews_in=31 * H)
    before = replace(one, renews_at=one.renews_at - 30 * D)
    known = Known(
        account=before, first_seen_at=NOW - 90 * D, used=used(22 * D), usage_at_opening=Usage.IN_USE
    )
    memory = ProjectMemory(read_at=NOW - H, known={one.id: known})
    told = decision(one, activity=used(22 * D), policies=(policy(),))
    assert turned_idle_at(known, told.judgement, memory, NOW) == NOW - D


@pytest.mark.parametrize(
    ("hours", "most"),
    [([], 0), ([5], 1), ([0, 23, 24], 2), ([0, 24, 48], 1), ([1, 2, 30, 31, 32, 90], 3), ([7, 7, 7], 3)],
)
def test_a_crowd_is_what_lies_within_a_day(hours: list[int], most: int) -> None:
    assert most_within([NOW + hour * H for hour in hours], 24 * H) == most
