"""What `savings` shows: for whoever pays, for programs, and for spreadsheets."""

import csv
import json
from dataclasses import replace
from datetime import UTC, timedelta
from io import StringIO

import pytest

from tests.builders import NOW, D, H, account
from watcher.cli.render.savings import render_savings
from watcher.cli.render.savings_machine import savings_csv, savings_json
from watcher.facts.accounts import AccountId, ProjectId
from watcher.memory.savings import PaidLine, Regret, Regrets, Savings, SavingsBy, SavingsShare
from watcher.record.amounts import Amount
from watcher.record.outcomes import Cause, UseThen

NAMES = {ProjectId("prj_acme"): "acme"}
ACME = SavingsShare(
    saved=Amount(renewals=21, cents=315_000),
    later=Amount(renewals=14, cents=210_000),
    given_up=timedelta(days=5, hours=6),
    given_up_cents=2_613,
    for_nothing=Amount(renewals=4, cents=60_000),
)
BETA = SavingsShare(in_doubt=Amount(renewals=1, cents=9_900), too_short=Amount(renewals=1, cents=15_000))


def line(cause: Cause, because: str, renewals: int, cents: int, **more: object) -> PaidLine:
    values: dict[str, object] = {"use": UseThen.UNUSED, "owner": "", "holder": None}
    paid = Amount(renewals=renewals, cents=cents)
    return PaidLine(cause=cause, because=because, paid=paid, **(values | more))  # type: ignore[arg-type]


REGRET = Regret(
    account=account(), again=AccountId("sa_new"), sent_at=NOW - 9 * D, since=NOW - 6 * D, used=True
)
FULL = Savings(
    since=NOW - 90 * D,
    until=NOW,
    whole=replace(ACME, in_doubt=BETA.in_doubt, too_short=BETA.too_short),
    shares={"prj_acme": ACME, "prj_gone": BETA},
    paid=(
        line(Cause.HELD, "held by maria", 3, 45_000, owner="north", holder="maria"),
        line(Cause.WATCHER_DOWN, "watcher not running", 1, 15_000),
        line(
            Cause.POLICY,
            "not unused for the 45 d that policy standard asks",
            1,
            15_000,
            use=UseThen.TOO_SHORT,
        ),
        line(Cause.UNKNOWN_ACTIVITY, "use unknown: no post ever shown", 1, 9_900, use=UseThen.UNKNOWN),
    ),
    not_yet=Amount(renewals=3, cents=45_000),
    last=NOW + 5 * H,
    by_earlier=Amount(renewals=2, cents=30_000),
    undone=Amount(renewals=1, cents=15_000),
    regrets=Regrets(sent=24, open=3, leased=6, used=1, last=(REGRET,)),
    known_since=NOW - 80 * D,
    restored=NOW - 20 * D,
)
NOTHING = Savings(since=NOW - 90 * D, until=NOW, whole=SavingsShare(), shares={}, known_since=NOW)


def told(savings: Savings, by: SavingsBy | None = None, *, width: int | None = None) -> str:
    return render_savings(savings, NAMES, by=by, timezone=UTC, now=NOW, width=width, color=False)


def test_each_kind_of_money_stands_by_itself() -> None:
    assert told(FULL) == (
        "Renewals from Tue 17 Feb 2026 12:00 UTC to Mon 18 May 2026 12:00 UTC (90 d)\n"
        "The ledger remembers turns since Fri 27 Feb 12:00 UTC: what was before is not in these sums.\n"
        "It was put back Tue 28 Apr 12:00 UTC: what it lost then is not in these sums.\n"
        "\n"
        "Saved          $3,150.00  21 renewals that our releases avoided, at the price as it was read\n"
        "and after that $2,100.00  14 later renewals of the same accounts, extrapolated; $300.00 of it by "
        "releases before that time\n"
        "Not yet saved    $450.00  3 releases whose renewal lies after that time, the last Mon 18 May 17:00 "
        "UTC\n"
        "Given up          $26.13  of paid days, 5 d 6 h in all, 6 h before each of those renewals\n"
        "Not saved        $150.00  1 renewal, of releases that the API confirmed and that did not last\n"
        "\n"
        "Paid for nothing: 4 renewals, $600.00, each unused when it renewed\n"
        "  $450.00  3 ×  held by maria, north → no hold\n"
        "  $150.00  1 ×  watcher not running, no owner → a watcher that runs in its window\n"
        "\n"
        "Paid: 1 renewal, $99.00, each not known whether it was used\n"
        "  $99.00  1 ×  use unknown: no post ever shown, no owner → evidence of its use, or that there was "
        "none\n"
        "\n"
        "Paid: 1 renewal, $150.00, each not used that month, and unused for less long than its policy asks\n"
        "  $150.00  1 ×  not unused for the 45 d that policy standard asks, no owner → a policy that "
        "releases it\n"
        "\n"
        "Renewals of accounts in use that nobody wanted given back are in none of these sums.\n"
        "\n"
        "Used again: of 24 releases 6 were leased again within 7 d, 1 of them used since; of 3 the "
        "7 d are not over.\n"
        "  @latte.art.lab  released Sat 9 May 12:00 UTC, leased again as sa_new 3 d later, used since\n"
        "  and 5 before those\n"
        "Leases of others, and what is posted on an account that is not leased here, no ledger can know.\n"
    )


