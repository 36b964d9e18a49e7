"""What a filter shows is what it says, and all of that: every word of every filter, over the mixed fleet."""

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.cli.desk import Desk, H, desk
from watcher.ports.ledger import HISTORY_KINDS
from watcher.record.reasons import Reason
from watcher.rules.judge import Usage, Verdict

ROW = re.compile(r"^  @(\S+) .*?(\$[\d,.]+)", re.MULTILINE)
BEGINS = {
    "keep": ("kept: ", "renewal pending"),
    "warn": ("will renew: ",),
    "release": (
        "to be announced",
        "will be announced",
        "announced;",
        "release ",
        "not released: ",
        "too late ",
    ),
}


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Three turns and a hold later: of every verdict and use some."""
    with desk(tmp_path_factory.mktemp("filters")) as one:
        one.run("run", "--once")
        one.pass_time(5 * H)
        one.run("hold", "@campaign.reserve", "--reason", "campaign", "--by", "maria")
        one.run("run", "--once")
        one.pass_time(25 * H)
        one.run("run", "--once")
        yield one


@pytest.fixture(scope="module")
def whole(shown: Desk) -> list[dict[str, Any]]:
    accounts: list[dict[str, Any]] = json.loads(shown.run("audit", "--format", "json").out)["accounts"]
    return accounts


def filtered(shown: Desk, *words: str) -> tuple[set[str], str]:
    """The handles that JSON and the table show, which are the same, and the table."""
    shown.pass_time(H / 360)  # the sandbox answers so many requests a minute
    told = json.loads(shown.run("audit", "--format", "json", *words).out)["accounts"]
    table = shown.run("audit", *words).out.split("\nTotal ")[0]
    handles = {one["handle"] for one in told}
    assert {handle for handle, _ in ROW.findall(table)} == handles
    return handles, table


@pytest.mark.parametrize("use", list(Usage))
def test_use(shown: Desk, whole: list[dict[str, Any]], use: Usage) -> None:
    handles, table = filtered(shown, "--use", use)
    assert handles == {one["handle"] for one in whole if one["use"] == use} != set()
    word = use.value.replace("_", " ")
    assert all(f" {word} " in row for row in table.splitlines() if ROW.match(row))


@pytest.mark.parametrize("verdict", list(Verdict))
def test_verdict(shown: Desk, whole: list[dict[str, Any]], verdict: Verdict) -> None:
    """`--verdict warn` showed accounts that were "kept", as `keep` did: one word for two verdicts."""
    handles, table = filtered(shown, "--verdict", verdict)
    assert handles == {one["handle"] for one in whole if one["verdict"] == verdict} != set()
    told = [row.rsplit("  ", 1)[-1] for row in table.splitlines() if ROW.match(row)]
    assert [one for one in told if not one.startswith(BEGINS[verdict])] == []


@pytest.mark.parametrize("reason", list(Reason))
def test_reason(shown: Desk, whole: list[dict[str, Any]], reason: Reason) -> None:
    handles, _ = filtered(shown, "--reason", reason)
    assert handles == {one["handle"] for one in whole if reason in (one["reason"], one["judged"])}


@pytest.mark.parametrize(
    ("option", "field"), [("--project", "project_name"), ("--policy", "policy"), ("--platform", "platform")]
)
def test_project_policy_and_platform(
    shown: Desk, whole: list[dict[str, Any]], option: str, field: str
) -> None:
    for name in {one[field] for one in whole}:
        handles, _ = filtered(shown, option, name)
        assert handles == {one["handle"] for one in whole if one[field] == name}


def test_handle(shown: Desk, whole: list[dict[str, Any]]) -> None:
    handles, _ = filtered(shown, "--handle", "*.*.*")
    assert handles == {one["handle"] for one in whole if one["handle"].count(".") > 1} != set()


@pytest.mark.parametrize("within", ["1h", "12h", "2d", "9d", "60d"])
def test_due_within(shown: Desk, whole: list[dict[str, Any]], within: str) -> None:
    number, unit = int(within[:-1]), {"h": "hours", "d": "days"}[within[-1]]
    end = shown.clock.now() + timedelta(**{unit: number})
    handles, _ = filtered(shown, "--due-within", within)
    assert handles == {one["handle"] for one in whole if datetime.fromisoformat(one["renews_at"]) <= end}


def test_several_filters_show_what_each_of_them_shows(shown: Desk) -> None:
    words = (("--use", "unused"), ("--verdict", "warn"), ("--project", "acme-coffee"))
    each = [filtered(shown, *one)[0] for one in words]
    handles, _ = filtered(shown, *(word for one in words for word in one))
    assert handles == set.intersection(*each) != set()


def test_what_comes_too_late_is_no_planned_release(shown: Desk) -> None:
    """Of four accounts three were too late for this renewal, and "releases are planned for $600.00"."""
    told = shown.run("audit", "--verdict", "release", "--due-within", "40d").out
    late, all_of_them = told.count("too late for this renewal: "), len(ROW.findall(told.split("\nTotal ")[0]))
    assert 0 < late < all_of_them
    assert f"releases are planned for ${150 * (all_of_them - late)}.00" in told


def test_sums_are_of_what_is_shown(shown: Desk, whole: list[dict[str, Any]]) -> None:
    told = shown.run("audit", "--verdict", "warn").out
    chosen = [one for one in whole if one["verdict"] == "warn"]
    (total,) = re.findall(r"^Total +(\d+) accounts?  \$([\d,.]+)", told, re.MULTILINE)
    assert total == (str(len(chosen)), f"{sum(one['price_cents'] for one in chosen) / 100:,.2f}")


def history(shown: Desk, *words: str) -> list[dict[str, Any]]:
    return [json.loads(one) for one in shown.run("history", "--format", "json", *words).out.splitlines()]


def test_each_kind_of_the_history_shows_its_own_and_all_of_them_everything(shown: Desk) -> None:
    everything = history(shown)
    by_kind = {kind: history(shown, "--kind", kind) for kind in HISTORY_KINDS}

    assert {one["what"] for one in everything} <= set(HISTORY_KINDS)
    assert {kind: found for kind, found in by_kind.items() if any(one["what"] != kind for one in found)} == {}
    assert sum(map(len, by_kind.values())) == len(everything) > 50
    some = history(shown, "--kind", "release.*")
    assert some == [one for one in everything if one["what"].startswith("release.")] != []


def test_a_history_of_one_account_and_of_a_time_is_that_part_of_the_whole(shown: Desk) -> None:
    everything = history(shown)
    latte = history(shown, "@latte.art.lab")
    assert latte == [one for one in everything if one["handle"] == "latte.art.lab"] != []

    moment = "2026-05-18T17:00:00Z"
    before, since = history(shown, "--until", moment), history(shown, "--since", moment)
    assert before
    assert since
    assert before + since == everything
    assert history(shown, "--limit", "7") == everything[-7:]
    assert len(shown.run("history", "--limit", "7").out.splitlines()) == 7
