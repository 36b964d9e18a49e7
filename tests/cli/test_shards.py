"""Four shards, each with a ledger of its own, look after a fleet that one could."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.desk import Desk, H
from watcher.sandbox import ServerError
from watcher.sandbox.fleets.mixed_fleet import ACME_COFFEE, LUMEN_FITNESS, NORTHWIND_TRAVEL

PROJECTS = {ACME_COFFEE, NORTHWIND_TRAVEL, LUMEN_FITNESS}
SHARDS = [f"{index}/4" for index in range(4)]
OPEN = timedelta(hours=30, minutes=20)


@pytest.fixture
def sharded(at_desk: Desk) -> Desk:
    at_desk.reconfigure("sqlite:///watcher.db", "sqlite:///watcher-{shard}.db")
    return at_desk


def turns(desk: Desk) -> list[dict[str, Any]]:
    """One turn of each shard, as its line of JSON; a code that is not the line's fails."""
    lines = []
    for shard in SHARDS:
        said = desk.run("run", "--once", "--format", "json", "--shard", shard)
        line = json.loads(said.out)
        assert line["exit_code"] == said.code
        lines.append(line)
    return lines


def announced_and_open(desk: Desk) -> None:
    turns(desk)
    desk.pass_time(15 * H)
    turns(desk)
    desk.pass_time(OPEN - 15 * H)


def listed(desk: Desk, since: int = 0) -> list[str]:
    """The projects whose leases were asked for, once for each time."""
    paths = [entry.path for entry in desk.sandbox.log.entries[since:] if entry.method == "GET"]
    return [
        one
        for path in paths
        for one in PROJECTS
        if path.partition("?")[0] == f"/v1/projects/{one}/leased-accounts"
    ]


def test_each_project_is_read_by_exactly_one_shard(sharded: Desk) -> None:
    found = turns(sharded)

    assert sorted(listed(sharded)) == sorted(PROJECTS)
    assert sum(turn["projects"] for turn in found) == len(PROJECTS)


def test_found_projects_are_shared_like_configured_ones(sharded: Desk) -> None:
    text = (sharded.folder / "lease-watcher.toml").read_text(encoding="utf-8")
    head, _, rest = text.partition("[projects.")
    sharded.configure(f"{head}[discovery]\nenabled = true\n[policies.{rest.partition('[policies.')[2]}")
    turns(sharded)

    assert sorted(listed(sharded)) == sorted(PROJECTS)


def test_together_they_release_what_one_would(sharded: Desk) -> None:
    # A small part of a small fleet: what is due in it is a large share.
    sharded.reconfigure("max_share = 0.3", "max_share = 1.0\nmax_project_share = 1.0")
    announced_and_open(sharded)
    found = turns(sharded)

    assert [turn["exit_code"] for turn in found] == [0, 0, 0, 0]
    assert sharded.deletes == len(sharded.sandbox.world.releases) == 3


def test_one_shard_that_fails_leaves_three_done(sharded: Desk) -> None:
    sharded.reconfigure("max_share = 0.3", "max_share = 1.0\nmax_project_share = 1.0")
    announced_and_open(sharded)
    before = sharded.deletes
    path = f"/v1/projects/{NORTHWIND_TRAVEL}/leased-accounts"
    sharded.sandbox.add_fault(ServerError(path=path))
    found = turns(sharded)

    assert sorted(turn["exit_code"] for turn in found) == [0, 0, 0, 75]
    assert sharded.deletes > before


def test_a_ledger_that_is_damaged_is_one_shards_trouble(sharded: Desk) -> None:
    turns(sharded)
    (sharded.folder / "watcher-1_of_4.db").write_bytes(b"no ledger")

    assert [sharded.run("run", "--once", "--shard", shard).code for shard in SHARDS] == [0, 78, 0, 0]


def test_words_go_to_the_ledger_of_the_shard_that_knows_the_account(sharded: Desk) -> None:
    turns(sharded)
    words = ("hold", "@campaign.reserve", "--reason", "campaign")
    codes = [sharded.run(*words, "--shard", shard).code for shard in SHARDS]

    assert sorted(codes) == [0, 2, 2, 2]


def test_shards_in_one_ledger_are_refused(at_desk: Desk) -> None:
    said = at_desk.run("run", "--once", "--shard", "0/4")

    assert said.code == 78
    assert "store.url  is one ledger for all shards" in said.err
    assert not list(at_desk.folder.glob("*.db"))


@pytest.mark.parametrize(
    ("url", "refused"),
    [
        ("postgresql://w@db/w?application_name=w_{shard}", True),
        ("postgresql://w@db/w?sslcert=/{shard}.pem", True),
        ("postgresql://w:of-{shard}@db/w", True),
        ("postgresql://w_{shard}@db/w", False),
        ("postgresql://w@db/w_{shard}?application_name=w", False),
        ("postgresql://w@db/w?options=-csearch_path%3Dw_{shard}", False),
    ],
)
def test_a_name_that_chooses_no_ledger_makes_no_ledger_for_each(
    at_desk: Desk, url: str, refused: bool
) -> None:
    """Every shard called itself something else, and all remembered the same."""
    at_desk.reconfigure("sqlite:///watcher.db", url)
    said = at_desk.run("check", "--shard", "0/4")

    assert ("is one ledger for all shards" in said.err + said.out) == refused


def test_a_shards_ledger_without_a_shard_is_refused(sharded: Desk) -> None:
    for words in (("run", "--once"), ("holds",), ("check",)):
        said = sharded.run(*words)
        assert said.code == 78
        assert "say which one: --shard 0/4" in said.err


def test_check_shows_the_shards_own_ledger(sharded: Desk) -> None:
    said = sharded.run("check", "--shard", "3/4")

    assert said.code == 0
    assert str(sharded.folder / "watcher-3_of_4.db") in said.out


def test_the_only_shard_is_the_whole(at_desk: Desk) -> None:
    assert at_desk.run("run", "--once", "--shard", "0/1").code == 0
    assert Path(at_desk.ledger).exists()


@pytest.mark.parametrize("shard", ["4/4", "two", "0/0"])
def test_what_is_no_shard_is_a_mistake_on_the_command_line(at_desk: Desk, shard: str) -> None:
    with pytest.raises(SystemExit) as left:
        at_desk.run("run", "--once", "--shard", shard)
    assert left.value.code == 2


def test_the_ledger_of_another_number_of_shards_is_refused(sharded: Desk) -> None:
    assert sharded.run("run", "--once", "--shard", "0/4").code == 0
    (sharded.folder / "watcher-0_of_4.db").rename(sharded.folder / "watcher-0_of_5.db")

    said = sharded.run("run", "--once", "--shard", "0/5")
    assert said.code == 78
    assert "is the ledger of shard 0/4, but this watcher is shard 0/5." in said.err
    assert "Traceback" not in said.err
