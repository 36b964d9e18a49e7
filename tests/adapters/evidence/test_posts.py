"""What scheduled posts say about use, and how few requests it takes to hear it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.adapters.evidence.shelf import DAY, NOW, PROJECT, Shelf, inquiry, published, unfinished
from watcher.adapters.evidence.posts import PostsSource
from watcher.facts.activity import Findings, Inquiry, Seen, Unknown, Use, WhyUnknown
from watcher.facts.posts import PostStatus
from watcher.ports.leases import Refused, Surprising, Suspended, Temporary


def ask(shelf: Shelf, *inquiries: Inquiry, shown_before: bool = False) -> Findings:
    return PostsSource(reader=shelf).read(PROJECT, inquiries, shown_before=shown_before, now=NOW)


def unused_since(ago: timedelta) -> Seen:
    return Seen(at=NOW - ago, what=Use.PUBLISHED_POST)


NEVER_USED = Seen(at=NOW - 90 * DAY, what=Use.ASSIGNMENT)
QUEUED = Seen(at=NOW, what=Use.QUEUED_POST)


# One account


def test_one_account_with_a_short_history_is_one_request():
    shelf = Shelf(published("a", 40 * DAY), published("b", DAY))
    assert ask(shelf, inquiry("a")) == Findings(activity={"a": unused_since(40 * DAY)}, shown=True)
    assert shelf.asked == ["a any"]


def test_one_account_in_use_is_one_request():
    shelf = Shelf(*(published("a", n * DAY) for n in range(1, 30)), size=5)
    assert ask(shelf, inquiry("a")).activity == {"a": unused_since(DAY)}
    assert shelf.asked == ["a any"]


def test_an_old_draft_below_a_long_history_is_found():
    shelf = Shelf(
        *(published("a", n * DAY) for n in range(30, 60)),
        unfinished("a", 80 * DAY, PostStatus.DRAFT),
        size=5,
    )
    assert ask(shelf, inquiry("a")).activity == {"a": Seen(at=NOW, what=Use.DRAFT_POST)}
    assert shelf.asked == ["a any", "a unfinished"]


def test_a_long_history_is_read_back_to_a_week_before_recent_use():
    shelf = Shelf(*(published("a", n * DAY) for n in range(22, 60)), size=2)
    assert ask(shelf, inquiry("a", recent=21 * DAY)).activity == {"a": unused_since(22 * DAY)}
    # 22…29: the page that goes beyond 28 days is the fourth.
    assert shelf.asked == ["a any"] * 4 + ["a unfinished"]


def test_a_post_that_went_out_a_week_late_is_recent_use():
    late = published("a", 27 * DAY, late=7 * DAY)
    shelf = Shelf(published("a", 22 * DAY), published("a", 23 * DAY), late, size=1)
    assert ask(shelf, inquiry("a", recent=21 * DAY)).activity == {"a": unused_since(20 * DAY)}


@pytest.mark.parametrize("planned", [datetime(1, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC), None])
@pytest.mark.parametrize("asked", [("a",), ("a", "b", "c")], ids=["alone", "together"])
def test_a_plan_that_cannot_be_ends_no_reading(planned, asked):
    """A post planned in the year 1 ended its page, as if all further ones were older: use of yesterday on the
    next page was not read.
    """
    odd = published("z", 30 * DAY, scheduled_for=planned)
    others = [published(name, 25 * DAY + n * DAY) for n, name in enumerate(asked)]
    shelf = Shelf(*others, odd, published("a", DAY), size=len(others) + 1, in_order=False)
    found = ask(shelf, *map(inquiry, asked)).activity
    assert found["a"] == unused_since(DAY)


@pytest.mark.parametrize("planned", [NOW + 9 * DAY, datetime.max.replace(tzinfo=UTC)])
def test_a_plan_for_the_end_of_time_ends_no_reading_either(planned):
    odd = published("a", 30 * DAY, scheduled_for=planned)
    shelf = Shelf(odd, published("a", DAY), size=1)
    assert ask(shelf, inquiry("a")).activity == {"a": unused_since(DAY)}


def test_posts_before_the_lease_are_not_searched_for():
    shelf = Shelf(*(published("a", n * DAY) for n in range(13, 60)), size=1)
    found = ask(shelf, inquiry("a", assigned_at=NOW - 5 * DAY))
    assert found.activity == {"a": Seen(at=NOW - 5 * DAY, what=Use.ASSIGNMENT)}
    assert shelf.asked == ["a any", "a unfinished"]


# Silence


def test_silence_of_a_source_that_never_spoke_is_unknown():
    assert ask(Shelf(), inquiry("a")) == Findings(
        activity={"a": Unknown(why=WhyUnknown.NO_POST_EVER_SHOWN)}, shown=False
    )


def test_silence_counts_where_the_source_spoke_before():
    shelf = Shelf(published("z", DAY))
    assert ask(shelf, inquiry("a"), shown_before=True) == Findings(
        activity={"a": NEVER_USED}, shown=True, blank=False
    )


@pytest.mark.parametrize("names", ["a", "ab"])
@pytest.mark.parametrize("complete", [False, True])
def test_silence_of_a_whole_project_that_was_seen_to_post_is_a_blank(names, complete):
    """A source that answered with empty lists all at once was believed: everybody was unused."""
    found = ask(Shelf(), *(inquiry(name, complete=complete) for name in names), shown_before=True)
    assert found == Findings(activity=dict.fromkeys(names, NEVER_USED), shown=True, blank=True)


def test_nothing_is_called_blank_that_never_showed_anything_or_was_not_looked_at():
    assert ask(Shelf(), inquiry("a", complete=True)).blank is None
    assert ask(Shelf(), shown_before=True).blank is None
    assert ask(Shelf(published("a", DAY)), inquiry("a"), shown_before=True).blank is False


def test_silence_counts_where_the_policy_says_that_all_use_shows_here():
    found = ask(Shelf(), inquiry("a", complete=True), inquiry("b"))
    assert found == Findings(
        activity={"a": NEVER_USED, "b": Unknown(why=WhyUnknown.NO_POST_EVER_SHOWN)}, shown=False
    )


def test_silence_counts_where_another_account_of_the_project_posts():
    found = ask(Shelf(published("z", DAY)), inquiry("a"), inquiry("b"))
    assert found == Findings(activity={"a": NEVER_USED, "b": NEVER_USED}, shown=True)


# What is not understood


@pytest.mark.parametrize(
    ("post", "why"),
    [
        (replace(unfinished("a", -5 * DAY), status=None), WhyUnknown.UNKNOWN_STATUS),
        (published("a", DAY, published_at=None), WhyUnknown.MISSING_TIME),
        (published("a", -DAY), WhyUnknown.FUTURE_TIME),
    ],
)
@pytest.mark.parametrize("others", [[], [inquiry("b")]])
def test_a_post_that_is_not_understood_makes_the_activity_unknown(post, why, others):
    found = ask(Shelf(post, published("a", 40 * DAY)), inquiry("a"), *others)
    assert found.activity["a"] == Unknown(why=why)


def test_an_unfinished_post_outweighs_what_is_not_understood():
    strange = replace(unfinished("a", DAY), status=None)
    assert ask(Shelf(strange, unfinished("a", 50 * DAY)), inquiry("a")).activity == {"a": QUEUED}


# Several accounts


def test_several_accounts_of_a_small_project_are_one_request():
    shelf = Shelf(
        published("a", DAY),
        published("b", 40 * DAY),
        unfinished("c", 70 * DAY),
        published("z", 2 * DAY),
    )
    found = ask(shelf, *map(inquiry, "abcd"))
    assert found == Findings(
        activity={"a": unused_since(DAY), "b": unused_since(40 * DAY), "c": QUEUED, "d": NEVER_USED},
        shown=True,
    )
    assert shelf.asked == ["all any"]


def test_reading_ends_when_every_account_asked_about_is_in_use():
    shelf = Shelf(*(published(name, n * DAY) for n in range(1, 20) for name in "abc"), size=6)
    found = ask(shelf, *map(inquiry, "abc"))
    assert found.activity == dict.fromkeys("abc", unused_since(DAY))
    assert shelf.asked == ["all any"]


def test_beyond_recent_use_only_unfinished_posts_are_asked_for():
    crowd = [published("z", n * DAY) for n in range(60)]
    shelf = Shelf(*crowd, unfinished("c", 58 * DAY), published("d", 3 * DAY), size=16)
    found = ask(shelf, *map(inquiry, "abcd"))
    assert found.activity == {
        "a": NEVER_USED,
        "b": NEVER_USED,
        "c": QUEUED,
        "d": unused_since(3 * DAY),
    }
    assert shelf.asked == ["all any", "all any", "all unfinished"]


def test_two_accounts_in_a_crowd_are_asked_for_alone():
    crowd = [published("z", n * timedelta(hours=1)) for n in range(1000)]
    shelf = Shelf(*crowd, published("a", 30 * DAY))
    found = ask(shelf, inquiry("a"), inquiry("b"))
    assert found.activity == {"a": unused_since(30 * DAY), "b": NEVER_USED}
    assert shelf.asked == ["all any", "a any", "b any"]


def test_reading_a_project_costs_at_most_about_twice_asking_for_each_alone():
    queue = [unfinished("z", -n * DAY) for n in range(2000)]
    shelf = Shelf(*queue)
    ask(shelf, *map(inquiry, "abcde"))
    assert len(shelf.asked) <= 2 * 5


def test_a_long_queue_of_others_does_not_hide_an_old_draft():
    crowd = [published("z", n * DAY) for n in range(60)]
    queue = [unfinished("z", n * DAY) for n in range(40)]
    shelf = Shelf(*crowd, *queue, unfinished("b", 59 * DAY), size=20)
    found = ask(shelf, *map(inquiry, "abc"))
    assert found.activity == {"a": NEVER_USED, "b": QUEUED, "c": NEVER_USED}


def test_pages_out_of_order_end_nothing_early():
    posts = [published("z", 60 * DAY), published("z", DAY), published("a", 70 * DAY), published("a", 3 * DAY)]
    shelf = Shelf(*posts, size=2, in_order=False)
    found = ask(shelf, *map(inquiry, "abc"))
    assert found.activity["a"] == unused_since(3 * DAY)
    mixed_up = [published("a", days * DAY) for days in (40, 25, 3, 50)]
    alone = Shelf(*mixed_up, size=2, in_order=False)
    assert ask(alone, inquiry("a")).activity == {"a": unused_since(3 * DAY)}


def test_a_post_without_a_schedule_ends_nothing_early():
    posts = [replace(unfinished("z", DAY), scheduled_for=None), published("z", 60 * DAY), published("a", DAY)]
    shelf = Shelf(*posts, size=2, in_order=False)
    assert ask(shelf, *map(inquiry, "abc")).activity["a"] == unused_since(DAY)


def test_nobody_asked_about_is_no_request():
    shelf = Shelf(published("a", DAY))
    assert ask(shelf) == Findings(activity={}, shown=False)
    assert shelf.asked == []


# The boundary of "recent"


@pytest.mark.parametrize(
    ("ago", "requests"),
    [
        (21 * DAY - timedelta(seconds=1), 1),
        (21 * DAY, 2),
        (21 * DAY + timedelta(seconds=1), 2),
    ],
)
def test_use_younger_than_recent_settles_the_question(ago, requests):
    shelf = Shelf(published("a", ago), published("a", 50 * DAY), published("a", 60 * DAY), size=2)
    assert ask(shelf, inquiry("a", recent=21 * DAY)).activity == {"a": unused_since(ago)}
    assert len(shelf.asked) == requests


# Errors


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (Refused("x", code="FORBIDDEN_SCOPE", status=403), WhyUnknown.MISSING_SCOPE),
        (Refused("x", code="FORBIDDEN_PROJECT", status=403), WhyUnknown.UNREADABLE),
        (Refused("x", code="NOT_FOUND", status=404), WhyUnknown.UNREADABLE),
        (Temporary("x", code="INTERNAL", status=500), WhyUnknown.UNREADABLE),
        (Surprising("x", code="html_body"), WhyUnknown.UNREADABLE),
    ],
)
@pytest.mark.parametrize("names", ["a", "abc"])
def test_an_error_is_not_emptiness(error, why, names):
    found = ask(Shelf(error=error), *map(inquiry, names), shown_before=True)
    assert found == Findings(activity=dict.fromkeys(names, Unknown(why=why)), shown=True)


def test_what_was_settled_before_an_error_stays_so():
    crowd = [published("z", n * DAY) for n in range(1, 60)]
    error = Temporary("x", code="INTERNAL", status=500)
    shelf = Shelf(*crowd, published("a", timedelta()), published("b", 30 * DAY), size=40, error=error, at=2)
    found = ask(shelf, *map(inquiry, "abc"))
    unreadable = Unknown(why=WhyUnknown.UNREADABLE)
    assert found.activity == {"a": unused_since(timedelta()), "b": unreadable, "c": unreadable}


@pytest.mark.parametrize(
    "error",
    [Suspended("x", code="KILL_SWITCH", status=503), Refused("x", code="UNAUTHENTICATED", status=401)],
)
def test_what_concerns_the_key_is_not_hidden(error):
    with pytest.raises(type(error)):
        ask(Shelf(error=error), inquiry("a"))


def test_a_silent_account_asked_alone_is_held_against_the_posts_of_its_project():
    """In a busy project it stayed unknown until some account with posts was asked about: a month paid."""
    shelf = Shelf(published("b", 2 * DAY))
    found = ask(shelf, inquiry("a"))

    assert found == Findings(
        activity={"a": NEVER_USED},
        shown=True,
    )
    assert shelf.asked == ["a any", "all any"]


def test_where_silence_is_declared_to_count_nobody_else_is_asked_about():
    shelf = Shelf(published("b", 2 * DAY))
    ask(shelf, inquiry("a", complete=True))
    assert shelf.asked == ["a any"]


# Of renewals that have passed


RENEWED = NOW - 10 * DAY


def by_renewals(shelf: Shelf, *names: str, renewals: tuple[datetime, ...] = (RENEWED,)) -> dict:
    asked = [replace(inquiry(name), renewals=renewals) for name in names]
    found = ask(shelf, *asked).by_then
    return {name: list(found[name].values()) for name in names}


def test_use_since_does_not_end_the_reading_before_the_renewal_that_is_asked_about():
    """It was in use by now: what it was as it renewed lay on a later page."""
    shelf = Shelf(published("a", DAY), published("a", 2 * DAY), published("a", 12 * DAY), size=1)
    assert by_renewals(shelf, "a") == {"a": [unused_since(12 * DAY)]}


def test_it_is_read_back_to_a_week_before_recent_use_by_the_first_of_them():
    shelf = Shelf(*(published("a", n * DAY) for n in range(30, 90)), size=2)
    first = NOW - 25 * DAY
    assert by_renewals(shelf, "a", renewals=(first, RENEWED)) == {
        "a": [unused_since(30 * DAY), unused_since(30 * DAY)]
    }
    # 30…54: 25 + 21 + 7 days is 53.
    assert shelf.asked == ["a any"] * 13 + ["a unfinished"]


def test_several_are_asked_about_together():
    shelf = Shelf(published("a", 12 * DAY), published("b", 40 * DAY))
    assert by_renewals(shelf, "a", "b") == {"a": [unused_since(12 * DAY)], "b": [unused_since(40 * DAY)]}
    assert shelf.asked == ["all any"]


def test_what_could_not_be_read_is_in_doubt_of_each():
    shelf = Shelf(error=Temporary("503", code="UNAVAILABLE", status=503))
    doubt = Unknown(why=WhyUnknown.UNREADABLE)
    assert by_renewals(shelf, "a", renewals=(RENEWED, NOW)) == {"a": [doubt, doubt]}


def test_nobody_who_did_not_ask_is_told():
    assert ask(Shelf(published("a", DAY)), inquiry("a")).by_then == {}
