"""What `never`, `idle` and `always` answer to what is known of an account's use."""

from datetime import timedelta

import pytest

from tests.builders import NOW, D
from watcher.facts.activity import NOT_ASKED, Activity, Seen, Unknown, Use, WhyUnknown
from watcher.record.reasons import Reason
from watcher.rules.judge import Usage, usage_of
from watcher.rules.policies import OPINIONS, Opinion
from watcher.rules.policy import ReleaseRule, ReleaseWhen

TICK = timedelta(microseconds=1)
OPENS = NOW + 25 * D
"""Idleness is projected to the opening: the account need not be idle yet."""

ONGOING = [Use.PUBLISHING_POST, Use.QUEUED_POST, Use.DRAFT_POST]
PAST = [Use.PUBLISHED_POST, Use.FAILED_ATTEMPT, Use.ASSIGNMENT, Use.REMEMBERED]
DOUBTS = [why for why in WhyUnknown if why is not WhyUnknown.NOT_ASKED]

LONG_AGO = Seen(at=OPENS - 400 * D, what=Use.PUBLISHED_POST)
JUST_NOW = Seen(at=NOW, what=Use.PUBLISHED_POST)

RELEASE_UNUSED = Opinion(release=True, reason=Reason.UNUSED)
RELEASE_AT_TERM = Opinion(release=True, reason=Reason.TERM)
IN_USE = Opinion(release=False, reason=Reason.IN_USE)
UNKNOWN = Opinion(release=False, reason=Reason.ACTIVITY_UNKNOWN)
NOT_DUE = Opinion(release=False, reason=Reason.NOT_DUE)


def opinion(when: ReleaseWhen, activity: Activity, *, cancel_queued: bool = False) -> Opinion:
    rule = ReleaseRule(when=when, idle_after=21 * D, cancel_queued=cancel_queued)
    return OPINIONS[when](rule, activity, OPENS)


def test_every_answer_to_when_has_an_opinion() -> None:
    assert set(OPINIONS) == set(ReleaseWhen)


@pytest.mark.parametrize(
    "activity", [LONG_AGO, JUST_NOW, NOT_ASKED, *(Unknown(why=why) for why in WhyUnknown)], ids=str
)
def test_never_keeps_whatever_is_known(activity: Activity) -> None:
    assert opinion(ReleaseWhen.NEVER, activity) == Opinion(release=False, reason=Reason.POLICY_NEVER)


@pytest.mark.parametrize("what", PAST)
@pytest.mark.parametrize(
    ("before_opening", "expected", "usage"),
    [
        (21 * D - TICK, IN_USE, Usage.IN_USE),
        (21 * D, RELEASE_UNUSED, Usage.UNUSED),
        (21 * D + TICK, RELEASE_UNUSED, Usage.UNUSED),
    ],
)
def test_idle_releases_once_the_latest_use_is_idle_after_old_at_the_opening(
    what: Use, before_opening: timedelta, expected: Opinion, usage: Usage
) -> None:
    activity = Seen(at=OPENS - before_opening, what=what)

    assert opinion(ReleaseWhen.IDLE, activity) == expected
    assert usage_of(activity, ReleaseRule(when=ReleaseWhen.IDLE, idle_after=21 * D), OPENS) is usage


def test_idle_is_projected_to_the_opening_not_judged_today() -> None:
    """Used four days ago, and the window opens in 25: by then it will be unused for 29."""
    assert opinion(ReleaseWhen.IDLE, Seen(at=NOW - 4 * D, what=Use.PUBLISHED_POST)) == RELEASE_UNUSED


@pytest.mark.parametrize("what", ONGOING)
@pytest.mark.parametrize("age", [timedelta(), 30 * D, 4_000 * D])
def test_unfinished_posts_are_use_whatever_their_age(what: Use, age: timedelta) -> None:
    activity = Seen(at=NOW - age, what=what)

    assert opinion(ReleaseWhen.IDLE, activity) == IN_USE
    assert opinion(ReleaseWhen.ALWAYS, activity) == IN_USE
    assert usage_of(activity, ReleaseRule(), OPENS) is Usage.IN_USE


@pytest.mark.parametrize("why", DOUBTS)
def test_idle_never_releases_on_doubt(why: WhyUnknown) -> None:
    assert opinion(ReleaseWhen.IDLE, Unknown(why=why)) == UNKNOWN
    assert usage_of(Unknown(why=why), ReleaseRule(), OPENS) is Usage.UNKNOWN


@pytest.mark.parametrize("when", [ReleaseWhen.IDLE, ReleaseWhen.ALWAYS])
def test_what_nobody_asked_yet_is_not_due_rather_than_unknown(when: ReleaseWhen) -> None:
    assert opinion(when, NOT_ASKED) == NOT_DUE


@pytest.mark.parametrize("activity", [Seen(at=NOW, what=what) for what in PAST], ids=str)
def test_always_releases_at_term_what_was_used_today(activity: Activity) -> None:
    assert opinion(ReleaseWhen.ALWAYS, activity) == RELEASE_AT_TERM


@pytest.mark.parametrize("why", [why for why in DOUBTS if why is not WhyUnknown.NO_POST_EVER_SHOWN])
def test_always_keeps_on_doubt_because_an_unread_queue_might_hold_posts(why: WhyUnknown) -> None:
    assert opinion(ReleaseWhen.ALWAYS, Unknown(why=why)) == UNKNOWN


def test_always_releases_where_the_queue_was_read_and_nothing_was_ever_shown() -> None:
    assert opinion(ReleaseWhen.ALWAYS, Unknown(why=WhyUnknown.NO_POST_EVER_SHOWN)) == RELEASE_AT_TERM


@pytest.mark.parametrize(
    "activity",
    [
        *(Seen(at=NOW, what=what) for what in Use),
        *(Unknown(why=why) for why in WhyUnknown),
    ],
    ids=str,
)
def test_always_with_cancel_queued_releases_whatever_is_known(activity: Activity) -> None:
    assert opinion(ReleaseWhen.ALWAYS, activity, cancel_queued=True) == RELEASE_AT_TERM


@pytest.mark.parametrize("what", ONGOING)
def test_cancel_queued_means_nothing_to_idle(what: Use) -> None:
    assert opinion(ReleaseWhen.IDLE, Seen(at=NOW, what=what), cancel_queued=True) == IN_USE
