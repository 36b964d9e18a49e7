"""Several readings of one account's use, and readings held against what is remembered."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.builders import NOW, D, H
from watcher.facts.accounts import FIRST_BELIEVED
from watcher.facts.activity import (
    NOT_ASKED,
    Activity,
    Seen,
    Unknown,
    Use,
    WhyUnknown,
    combined,
    remembering,
    seen_by,
)

TICK = timedelta(microseconds=1)
RECENT = Seen(at=NOW - D, what=Use.PUBLISHED_POST)
OLD = Seen(at=NOW - 50 * D, what=Use.PUBLISHED_POST)
LEASED = Seen(at=NOW - 90 * D, what=Use.ASSIGNMENT)
QUEUED = Seen(at=NOW - 60 * D, what=Use.QUEUED_POST)
SILENT = Unknown(why=WhyUnknown.NO_POST_EVER_SHOWN)
BROKEN = Unknown(why=WhyUnknown.UNREADABLE)


@pytest.mark.parametrize(
    ("readings", "together"),
    [
        ((), NOT_ASKED),
        ((RECENT,), RECENT),
        ((OLD, RECENT, LEASED), RECENT),
        ((LEASED, OLD), OLD),
        ((RECENT, BROKEN), BROKEN),
        ((BROKEN, RECENT), BROKEN),
        ((LEASED, SILENT), SILENT),
        ((LEASED, NOT_ASKED), NOT_ASKED),
        ((BROKEN, SILENT), BROKEN),
        ((SILENT, BROKEN), BROKEN),
        ((SILENT, NOT_ASKED), NOT_ASKED),
        ((BROKEN, QUEUED, RECENT), QUEUED),
        ((RECENT, QUEUED), QUEUED),
    ],
)
def test_unfinished_work_wins_then_doubt_then_the_latest_use(
    readings: tuple[Activity, ...], together: Activity
) -> None:
    assert combined(iter(readings)) == together


def test_only_unfinished_work_is_ongoing() -> None:
    unfinished = {Use.PUBLISHING_POST, Use.QUEUED_POST, Use.DRAFT_POST, Use.ONGOING}
    assert {use for use in Use if use.ongoing} == unfinished


USED = Seen(at=NOW - 10 * D, what=Use.PUBLISHED_POST)


def failed(at: datetime) -> Seen:
    return Seen(at=at, what=Use.FAILED_ATTEMPT)


@pytest.mark.parametrize(
    ("read", "used", "believed"),
    [
        (RECENT, None, RECENT),
        (BROKEN, None, BROKEN),
        (BROKEN, USED, BROKEN),
        (NOT_ASKED, USED, NOT_ASKED),
        (RECENT, USED, RECENT),
        (failed(USED.at + TICK), USED, failed(USED.at + TICK)),
        (failed(USED.at), USED, failed(USED.at)),
        (failed(USED.at - TICK), USED, Seen(at=USED.at, what=Use.REMEMBERED)),
        (LEASED, USED, Seen(at=USED.at, what=Use.REMEMBERED)),
        (QUEUED, USED, QUEUED),
    ],
)
def test_an_older_answer_than_before_is_not_believed(
    read: Activity, used: Seen | None, believed: Activity
) -> None:
    assert remembering(read, used) == believed


TOO_EARLY = Seen(at=FIRST_BELIEVED - TICK, what=Use.PUBLISHED_POST)
UNDATED = Unknown(why=WhyUnknown.MISSING_TIME)


@pytest.mark.parametrize("used", [TOO_EARLY, Seen(at=TOO_EARLY.at, what=Use.ASSIGNMENT)])
def test_no_source_is_believed_that_saw_use_before_the_provider_existed(used: Seen) -> None:
    assert combined([used]) == combined([used, RECENT]) == combined([LEASED, used]) == UNDATED
    assert combined([SILENT, used]) == UNDATED
    assert combined([used, QUEUED]) == QUEUED


def test_use_remembered_from_before_the_provider_existed_is_use_at_an_unknown_time() -> None:
    """Use was noted in the year 1; once its post was shown no more, the lease's begin counted."""
    assert remembering(LEASED, TOO_EARLY) == UNDATED
    assert remembering(RECENT, TOO_EARLY) == RECENT
    assert remembering(OLD, TOO_EARLY) == OLD
    assert remembering(QUEUED, TOO_EARLY) == QUEUED
    assert remembering(BROKEN, TOO_EARLY) == BROKEN


PLANNED = NOW + 2 * D
SEEN_QUEUED = Seen(at=NOW - H, what=Use.QUEUED_POST, planned=PLANNED)


@pytest.mark.parametrize(
    ("used", "cancelled", "believed"),
    [
        (SEEN_QUEUED, {PLANNED}, True),
        (SEEN_QUEUED, {PLANNED, NOW}, True),
        (SEEN_QUEUED, {NOW}, False),
        (SEEN_QUEUED, set(), False),
        (replace(SEEN_QUEUED, planned=None), {PLANNED}, False),
        (replace(SEEN_QUEUED, what=Use.PUBLISHED_POST), {PLANNED}, False),
    ],
)
def test_only_a_cancelled_post_takes_back_the_use_it_was_seen_as(
    used: Seen, cancelled: set[datetime], believed: bool
) -> None:
    read = Seen(at=NOW - 40 * D, what=Use.PUBLISHED_POST, cancelled=frozenset(cancelled))
    assert remembering(read, used) == (read if believed else Seen(at=used.at, what=Use.REMEMBERED))


@pytest.mark.parametrize(
    ("read", "told"),
    [
        (Seen(at=NOW, what=Use.OTHER), True),
        (Seen(at=NOW - D, what=Use.ASSIGNMENT), True),
        (Seen(at=NOW + TICK, what=Use.OTHER), False),
        (Seen(at=NOW - D, what=Use.ONGOING), False),
    ],
)
def test_what_is_known_now_tells_of_a_moment_before_where_nothing_came_since(read: Seen, told: bool) -> None:
    assert seen_by(read, NOW) == (read if told else Unknown(why=WhyUnknown.PLANNED_LATER))
    unread = Unknown(why=WhyUnknown.UNREADABLE)
    assert seen_by(unread, NOW) == unread
