"""`simulate --history` over a ledger that real turns wrote: what was observed, undone change by change."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.desk import Desk, desk

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Observed for five weeks, a turn every 18 hours, so that nothing is given back."""
    with desk(tmp_path_factory.mktemp("history")) as one:
        one.reconfigure('mode = "enforce"', 'mode = "observe"')
        for _ in range(48):
            one.run("run", "--once", "--quiet")
            one.pass_time(timedelta(hours=18))
        yield one


def told(watched: Desk, *words: str) -> dict[str, Any]:
    said = watched.run("simulate", "--history", "--format", "json", *words)
    assert said.code == 0, said.err
    return json.loads(said.out)


def test_it_says_what_the_policy_would_have_saved(watched: Desk) -> None:
    found = told(watched)
    assert found["schema"] == "backtest/1"
    assert found["saved"]["renewals"] == len(found["releases"]) > 0
    parts = [found["saved"], *found["kept"], *found["unknown"]]
    assert sum(one["cents"] for one in parts) == found["renewals"]["cents"]
    assert sum(one["renewals"] for one in found["again"].values()) == found["saved"]["renewals"]
    assert "latte.art.lab" in {one["handle"].removeprefix("@") for one in found["releases"]}
    assert {"protected_handle", "protected_followers"} <= {one["reason"] for one in found["kept"]}


def test_against_another_policy_it_says_another_thing(watched: Desk) -> None:
    other = watched.folder / "patient.toml"
    usual = (watched.folder / "lease-watcher.toml").read_text(encoding="utf-8")
    other.write_text(usual.replace('when = "idle"', 'when = "never"'), encoding="utf-8")
    found = told(watched, "--against", str(other))
    assert found["releases"] == []
    assert "policy_never" in {one["reason"] for one in found["kept"]}


def test_a_person_reads_it_at_eighty_columns(watched: Desk) -> None:
    text = watched.run("simulate", "--history", wide=80).out
    assert max(map(len, text.splitlines())) <= 80
    assert "saved" in text
    assert "would have been released before they renewed" in " ".join(text.split())


def test_without_a_ledger_there_is_nothing_to_look_back_at(tmp_path: Path) -> None:
    with desk(tmp_path) as one:
        said = one.run("simulate", "--history")
    assert (said.code, "there is nothing to look back at" in " ".join(said.out.split())) == (0, True)


def test_a_pull_request_has_no_history(watched: Desk) -> None:
    said = watched.run("simulate", "--history", "--format", "markdown")
    refused = (
        "--format markdown does not go with --history: the past is told as text or json, so leave it out."
    )
    assert (said.code, said.told) == (2, refused)
