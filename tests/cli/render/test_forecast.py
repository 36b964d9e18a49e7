"""The forecast as people read it: columns below each other, bars as long as their money, every sum told."""

import csv
import json
from datetime import UTC, timedelta
from io import StringIO

import pytest

from tests.builders import NOW, D, H, account, decision, hold, published, report
from watcher.ahead.charges import Hindrances
from watcher.ahead.forecast import Forecast, Grouping
from watcher.cli.render.forecast import render_forecast
from watcher.cli.render.forecast_values import forecast_csv, forecast_json
from watcher.decide.report import Report
from watcher.facts.accounts import ProjectId, Unread
from watcher.facts.activity import Unknown, WhyUnknown
from watcher.record.reasons import Trouble
from watcher.rules.plan import Decision, Mode

UNUSED = decision(account("unused", renews_in=10 * D))
USED = decision(account("used", renews_in=3 * D), activity=published(D))
BY_THEN = decision(account("by.then", renews_in=29 * D), activity=published(D))
UNKNOWN = decision(
    account("unknown", renews_in=3 * D, project="prj_beta", price_cents=9_999),
    activity=Unknown(why=WhyUnknown.NO_POST_EVER_SHOWN),
)
HELD = decision(account("held", renews_in=4 * D), held=hold(until=NOW + 5 * D))
KEPT = decision(account("kept", renews_in=4 * D, project="prj_beta"), enrolled=False)
PAST = decision(account("past", renews_in=-2 * D))
ALL = (UNUSED, USED, BY_THEN, UNKNOWN, HELD, KEPT, PAST)


def made(of: Report, *, by: Grouping = Grouping.WEEK, days: int = 30) -> Forecast:
    forecast = Forecast(
        by=by,
        until=NOW + timedelta(days=days),
        hindrances=Hindrances.of(of),
        timezone=UTC,
        names=of.project_names,
        owners=of.owners,
    )
    forecast.take(of.decisions)
    return forecast


def shown(
    *decisions: Decision,
    by: Grouping = Grouping.WEEK,
    days: int = 30,
    width: int | None = 80,
    **fields: object,
) -> str:
    of = report(*decisions, **fields)
    return render_forecast(made(of, by=by, days=days), of, timezone=UTC, width=width, color=False)


def test_it_is_told_whole_at_eighty_columns() -> None:
    assert shown(*ALL) == (
        "Charges to come of Acme Agency, Mon 18 May 2026 12:00 UTC, enforce mode\n"
        "What renews in the next 30 d, until Wed 17 Jun 12:00 UTC; use is as it is today.\n"
        "\n"
        "  week of          due  committed    unused  at risk  decided\n"
        "  Mon 18 May   $549.99    $249.99   $150.00  $150.00        –  ████████▓▓▓▓▒▒▒▒▒\n"
        "  Mon 25 May   $150.00          –         –        –  $150.00  ░░░░░\n"
        "  Mon  1 Jun         –          –         –        –        –\n"
        "  Mon  8 Jun         –          –         –        –        –\n"
        "  Mon 15 Jun  ~$300.00    $150.00  ~$150.00        –        –  ████▓▓▓▓▓\n"
        "\n"
        "  █ committed  ▓ unused  ▒ at risk  ░ decided\n"
        "\n"
        "Total      7 renewals  ~$999.99  ~$849.99 to pay, as things are\n"
        "committed  3 renewals   $399.99  in use $300.00, use unknown $99.99\n"
        "unused     2 renewals  ~$300.00  not enrolled $150.00, a later renewal, of which\n"
        "                                 nothing is decided yet ~$150.00\n"
        "at risk    1 renewal    $150.00  held\n"
        "decided    1 renewal    $150.00  released before it renews, so not paid\n"
        "Of what is in use 1 renewal, $150.00, will count as unused by its window unless\n"
        "  used: not among what is unused today.\n"
        "~ 1 renewal, $150.00, is extrapolated, at today's price and use: the API names\n"
        "  only the next one of each account.\n"
        "1 renewal, $150.00, was due before now and may be paid already: not counted.\n"
    )


def test_in_a_pipe_there_are_no_bars() -> None:
    text = shown(*ALL, width=None)
    assert not set("█▓▒░").intersection(text)
    assert "  Mon 18 May   $549.99    $249.99   $150.00  $150.00        –\n" in text


@pytest.mark.parametrize("by", Grouping)
@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
@pytest.mark.parametrize("cents", [15_000, 123_456_789_00])
def test_no_row_is_wider_than_the_terminal(by: Grouping, width: int, cents: int) -> None:
    """But for a row of money, which is wider than the narrowest of them."""
    rich = [
        decision(
            account(f"a{place}", project=f"prj_{'long' * 9}{place}", renews_in=place * D, price_cents=cents)
        )
        for place in range(1, 5)
    ]
    text = shown(
        *rich, decision(account("used", price_cents=cents), activity=published(D)), by=by, width=width
    )
    widest = max(len(row) for row in text.splitlines())
    assert widest <= max(width, 2 + 10 + 5 * (2 + 17))
    for row in text.splitlines():
        if set("█▓▒░").intersection(row) and "committed" not in row:
            assert len(row) <= width


def test_projects_of_one_name_are_told_apart_where_their_ids_have_no_room() -> None:
    """Cut at their end, as all else is, both were called `Brand (prj_01HX9Y…`."""
    ids = [ProjectId(f"prj_01HX9Y7K8M2P4RSTUV56789A{last}") for last in "BC"]
    used = [decision(account(one, project=one), activity=published(D)) for one in ids]
    text = shown(*used, by=Grouping.PROJECT, project_names={one: f"Brand ({one})" for one in ids})
    names = [row.split("  ")[1] for row in text.splitlines() if row.startswith("  Brand")]
    assert names == ["Brand (prj_…STUV56789AB)", "Brand (prj_…STUV56789AC)"]


