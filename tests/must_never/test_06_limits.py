"""Never trim a plan to fit a limit: a brake halts whole, names every reason, and lets the rest out."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.stage import KEY, NOW, OPENS, D, Stage, account, in_memory, published
from watcher.brakes import Limits, kinds
from watcher.decide.exits import exit_of
from watcher.record.exit_codes import Exit
from watcher.settings.load import Bad, load

SHARES = {"brakes.max_share": 1.0, "brakes.max_project_share": 1.0}
"""Lifted as far as they go, where a test is about another limit."""


@contextmanager
def with_due(folder: Path, count: int, configuration: Mapping[str, Any], *, of: int = 0) -> Iterator[Stage]:
    """So many releases due at `OPENS`, in a fleet of at least `of` accounts; the others are far away."""
    accounts = [account(f"due{number:02}") for number in range(count)]
    others = [account(f"far{number:03}", renews_in=20 * D) for number in range(of - count)]
    posts = [published(one, 40 * D) for one in accounts]
    with in_memory(folder, *accounts, *others, posts=posts, configuration=configuration) as stage:
        yield stage


def test_twenty_are_released_and_twenty_one_are_none(tmp_path: Path) -> None:
    with with_due(tmp_path / "at", 20, SHARES) as stage:
        (tmp_path / "at").mkdir()
        stage.watch_until(OPENS, every=D)
        assert exit_of(stage.turn()) is Exit.DONE
        assert len(stage.released) == 20
    with with_due(tmp_path / "above", 21, SHARES) as stage:
        (tmp_path / "above").mkdir()
        stage.watch_until(OPENS, every=D)
        assert exit_of(stage.turn()) is Exit.BRAKED
        assert stage.deletes == 0


def test_every_reason_is_named_in_the_report_and_in_the_message(tmp_path: Path) -> None:
    limits = {"brakes.max_releases": 2, "brakes.max_value_cents": 44_999}
    with with_due(tmp_path, 3, limits) as stage:
        stage.watch_until(OPENS, every=D)
        report = stage.turn()
        assert [halt.brake for halt in report.halts.halts] == [
            kinds.TOO_MANY,
            kinds.FLEET_SHARE,
            kinds.VALUE,
            kinds.PROJECT_SHARE,
        ]
        [halted] = stage.told("brake.halted")
        assert halted["text"] == (
            "$450.00 will not be saved unless 3 releases are approved by Tue 19 May 17:35 UTC; "
            "3 releases are halted (@due00, @due01, @due02): too many releases (3 releases, limit 2); "
            "too large a share of the fleet (3 of 3 accounts, limit 10%); "
            "too much money given up ($450.00 a month, limit $449.99); "
            "too large a share of the project in acme (3 of 3 accounts, limit 50%); "
            f"`lease-watcher approve {report.docket.id} --reason WHY` allows exactly these"
        )
        assert stage.deletes == 0


def test_warnings_and_announcements_go_out_all_the_same(tmp_path: Path) -> None:
    with with_due(tmp_path, 1, {"brakes.max_releases": 0}) as stage:
        stage.watch_until(OPENS, every=D)
        soon = account("soon", renews_in=3 * D)
        stage.add(soon, posts=[published(soon, 1 * D)])
        report = stage.turn()
        assert [halt.brake for halt in report.halts.halts] == [kinds.TOO_MANY]
        assert {event["handle"] for event in stage.told("renewal.warning")} == {"soon", "due00"}
        assert [event["handle"] for event in stage.told("release.announced")] == ["due00"]
        assert stage.deletes == 0


@pytest.mark.parametrize(
    "limit", ["max_releases", "max_share", "max_project_share", "max_value_cents"], ids=str
)
def test_a_limit_of_0_allows_no_release(tmp_path: Path, limit: str) -> None:
    with with_due(tmp_path, 1, {f"brakes.{limit}": 0}, of=50) as stage:
        stage.watch_until(OPENS, every=D)
        assert exit_of(stage.turn()) is Exit.BRAKED
        assert stage.deletes == 0


def test_an_omitted_limit_takes_its_documented_default(tmp_path: Path) -> None:
    with in_memory(tmp_path) as stage:
        stage.configure({"brakes.max_releases": 19})
        limits = stage.settings().brakes
    assert limits == Limits(max_releases=19)
    assert {
        name: getattr(limits, name) for name in ("max_share", "max_project_share", "max_value_cents")
    } == {
        "max_share": 0.1,
        "max_project_share": 0.5,
        "max_value_cents": 300_000,
    }


@pytest.mark.parametrize(
    "line",
    [
        "max_releases = -1",
        "max_releases = inf",
        'max_releases = "unlimited"',
        'max_releases = ""',
        "max_releases = true",
        "max_share = 1.01",
        "max_share = nan",
        "max_share = -0.1",
        "max_value_cents = -1",
        "max_fleet_drop = 2",
        'max_data_age = "0s"',
        'max_clock_skew = "0s"',
        'min_history = "-1h"',
    ],
)
def test_nothing_means_unlimited(tmp_path: Path, line: str) -> None:
    file = tmp_path / "lease-watcher.toml"
    file.write_text(f"[brakes]\n{line}\n")
    loaded = load(file, {"LAYERS_API_KEY": KEY.secret, "HOME": str(tmp_path)}, tmp_path, NOW)
    assert isinstance(loaded, Bad)
    assert [(each.key, each.line) for each in loaded.findings] == [(f"brakes.{line.split()[0]}", 2)]


def test_releases_already_done_count(tmp_path: Path) -> None:
    """Two turns of one each are not two plans that fit: the docket looks back 24 h."""
    with with_due(tmp_path, 1, {"brakes.max_releases": 1}) as stage:
        later = account("later", renews_in=31 * (D / 24))
        stage.add(later, posts=[published(later, 40 * D)])
        stage.configure({"brakes.max_releases": 2})
        stage.watch_until(OPENS, every=D)
        stage.turn()
        assert stage.released == ["sa_due00"]
        stage.configure({"brakes.max_releases": 1})
        report = stage.turn_at(OPENS + D / 24)
        assert [halt.measured for halt in report.halts.halts] == ["2 releases"]
        assert stage.released == ["sa_due00"]
