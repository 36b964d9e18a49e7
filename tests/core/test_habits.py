"""What people are assumed to post: what is queued goes out, and habits repeat, to the moment."""

from datetime import datetime, timedelta

from tests.builders import NOW, D, H
from watcher.ahead.habits import POSTING, Posting, Publication, publications, told
from watcher.facts.accounts import AccountId
from watcher.facts.posts import Post, PostStatus

LATTE, GRIND = AccountId("sa_latte"), AccountId("sa_grind")
UNTIL = NOW + 70 * D


def post(status: PostStatus | None, at: datetime | None, account: AccountId = LATTE) -> Post:
    out = at if status is PostStatus.PUBLISHED else None
    return Post(account=account, status=status, scheduled_for=at, published_at=out)


def goes_out(*posts: Post, posting: Posting = Posting.NOBODY, until: datetime = UNTIL) -> list[Publication]:
    return list(publications(posts, posting, since=NOW, until=until))


def test_where_nobody_posts_what_is_queued_goes_out_as_planned() -> None:
    before = post(PostStatus.PUBLISHED, NOW - D)
    draft = post(PostStatus.DRAFT, NOW + D)
    queued = post(PostStatus.QUEUED, NOW + 2 * D)

    assert goes_out(before, draft, queued) == [Publication(at=NOW + 2 * D, account=LATTE, queued=2)]


def test_what_should_have_gone_out_goes_out_at_once_and_what_has_no_time_never() -> None:
    late = post(PostStatus.PUBLISHING, NOW - H)
    undated = post(PostStatus.QUEUED, None)

    assert goes_out(late, undated) == [Publication(at=NOW, account=LATTE, queued=0)]


def test_what_is_queued_for_after_the_end_is_no_matter() -> None:
    queued = post(PostStatus.QUEUED, UNTIL)

    assert goes_out(queued) == [Publication(at=UNTIL, account=LATTE, queued=0)]
    assert goes_out(queued, until=UNTIL - timedelta(microseconds=1)) == []


def test_habits_of_the_last_thirty_days_repeat_every_thirty() -> None:
    """A post of thirty days ago to the moment would repeat now, and now is no time to come."""
    five_ago = post(PostStatus.PUBLISHED, NOW - 5 * D)
    just_too_old = post(PostStatus.PUBLISHED, NOW - 30 * D, account=GRIND)
    failed = post(PostStatus.FAILED, NOW - D)

    assert goes_out(five_ago, just_too_old, failed, posting=Posting.AS_BEFORE) == [
        Publication(at=NOW + 25 * D, account=LATTE),
        Publication(at=NOW + 55 * D, account=LATTE),
    ]


def test_of_whom_only_the_last_use_is_known_is_used_every_day_if_people_go_on() -> None:
    found = {
        posting: publications((), posting, since=NOW, until=NOW + 3 * D, each_day=[LATTE])
        for posting in Posting
    }

    assert found[Posting.NOBODY] == ()
    assert [one.at for one in found[Posting.AS_BEFORE]] == [NOW + D, NOW + 2 * D, NOW + 3 * D]


def test_they_come_in_order() -> None:
    found = goes_out(post(PostStatus.QUEUED, NOW + 2 * D), post(PostStatus.QUEUED, NOW + D, GRIND))

    assert [one.account for one in found] == [GRIND, LATTE]


DRAFTS = "what is queued goes out as planned, and drafts stay drafts"


def test_each_assumption_is_told() -> None:
    assert set(POSTING) == set(Posting)
    assert list(told(Posting.NOBODY, (), ())) == [f"nobody posts any more; {DRAFTS}"]


def test_what_only_holds_where_people_go_on_is_told_only_then() -> None:
    """It was told of every saved audit that these accounts are used every day, where nobody posts as well."""
    undated = [post(PostStatus.QUEUED, None), post(PostStatus.QUEUED, None), post(PostStatus.QUEUED, NOW)]

    assert list(told(Posting.NOBODY, undated, [LATTE, GRIND])) == [
        f"nobody posts any more; {DRAFTS}",
        "of 1 account nobody knows when what is queued goes out: it stays queued",
    ]
    assert list(told(Posting.AS_BEFORE, (), [LATTE, GRIND])) == [
        f"people post as in the last 30 days, every 30 days again; {DRAFTS}",
        "of 2 accounts only the last use is known, within these 30 days: these are used every day",
    ]
