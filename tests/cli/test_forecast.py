"""`forecast` over a served fleet: what an audit decided, by when it is paid; and the words that it takes."""

import csv
import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from tests.cli.desk import Desk, H, desk


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A turn and a hold later: of every kind of charge some."""
    with desk(tmp_path_factory.mktemp("forecast")) as one:
        one.run("run", "--once")
        one.pass_time(5 * H)
        one.run("hold", "@campaign.reserve", "--reason", "campaign", "--by", "maria")
        one.run("run", "--once")
        yield one


def told(served: Desk, *words: str) -> dict[str, Any]:
    served.pass_time(H / 360)  # the sandbox answers so many requests a minute
    return json.loads(served.run("forecast", "--format", "json", *words).out)


def audit(served: Desk, *words: str) -> list[dict[str, Any]]:
    served.pass_time(H / 360)
    accounts: list[dict[str, Any]] = json.loads(served.run("audit", "--format", "json", *words).out)[
        "accounts"
    ]
    return accounts


def test_what_it_sums_up_is_what_the_audit_decided(served: Desk) -> None:
    """By hand: every account of the audit that renews until then, once, at its price."""
    found = told(served, "--days", "30")
    accounts = [one for one in audit(served) if one["renews_at"] < found["until"]]
    assert found["totals"]["all"]["cents"] - found["totals"]["all"]["extrapolated_cents"] == sum(
        one["price_cents"] for one in accounts
    )
    planned = [one for one in accounts if one["use"] == "unused" and one["verdict"] == "release"]
    decided = [one for one in planned if one["step"]["kind"] in ("announce", "release", "wait")]
    sums = found["totals"]
    assert sums["decided"]["renewals"] + sums["at_risk"]["renewals"] - 1 == len(decided) > 0
    assert {one["risk"]: one["renewals"] for one in found["risks"]}["hold"] == 1


def test_every_grouping_sums_up_to_the_same(served: Desk) -> None:
    totals = [
        told(served, "--by", by)["totals"] for by in ("day", "week", "month", "project", "policy", "owner")
    ]
    assert all(one == totals[0] for one in totals)


def test_what_audit_selects_forecast_selects(served: Desk) -> None:
    for words in (
        ("--project", "acme-coffee"),
        ("--use", "unused"),
        ("--handle", "@latte*"),
        ("--platform", "tiktok"),
        ("--policy", "standard"),
        ("--reason", "held"),
    ):
        assert told(served, *words)["accounts"] == len(audit(served, *words)) > 0, words


def test_this_week_is_one_line_of_the_command(served: Desk) -> None:
    rows = list(
        csv.reader(StringIO(served.run("forecast", "--days", "7", "--by", "day", "--format", "csv").out))
    )
    assert rows[0][:3] == ["day", "renewals", "cents"]
    assert len(rows) == 1 + 8
    assert rows[1][0] == "2026-05-18"


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("--project", "acme-cofee"), "there is no such project; did you mean acme-coffee?"),
        (("--handle", "@latte.art.labb"), "there is no account of that handle; did you mean"),
    ],
)
def test_a_name_that_nothing_has_is_answered(served: Desk, words: tuple[str, ...], answer: str) -> None:
    said = served.run("forecast", *words)
    assert said.code == 2
    assert answer in said.told


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("--by", "weekk"), "there is no grouping weekk; did you mean week?"),
    ],
)
def test_a_word_that_means_nothing_is_answered(
    served: Desk, words: tuple[str, ...], answer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        served.run("forecast", *words)
    assert answer in " ".join(capsys.readouterr().err.split())


def test_it_writes_a_file_and_nothing_to_the_ledger(served: Desk) -> None:
    before = served.ledger.read_bytes()
    said = served.run("forecast", "--format", "csv", "--output", "charges.csv")
    assert said.out == ""
    assert (served.folder / "charges.csv").read_bytes().startswith(b"\xef\xbb\xbfweek,renewals,cents")
    assert served.ledger.read_bytes() == before


def test_it_refuses_to_overwrite_the_ledger(served: Desk) -> None:
    said = served.run("forecast", "--output", "watcher.db")
    assert said.code == 2
    assert "belongs to the ledger" in said.told


def at_risk(one: Desk) -> dict[str, int]:
    found = {each["risk"]: each["renewals"] for each in told(one)["risks"]}
    assert sum(found.values()) == told(one)["totals"]["at_risk"]["renewals"]
    return found


def test_what_a_pause_or_a_limit_stops_is_money_at_risk(tmp_path: Path) -> None:
    """Four releases are announced, and one is weeks away: a pause stops it too, a limit of today does not."""
    with desk(tmp_path) as one:
        one.run("run", "--once")
        assert at_risk(one) == {}
        one.run("pause", "--reason", "fair", "--by", "ann")
        assert at_risk(one) == {"pause": 5}
        one.run("resume", "--reason", "over", "--by", "ann")
        assert at_risk(one) == {}
        one.reconfigure("[brakes]\n", "[brakes]\nmax_releases = 1\n")
        assert at_risk(one) == {"brake": 4}
