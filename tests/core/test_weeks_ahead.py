"""What renews in which week, by project: what it costs, what of it is unused, and what has no row."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.builders import NOW, D, S, account, decision, published
from watcher.decide.figures import Sum, figures
from watcher.decide.weeks_ahead import MOST_PROJECTS, WEEKS, WeekAhead, weeks_ahead
from watcher.facts.accounts import ProjectId
from watcher.rules.plan import Decision

WEDNESDAY = datetime(2026, 5, 20, 12, tzinfo=UTC)
MONDAY = datetime(2026, 5, 25, tzinfo=UTC)


def renewing(at: datetime, *, project: str = "prj_acme", cents: int = 15_000, used: bool = False) -> Decision:
    one = account(f"h{at:%d%H%M%S}{project}", project=project, renews_in=at - NOW, price_cents=cents)
    return decision(one, activity=published(D if used else 40 * D))


def test_the_first_week_is_the_rest_of_this_one() -> None:
    weeks = weeks_ahead((), {}, WEDNESDAY, UTC).weeks
    assert len(weeks) == WEEKS
    assert weeks[:2] == (
        WeekAhead(begins=datetime(2026, 5, 20, tzinfo=UTC), ends=MONDAY),
        WeekAhead(begins=MONDAY, ends=MONDAY + 7 * D),
    )
    assert [one.in_words for one in weeks] == [
        "20–24 May",
        "25–31 May",
        "1–7 Jun",
        "8–14 Jun",
        "15–21 Jun",
    ]


@pytest.mark.parametrize(
    ("now", "first", "second"),
    [
        (datetime(2026, 5, 24, 23, tzinfo=UTC), "24 May", "25–31 May"),
        (datetime(2026, 5, 25, tzinfo=UTC), "25–31 May", "1–7 Jun"),
        (datetime(2026, 6, 26, tzinfo=UTC), "26–28 Jun", "29 Jun – 5 Jul"),
    ],
)
def test_a_week_says_its_days(now: datetime, first: str, second: str) -> None:
    weeks = weeks_ahead((), {}, now, UTC).weeks
    assert [one.in_words for one in weeks[:2]] == [first, second]


def test_weeks_begin_on_the_mondays_of_the_configured_zone_whatever_its_clocks_do() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    weeks = weeks_ahead((), {}, datetime(2026, 10, 24, 12, tzinfo=UTC), berlin).weeks
    assert [one.begins for one in weeks[1:3]] == [
        datetime(2026, 10, 26, tzinfo=berlin),
        datetime(2026, 11, 2, tzinfo=berlin),
    ]


def test_a_renewal_counts_to_the_week_in_which_it_falls() -> None:
    last, first = renewing(MONDAY - S, used=True), renewing(MONDAY)
    found = weeks_ahead((last, first), {ProjectId("prj_acme"): "acme"}, NOW, UTC)
    (row,) = found.projects
    assert row.name == "acme"
    assert row.weeks[:2] == (figures([last]), figures([first]))
    assert found.totals == row.weeks
    assert (found.whole, row.whole) == (figures([last, first]), figures([last, first]))


def test_what_is_pending_counts_to_this_week_and_what_is_later_to_none() -> None:
    pending, later = renewing(NOW - S), renewing(MONDAY + timedelta(weeks=4))
    found = weeks_ahead((pending, later), {}, NOW, UTC)
    assert found.totals[0] == figures([pending])
    assert sum(one.all.accounts for one in found.totals) == 1
    assert found.later == Sum(accounts=1, cents=15_000)
    assert found.whole.all.accounts == 2


def test_what_has_no_row_is_in_no_other_sum() -> None:
    """ "Without a row or a column: 1 project more (1 account, $1.00); 1 account, $1.00 renewing later": it
    was one account, of that project, which renewed later.
    """
    rows = [renewing(MONDAY, project=f"prj_{n:02}") for n in range(MOST_PROJECTS)]
    both = renewing(MONDAY + timedelta(weeks=4), project="prj_left", cents=100)
    found = weeks_ahead((*rows, both), {}, NOW, UTC)
    assert (found.more, found.left_out, found.later) == (1, Sum(accounts=1, cents=100), Sum())


def test_the_most_waste_stands_first_and_of_equal_waste_the_dearest() -> None:
    found = weeks_ahead(
        (
            renewing(MONDAY, project="prj_used", cents=90_000, used=True),
            renewing(MONDAY, project="prj_less", cents=10_000),
            renewing(MONDAY, project="prj_more", cents=20_000),
            renewing(MONDAY, project="prj_dear", cents=95_000, used=True),
        ),
        {},
        NOW,
        UTC,
    )
    assert [one.name for one in found.projects] == ["prj_more", "prj_less", "prj_dear", "prj_used"]


def test_of_too_many_projects_the_rest_is_summed() -> None:
    some = [renewing(MONDAY, project=f"prj_{n:02}", cents=100 * (n + 1)) for n in range(MOST_PROJECTS + 2)]
    found = weeks_ahead(some, {}, NOW, UTC)
    assert len(found.projects) == MOST_PROJECTS
    assert (found.more, found.left_out) == (2, Sum(accounts=2, cents=300))
    assert found.whole == figures(some)