def test_where_nothing_happened_that_is_said() -> None:
    assert told(NOTHING) == (
        "Renewals from Tue 17 Feb 2026 12:00 UTC to Mon 18 May 2026 12:00 UTC (90 d)\n"
        "The ledger remembers no turn of that time.\n"
        "\n"
        "Saved          $0.00  0 renewals that our releases avoided, at the price as it was read\n"
        "and after that $0.00  0 later renewals of the same accounts, extrapolated\n"
        "Given up       $0.00  of paid days: nothing was given back\n"
        "\n"
        "Paid for nothing: 0 renewals, $0.00\n"
        "\n"
        "Renewals of accounts in use that nobody wanted given back are in none of these sums.\n"
        "\n"
        "Used again: no release was sent in that time.\n"
    )


def test_of_releases_that_are_all_young_it_is_not_said_that_none_was_leased_again_within_a_week() -> None:
    """Of three releases, two days old, "none was leased again within 7 d"."""
    young = replace(NOTHING, regrets=Regrets(sent=3, open=3))
    assert "Used again: none of 3 releases so far, none 7 d old yet.\n" in told(young)


def test_what_an_earlier_version_noted_is_not_called_for_nothing() -> None:
    old = line(Cause.HELD, "held", 2, 30_000, use=None)
    found = replace(NOTHING, whole=SavingsShare(unnoted=old.paid), paid=(old,))
    assert (
        "Paid: 2 renewals, $300.00, noted by an earlier version, which did not say whether they were unused\n"
        "  $300.00  2 ×  held → no hold\n"
    ) in told(found)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_row_is_wider_than_the_terminal(width: int) -> None:
    rows = told(FULL, SavingsBy.PROJECT, width=width).splitlines()
    assert max(map(len, rows)) <= (width if width >= 80 else 80)


def test_broken_down_it_adds_up() -> None:
    assert told(FULL, SavingsBy.PROJECT, width=80).splitlines()[-4:] == [
        "  project       saved  after that  for nothing  paid else  given up",
        "  acme      $3,150.00   $2,100.00      $600.00      $0.00    $26.13",
        "  prj_gone      $0.00       $0.00        $0.00    $249.00     $0.00",
        "  total     $3,150.00   $2,100.00      $600.00    $249.00    $26.13",
    ]
    owners = told(replace(FULL, shares={"": ACME, "north": BETA}), SavingsBy.OWNER)
    assert [row.split("  ")[1] for row in owners.splitlines()[-4:]] == ["owner", "no owner", "north", "total"]


def test_programs_get_every_figure_once() -> None:
    document = json.loads(savings_json(FULL, NAMES, by=SavingsBy.PROJECT, place="watcher.db", now=NOW))
    assert document["schema"] == "savings/1"
    assert document["saved"] == {"renewals": 21, "cents": 315_000}
    assert document["later"] == {"renewals": 14, "cents": 210_000}
    assert document["later_by_earlier_releases"] == {"renewals": 2, "cents": 30_000}
    assert document["not_yet_saved"] == {"renewals": 3, "cents": 45_000, "last": "2026-05-18T17:00:00Z"}
    assert document["given_up"] == {"seconds": 453_600, "cents": 2_613}
    assert document["undone"] == {"renewals": 1, "cents": 15_000}
    assert (document["known_since"], document["restored_at"]) == (
        "2026-02-27T12:00:00Z",
        "2026-04-28T12:00:00Z",
    )
    assert document["paid"][0] == {
        "use": "unused",
        "cause": "held",
        "because": "held by maria",
        "would_prevent": "no hold",
        "owner": "north",
        "held_by": "maria",
        "renewals": 3,
        "cents": 45_000,
    }
    assert document["used_again"]["last"] == [
        {
            "account": "sa_latte.art.lab",
            "handle": "latte.art.lab",
            "project": "prj_acme",
            "released_at": "2026-05-09T12:00:00Z",
            "leased_again_at": "2026-05-12T12:00:00Z",
            "leased_again_as": "sa_new",
            "used": True,
        }
    ]
    assert [(one["name"], one["project_name"]) for one in document["shares"]] == [
        ("prj_acme", "acme"),
        ("prj_gone", None),
    ]


def test_a_spreadsheet_gets_a_row_a_sum() -> None:
    rows = list(csv.DictReader(StringIO(savings_csv(FULL, NAMES, by=None))))
    assert [(row["what"], row["renewals"], row["dollars"]) for row in rows] == [
        ("saved", "21", "3150.00"),
        ("later", "14", "2100.00"),
        ("not_yet_saved", "3", "450.00"),
        ("undone", "1", "150.00"),
        ("given_up", "21", "26.13"),
        ("paid_unused", "3", "450.00"),
        ("paid_unused", "1", "150.00"),
        ("paid_too_short", "1", "150.00"),
        ("paid_unknown", "1", "99.00"),
    ]
    assert (rows[5]["held_by"], rows[5]["owner"], rows[5]["would_prevent"]) == ("maria", "north", "no hold")
    shares = list(csv.DictReader(StringIO(savings_csv(FULL, NAMES, by=SavingsBy.PROJECT))))
    assert [(row["project"], row["name"], row["saved_cents"], row["in_doubt_cents"]) for row in shares] == [
        ("prj_acme", "acme", "315000", "0"),
        ("prj_gone", "", "0", "9900"),
    ]