def test_where_there_is_no_room_beside_the_money_bars_stand_below() -> None:
    text = shown(UNUSED, USED, width=56, by=Grouping.PROJECT)
    rows = text.splitlines()
    row, bar = rows[(at := rows.index(next(one for one in rows if one.startswith("  acme")))) : at + 2]
    assert row.split() == ["acme", "$300.00", "$150.00", "–", "–", "$150.00"]
    assert bar == "    " + "█" * 20 + "░" * 20


def test_a_piece_of_a_bar_is_never_lost_beside_a_longer_one() -> None:
    cheap = decision(account("cheap", renews_in=3 * D, price_cents=1), enrolled=False)
    row = shown(*[USED] * 99, cheap).splitlines()[4]
    assert row.count("▓") == 1
    assert row.count("█") > 10


def test_observing_it_says_what_enforce_mode_would_release() -> None:
    observed = decision(account("unused", renews_in=10 * D), mode=Mode.OBSERVE)
    text = shown(observed, mode=Mode.OBSERVE)
    assert "unused     1 renewal   $150.00  observe mode\n" in text
    assert "Enforce mode would release $150.00 of it before it renews.\n" in text


def test_nothing_to_show_is_said() -> None:
    assert "\nNothing renews until then.\n" in shown(UNUSED, days=1)


def test_a_selection_that_fits_nothing_is_told_apart_from_an_empty_fleet() -> None:
    of = report(UNUSED)
    forecast = made(of)
    forecast.accounts = 0
    empty = Forecast(by=Grouping.WEEK, until=forecast.until, hindrances=forecast.hindrances, timezone=UTC)
    text = render_forecast(empty, of, timezone=UTC, width=80, color=False)
    assert "\nNone of the 1 account read fits what was asked for.\n" in text


def test_what_could_not_be_read_is_not_taken_for_nothing() -> None:
    gone = Unread(project=ProjectId("prj_gone"), name="gone", code="NOT_FOUND", why="no such project")
    text = shown(UNUSED, unread=(gone,))
    assert "1 project could not be read: what renews there is not counted.\n" in text
    assert "gone: no such project" in text


def test_a_turn_that_read_nothing_shows_no_sums() -> None:
    text = shown(trouble=Trouble.API_UNREACHABLE, trouble_detail="no answer")
    assert "The turn could not go on: the API cannot be reached (no answer)." in text
    assert "$" not in text
    assert "Nothing renews" not in text


def test_machines_are_told_every_sum_with_what_is_extrapolated() -> None:
    of = report(*ALL)
    told = json.loads(forecast_json(made(of), of, timezone="UTC"))
    assert told["schema"] == "forecast/1"
    assert (told["at"], told["until"]) == ("2026-05-18T12:00:00Z", "2026-06-17T12:00:00Z")
    assert told["totals"]["all"] == {
        "renewals": 7,
        "cents": 99_999,
        "extrapolated": 1,
        "extrapolated_cents": 15_000,
    }
    kinds = ("committed", "unused", "at_risk", "decided")
    for group in (told["totals"], *told["groups"]):
        assert sum(group[kind]["cents"] for kind in kinds) == group["all"]["cents"]
        assert group["to_pay"]["cents"] == group["all"]["cents"] - group["decided"]["cents"]
    assert [group["name"] for group in told["groups"]] == [
        "2026-05-18",
        "2026-05-25",
        "2026-06-01",
        "2026-06-08",
        "2026-06-15",
    ]
    assert [(one["reason"], one["cents"], one["extrapolated"]) for one in told["kept"]] == [
        ("not_enrolled", 15_000, 0),
        (None, 15_000, 1),
    ]
    assert [(one["risk"], one["cents"]) for one in told["risks"]] == [("hold", 15_000)]
    assert told["totals"]["unused_by_window"]["cents"] == 15_000
    assert told["totals"]["pending"]["renewals"] == 1


@pytest.mark.parametrize(("by", "project"), [(Grouping.PROJECT, "prj_acme"), (Grouping.POLICY, None)])
def test_machines_are_told_whose_a_sum_by_project_is(by: Grouping, project: str | None) -> None:
    of = report(UNUSED)
    (group,) = json.loads(forecast_json(made(of, by=by), of, timezone="UTC"))["groups"]
    assert group["project"] == project


def test_a_spreadsheet_has_a_row_a_group_and_no_formula() -> None:
    of = report(UNUSED, USED, project_names={ProjectId("prj_acme"): "=1+1"})
    rows = list(csv.reader(StringIO(forecast_csv(made(of, by=Grouping.PROJECT, days=60)))))
    assert rows == [
        [
            "project",
            "renewals",
            "cents",
            "to_pay_cents",
            "committed_cents",
            "unused_cents",
            "at_risk_cents",
            "decided_cents",
            "extrapolated",
            "extrapolated_cents",
            "extrapolated_committed_cents",
            "extrapolated_unused_cents",
            "extrapolated_at_risk_cents",
            "extrapolated_decided_cents",
        ],
        [
            "'=1+1",
            "4",
            "60000",
            "30000",
            "30000",
            "0",
            "0",
            "30000",
            "2",
            "30000",
            "15000",
            "0",
            "0",
            "15000",
        ],
    ]


def test_the_hour_matters_to_no_sum() -> None:
    """A renewal an hour from now and one at the end of the span are both of it, once."""
    first = decision(account("first", renews_in=H), activity=published(D))
    last = decision(account("last", renews_in=7 * D - timedelta(seconds=1)), activity=published(D))
    assert "Total      2 renewals  $300.00" in shown(first, last, days=7)
