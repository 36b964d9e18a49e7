"""From posts to evidence: error is not emptiness (design §4.1)."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from tests.builders import NOW, D
from watcher.facts.accounts import FIRST_BELIEVED, AccountId
from watcher.facts.activity import Activity, Seen, Unknown, Use, WhyUnknown
from watcher.facts.posts import UNFINISHED, Post, PostStatus, weigh, weigh_by

TICK = timedelta(microseconds=1)
ASSIGNED = NOW - 100 * D
SINCE_ASSIGNMENT = Seen(at=ASSIGNED, what=Use.ASSIGNMENT)


def post(
    status: PostStatus | None,
    *,
    planned: datetime | None = NOW - 30 * D,
    tried: datetime | None = None,
    out: datetime | None = None,
) -> Post:
    return Post(
        account=AccountId("sa_1"), status=status, scheduled_for=planned, attempted_at=tried, published_at=out
    )


def weighed(
    *posts: Post, assigned_at: datetime = ASSIGNED, now: datetime = NOW, absence_counts: bool = True
) -> Activity:
    return weigh(posts, assigned_at=assigned_at, now=now, absence_counts=absence_counts)


def published(ago: timedelta) -> Post:
    return post(PostStatus.PUBLISHED, out=NOW - ago)


def failed(ago: timedelta) -> Post:
    return post(PostStatus.FAILED, tried=NOW - ago)


QUEUED = post(PostStatus.QUEUED, planned=NOW + D)
CANCELED = post(PostStatus.CANCELED, planned=NOW - D, tried=NOW - D)
INVENTED = post(None)


def test_every_status_is_unfinished_finished_or_cancelled() -> None:
    assert {*UNFINISHED, PostStatus.PUBLISHED, PostStatus.FAILED, PostStatus.CANCELED} == set(PostStatus)


@pytest.mark.parametrize(
    ("one", "activity"),
    [
        pytest.param(post(PostStatus.QUEUED), Seen(at=NOW, what=Use.QUEUED_POST), id="queued"),
        pytest.param(post(PostStatus.PUBLISHING), Seen(at=NOW, what=Use.PUBLISHING_POST), id="publishing"),
        pytest.param(post(PostStatus.DRAFT), Seen(at=NOW, what=Use.DRAFT_POST), id="draft"),
        pytest.param(post(PostStatus.DRAFT_IN_INBOX), Seen(at=NOW, what=Use.DRAFT_POST), id="inbox"),
        pytest.param(
            post(PostStatus.DRAFT, planned=None), Seen(at=NOW, what=Use.DRAFT_POST), id="draft without a time"
        ),
        pytest.param(
            post(PostStatus.QUEUED, planned=NOW - 900 * D),
            Seen(at=NOW, what=Use.QUEUED_POST),
            id="queued years ago",
        ),
        pytest.param(
            published(5 * D), Seen(at=NOW - 5 * D, what=Use.PUBLISHED_POST), id="published in this lease"
        ),
        pytest.param(
            post(PostStatus.PUBLISHED, planned=NOW + D, out=NOW),
            Seen(at=NOW, what=Use.PUBLISHED_POST),
            id="published this very moment",
        ),
        pytest.param(
            post(PostStatus.PUBLISHED, planned=NOW - 5 * D, tried=NOW - 5 * D),
            Unknown(why=WhyUnknown.MISSING_TIME),
            id="published without saying when",
        ),
        pytest.param(
            post(PostStatus.PUBLISHED, out=NOW + TICK),
            Unknown(why=WhyUnknown.FUTURE_TIME),
            id="published in the future",
        ),
        pytest.param(failed(2 * D), Seen(at=NOW - 2 * D, what=Use.FAILED_ATTEMPT), id="failed"),
        pytest.param(
            post(PostStatus.FAILED, planned=NOW - 3 * D),
            Seen(at=NOW - 3 * D, what=Use.FAILED_ATTEMPT),
            id="failed, known only when it was planned",
        ),
        pytest.param(
            post(PostStatus.FAILED, planned=None),
            Unknown(why=WhyUnknown.MISSING_TIME),
            id="failed without any time",
        ),
        pytest.param(
            post(PostStatus.FAILED, tried=NOW + TICK),
            Unknown(why=WhyUnknown.FUTURE_TIME),
            id="failed in the future",
        ),
        pytest.param(CANCELED, SINCE_ASSIGNMENT, id="cancelled is no use"),
        pytest.param(
            post(PostStatus.CANCELED, out=NOW - D),
            Unknown(why=WhyUnknown.UNKNOWN_STATUS),
            id="cancelled, and published",
        ),
        pytest.param(INVENTED, Unknown(why=WhyUnknown.UNKNOWN_STATUS), id="a status we do not know"),
    ],
)
def test_one_post_says(one: Post, activity: Activity) -> None:
    assert weighed(one) == activity


@pytest.mark.parametrize(
    ("posts", "activity"),
    [
        ((published(9 * D), published(3 * D), failed(5 * D)), Seen(at=NOW - 3 * D, what=Use.PUBLISHED_POST)),
        ((published(9 * D), failed(5 * D), CANCELED), Seen(at=NOW - 5 * D, what=Use.FAILED_ATTEMPT)),
        ((published(D), INVENTED), Unknown(why=WhyUnknown.UNKNOWN_STATUS)),
        ((QUEUED, INVENTED, published(9 * D)), Seen(at=NOW, what=Use.QUEUED_POST)),
        ((QUEUED, post(PostStatus.PUBLISHED)), Seen(at=NOW, what=Use.QUEUED_POST)),
        ((CANCELED, CANCELED), SINCE_ASSIGNMENT),
    ],
)
def test_unfinished_work_outweighs_doubt_and_doubt_outweighs_the_latest_use_in_any_order(
    posts: tuple[Post, ...], activity: Activity
) -> None:
    assert {weighed(*order) for order in permutations(posts)} == {activity}


@pytest.mark.parametrize(
    ("posts", "absence_counts", "activity"),
    [
        ((), True, SINCE_ASSIGNMENT),
        ((), False, Unknown(why=WhyUnknown.NO_POST_EVER_SHOWN)),
        ((CANCELED,), False, Unknown(why=WhyUnknown.NO_POST_EVER_SHOWN)),
        ((INVENTED,), False, Unknown(why=WhyUnknown.UNKNOWN_STATUS)),
        ((published(D),), False, Seen(at=NOW - D, what=Use.PUBLISHED_POST)),
        ((QUEUED,), False, Seen(at=NOW, what=Use.QUEUED_POST)),
    ],
)
def test_silence_means_unused_only_where_absence_counts(
    posts: tuple[Post, ...], absence_counts: bool, activity: Activity
) -> None:
    assert weighed(*posts, absence_counts=absence_counts) == activity


@pytest.mark.parametrize(
    ("at", "activity"),
    [
        (ASSIGNED - TICK, SINCE_ASSIGNMENT),
        (ASSIGNED, Seen(at=ASSIGNED, what=Use.PUBLISHED_POST)),
        (ASSIGNED + TICK, Seen(at=ASSIGNED + TICK, what=Use.PUBLISHED_POST)),
    ],
)
def test_a_post_from_before_the_lease_is_somebody_elses(at: datetime, activity: Activity) -> None:
    assert weighed(post(PostStatus.PUBLISHED, planned=at, out=at), absence_counts=False) == activity


@pytest.mark.parametrize(
    ("assigned_at", "activity"),
    [
        (NOW - TICK, Seen(at=NOW - TICK, what=Use.ASSIGNMENT)),
        (NOW, Seen(at=NOW, what=Use.ASSIGNMENT)),
        (NOW + TICK, Unknown(why=WhyUnknown.LEASE_TO_COME)),
    ],
)
@pytest.mark.parametrize("posts", [(), (published(200 * D),)], ids=["no post", "one from before the lease"])
def test_a_lease_that_begins_in_the_future_proves_nothing(
    posts: tuple[Post, ...], assigned_at: datetime, activity: Activity
) -> None:
    """An old post of the same account once made a lease that begins tomorrow "unused since tomorrow"; later
    it was said that a post is from the future, where there was none.
    """
    assert weighed(*posts, assigned_at=assigned_at) == activity


# Times that cannot be

YEAR_1 = datetime(1, 1, 1, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TOO_EARLY = FIRST_BELIEVED - TICK
MISSING, FUTURE = Unknown(why=WhyUnknown.MISSING_TIME), Unknown(why=WhyUnknown.FUTURE_TIME)


def used(ago: timedelta, what: Use = Use.PUBLISHED_POST) -> Seen:
    return Seen(at=NOW - ago, what=what)


@pytest.mark.parametrize("at", [YEAR_1, EPOCH, TOO_EARLY], ids=["year 1", "1970", "a tick too early"])
@pytest.mark.parametrize("planned", [NOW - 2 * D, NOW - 40 * D, None], ids=["recent", "old", "none"])
def test_a_publication_before_the_provider_existed_is_a_missing_time(
    at: datetime, planned: datetime | None
) -> None:
    """A post of two days ago said it was published in the year 1, which counted as from before the lease:
    the account was unused since its lease began, and released.
    """
    assert weighed(post(PostStatus.PUBLISHED, planned=planned, tried=planned, out=at)) == MISSING


@pytest.mark.parametrize("at", [YEAR_1, EPOCH, TOO_EARLY], ids=["year 1", "1970", "a tick too early"])
def test_an_attempt_before_the_provider_existed_is_as_good_as_none(at: datetime) -> None:
    """An attempt of year 1 hid that it had been planned for the day before."""
    planned = post(PostStatus.FAILED, planned=NOW - D, tried=at)
    assert weighed(planned) == used(D, Use.FAILED_ATTEMPT)
    assert weighed(post(PostStatus.FAILED, planned=at, tried=at)) == MISSING
    assert weighed(post(PostStatus.FAILED, planned=None, tried=at)) == MISSING


def test_the_first_moment_that_is_believed_is_a_time_like_any_other() -> None:
    one = post(PostStatus.PUBLISHED, planned=FIRST_BELIEVED, out=FIRST_BELIEVED)
    since = Seen(at=FIRST_BELIEVED, what=Use.PUBLISHED_POST)
    assert weighed(one, assigned_at=FIRST_BELIEVED) == since


@pytest.mark.parametrize(
    ("one", "activity"),
    [
        pytest.param(
            post(PostStatus.PUBLISHED, planned=NOW - 2 * D, out=NOW - 40 * D), used(2 * D), id="published now"
        ),
        pytest.param(
            post(PostStatus.PUBLISHED, planned=NOW - 40 * D, tried=NOW - 3 * D, out=NOW - 40 * D),
            used(3 * D),
            id="attempted long after it was out",
        ),
        pytest.param(
            post(PostStatus.PUBLISHED, planned=NOW - 40 * D, tried=NOW - 40 * D, out=NOW - 4 * D),
            used(4 * D),
            id="out long after it was planned",
        ),
        pytest.param(
            post(PostStatus.PUBLISHED, planned=NOW + 9 * D, tried=EPOCH, out=NOW - 40 * D),
            used(40 * D),
            id="published now, planned for another day",
        ),
        pytest.param(
            post(PostStatus.PUBLISHED, planned=datetime.max.replace(tzinfo=UTC), out=NOW - 40 * D),
            used(40 * D),
            id="planned for the end of time",
        ),
        pytest.param(
            post(PostStatus.PUBLISHED, tried=NOW + TICK, out=NOW - 40 * D), FUTURE, id="attempted tomorrow"
        ),
        pytest.param(
            post(PostStatus.FAILED, planned=NOW - D, tried=NOW - 40 * D),
            used(D, Use.FAILED_ATTEMPT),
            id="failed long before it was due",
        ),
        pytest.param(
            post(PostStatus.FAILED, planned=NOW + D, tried=NOW - 5 * D),
            used(5 * D, Use.FAILED_ATTEMPT),
            id="failed before it is due",
        ),
        pytest.param(
            post(PostStatus.FAILED, planned=NOW + D, tried=YEAR_1), FUTURE, id="failed when, is open"
        ),
    ],
)
def test_the_latest_believable_time_of_a_post_is_its_use(one: Post, activity: Activity) -> None:
    """Of a post published at once though planned for later only the publication counted; the latest errs
    towards keeping, and ages out.
    """
    assert weighed(one) == activity


@pytest.mark.parametrize(
    "assigned_at", [YEAR_1, EPOCH, TOO_EARLY], ids=["year 1", "1970", "a tick too early"]
)
@pytest.mark.parametrize("posts", [(), (published(40 * D),), (published(D),)], ids=["none", "old", "recent"])
def test_a_lease_that_began_before_the_provider_existed_proves_nothing(
    posts: tuple[Post, ...], assigned_at: datetime
) -> None:
    """A lease of two days said it began in 1970: unused for 56 years, and released. Later it was said that a
    post has no time, where none was or all had one.
    """
    undated = Unknown(why=WhyUnknown.LEASE_UNDATED)
    assert weighed(*posts, assigned_at=assigned_at) == undated
    assert weighed(*posts, QUEUED, assigned_at=assigned_at) == Seen(at=NOW, what=Use.QUEUED_POST)


# Of its use by a moment that has passed

THEN = NOW - 10 * D
MAYBE = Unknown(why=WhyUnknown.PLANNED_LATER)
UNUSED_THEN = Seen(at=THEN - 80 * D, what=Use.ASSIGNMENT)


def by_then(*posts: Post, absence_counts: bool = True) -> Activity:
    return weigh_by(
        posts,
        then=THEN,
        recent=21 * D,
        assigned_at=THEN - 80 * D,
        now=NOW,
        absence_counts=absence_counts,
    )


def sent(planned: datetime | None, at: datetime | None = None) -> Post:
    return post(PostStatus.PUBLISHED, planned=planned, tried=at or planned, out=at or planned)


@pytest.mark.parametrize(
    ("one", "activity"),
    [
        pytest.param(sent(THEN), Seen(at=THEN, what=Use.PUBLISHED_POST), id="published right then"),
        pytest.param(sent(THEN + TICK), MAYBE, id="a tick later"),
        pytest.param(sent(THEN, THEN + TICK), Seen(at=THEN, what=Use.QUEUED_POST), id="on its way"),
        pytest.param(
            sent(THEN + D, THEN - D), Seen(at=THEN - D, what=Use.PUBLISHED_POST), id="before its time"
        ),
        pytest.param(
            post(PostStatus.FAILED, planned=THEN - D),
            Seen(at=THEN - D, what=Use.FAILED_ATTEMPT),
            id="failed before",
        ),
        pytest.param(post(PostStatus.FAILED, planned=THEN + D), MAYBE, id="failed since"),
        pytest.param(
            post(PostStatus.DRAFT, planned=THEN),
            Seen(at=THEN, what=Use.DRAFT_POST),
            id="a draft for then",
        ),
        pytest.param(post(PostStatus.QUEUED, planned=THEN + TICK), MAYBE, id="still queued"),
        pytest.param(post(PostStatus.DRAFT, planned=None), MAYBE, id="a draft for no time"),
        pytest.param(post(PostStatus.CANCELED, planned=THEN), UNUSED_THEN, id="called off"),
        pytest.param(post(PostStatus.CANCELED, planned=THEN + TICK), MAYBE, id="or later"),
        pytest.param(
            post(None, planned=THEN - D),
            Unknown(why=WhyUnknown.UNKNOWN_STATUS),
            id="a status nobody knows",
        ),
        pytest.param(
            sent(THEN - D, NOW + D), Unknown(why=WhyUnknown.FUTURE_TIME), id="of a future that cannot be"
        ),
    ],
)
def test_what_one_post_says_of_a_moment_that_has_passed(one: Post, activity: Activity) -> None:
    assert by_then(one) == activity


@pytest.mark.parametrize("order", [1, -1])
def test_recent_use_by_then_settles_it_and_older_use_does_not(order: int) -> None:
    def said(at: datetime) -> Activity:
        return by_then(*[sent(at), sent(THEN + D)][::order])

    assert said(THEN - 21 * D + TICK) == Seen(at=THEN - 21 * D + TICK, what=Use.PUBLISHED_POST)
    assert said(THEN - 21 * D) == MAYBE


def test_the_first_doubt_is_told() -> None:
    odd = post(None, planned=THEN)
    off = post(PostStatus.CANCELED, planned=NOW)
    assert by_then(odd, off, sent(THEN + D)) == Unknown(why=WhyUnknown.UNKNOWN_STATUS)
    assert by_then(off, odd) == MAYBE


@pytest.mark.parametrize("at", [datetime(1970, 1, 1, tzinfo=UTC), FIRST_BELIEVED - TICK])
def test_a_plan_that_cannot_be_was_not_before_then(at: datetime) -> None:
    assert by_then(post(PostStatus.QUEUED, planned=at)) == MAYBE


@pytest.mark.parametrize(("counts", "activity"), [(True, UNUSED_THEN), (False, None)])
def test_silence_until_then_is_no_use_where_absence_counts(counts: bool, activity: Activity | None) -> None:
    silent = Unknown(why=WhyUnknown.NO_POST_EVER_SHOWN)
    assert by_then(absence_counts=counts) == (activity or silent)
