"""`history`: since when, until when, of which kind, how many."""

import csv
import json
import re
from pathlib import Path

import pytest

from tests.cli.desk import Desk, H
from tests.cli.test_run import enforced
from watcher.ports.ledger import HISTORY_KINDS

ROOT = Path(__file__).parents[2]


@pytest.fixture
def held(at_desk: Desk) -> Desk:
    """A turn, and three hours later a hold and a pause."""
    at_desk.run("run", "--once")
    at_desk.pass_time(3 * H)
    at_desk.run("hold", "@latte.art.lab", "--until", "forever", "--reason", "campaign")
    at_desk.run("pause", "--project", "acme-coffee", "--reason", "lunch")
    return at_desk


def whats(held: Desk, *words: str) -> list[str]:
    said = held.run("history", "--format", "json", *words)
    assert said.code == 0, said.err
    return [json.loads(line)["what"] for line in said.out.splitlines()]


def test_it_is_narrowed_by_time_kind_and_number(held: Desk) -> None:
    everything = whats(held)

    assert whats(held, "--since", "1h") == ["hold", "pause"]
    assert whats(held, "--until", "1h") == everything[:-2]
    assert whats(held, "--since", "2026-05-18", "--until", "2026-05-18") == everything
    assert whats(held, "--since", "2026-05-19") == []
    assert whats(held, "--since", "2026-05-18T14:59:00Z", "--kind", "pause") == ["pause"]
    assert set(whats(held, "--kind", "lease.*", "--kind", "hold")) == {"lease.new", "hold"}
    assert whats(held, "--limit", "3") == everything[-3:]
    assert whats(held, "@latte.art.lab", "--since", "1h") == ["hold"]


def test_a_word_names_the_account_its_project_and_its_price(held: Desk) -> None:
    said = held.run("history", "--since", "1h")

    assert said.out == (
        "2026-05-18 15:00:00Z  @latte.art.lab  acme-coffee  "
        "maria put it on hold for ever, $150.00 a month: campaign.\n"
        "2026-05-18 15:00:00Z  acme-coffee  maria paused releases of project acme-coffee: lunch.\n"
    )
    assert (
        held.run("history", "--since", "1h", "--kind", "lease.new").out
        == "Nothing of that kind happened then.\n"
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--kind", "holds"), "--kind holds: there is no such kind; did you mean hold?"),
        (
            ("--since", "yesterday"),
            "--since yesterday: must be a span before now such as 7d, a date such as",
        ),
        (("--since", "1h", "--until", "2h"), "--until 2h is not after --since 1h"),
        (("--limit", "0"), "--limit 0: must be 1 or more"),
        (("@late.art.lab",), "never saw @late.art.lab. Did you mean @latte.art.lab?"),
    ],
)
def test_what_cannot_be_is_told_with_what_can(held: Desk, words: tuple[str, ...], told: str) -> None:
    said = held.run("history", *words)
    assert (said.code, said.out) == (2, "")
    assert told in said.err


def test_what_messages_call_it_can_be_asked_for(held: Desk) -> None:
    """`--kind deadline.missed`, as the message said, was "no such kind"."""
    assert whats(held, "--kind", "deadline.missed") == []
    assert set(whats(held, "--kind", "renewal.warning")) <= {"message.accepted"}
    assert "message.accepted" not in whats(held, "--kind", "lease.new")
    near = held.run("history", "--kind", "brake.halt").told
    assert "there is no such kind; did you mean brake.halted?" in near


def test_what_was_given_back_is_counted_once_however_many_were_told(at_desk: Desk) -> None:
    """Three notifiers: 135 rows of `release.done`, $20,250.00, where 45 accounts had been given back."""
    enforced(at_desk)
    at_desk.run("run", "--once")
    done = at_desk.run("history", "--kind", "release.done", "--format", "csv").out
    assert done == at_desk.run("history", "--kind", "release.released", "--format", "csv").out
    assert [row["cents"] for row in csv.DictReader(done.splitlines())] == ["15000"] * 3
    told = at_desk.run("history", "--kind", "message.accepted", "--format", "csv").out
    assert {row["cents"] for row in csv.DictReader(told.splitlines())} == {""}


def test_an_approval_is_told_with_its_docket_and_its_sum(at_desk: Desk) -> None:
    """Who approved what messages had called docket 7f3a91c0 could not be found by that name."""
    at_desk.reconfigure("max_share = 0.3", "max_releases = 2")
    enforced(at_desk)
    docket = json.loads(at_desk.run("run", "--once", "--format", "json").out)["docket"]
    at_desk.run("approve", docket, "--reason", "looked", "--by", "maria", "--yes")
    (row,) = csv.DictReader(at_desk.run("history", "--kind", "approve", "--format", "csv").out.splitlines())
    assert f"(docket {docket}, 3 releases, $450.00 a month" in row["text"]
    assert row["cents"] == "45000"
    assert (row["approved_by"], row["docket"]) == ("maria", docket)


def test_a_release_is_told_with_the_approval_that_let_it_pass_and_with_its_owner(at_desk: Desk) -> None:
    """Which releases went by whose approval was put together by hand from two lists."""
    at_desk.reconfigure("max_share = 0.3", "max_releases = 2")
    at_desk.reconfigure(
        "[projects.acme-coffee]\n", '[projects.acme-coffee]\nowner = "jo"\nlabels = {team = "a"}\n'
    )
    enforced(at_desk)
    docket = json.loads(at_desk.run("run", "--once", "--format", "json").out)["docket"]
    at_desk.run("approve", docket, "--reason", "looked", "--by", "maria", "--yes")
    at_desk.run("run", "--once")
    for kind in ("release.intended", "release.released"):
        said = at_desk.run("history", "--kind", kind, "--format", "csv").out
        rows = list(csv.DictReader(said.splitlines()))
        assert len(rows) == 3
        for row in rows:
            assert f", approved by maria (docket {docket})" in row["text"]
            assert [row[name] for name in ("approved_by", "docket", "owner")] == ["maria", docket, "jo"]
            assert row["labels"]


def test_a_release_is_told_with_why_it_was_begun_in_the_row_of_its_end_too(at_desk: Desk) -> None:
    """Why an account was given back stood in the text of another row: whoever asked for `release.released` in
    a spreadsheet was told its price, and nothing of its policy and its use.
    """
    enforced(at_desk)
    at_desk.run("run", "--once")
    told = at_desk.run("history", "--kind", "release.intended").out
    for kind in ("release.intended", "release.released"):
        said = at_desk.run("history", "--kind", kind, "--format", "csv").out
        rows = list(csv.DictReader(said.splitlines()))
        assert len(rows) == 3
        for row in rows:
            assert (row["policy"], row["asked_by"]) == ("standard", "")
            assert "no post" in row["because"]
            assert f"A release begins under policy standard: {row['because']}." in told
        found = at_desk.run("history", "--kind", kind, "--format", "json").out
        assert [json.loads(one)["release"] for one in found.splitlines()] == [
            {"policy": "standard", "because": row["because"], "asked_by": None, "halt_over": None}
            for row in rows
        ]


def test_a_release_that_a_person_asked_for_says_whose_word_it_was(at_desk: Desk) -> None:
    enforced(at_desk)
    handle = "coffee.stories.daily"
    asked = at_desk.run("release", f"@{handle}", "--reason", "sold", "--by", "maria", typed=f"{handle}\n")
    assert asked.code == 0
    said = at_desk.run("history", f"@{handle}", "--kind", "release.released", "--format", "csv").out
    (row,) = csv.DictReader(said.splitlines())
    assert row["asked_by"] == "maria"
    assert row["because"].startswith("lease-watcher: a person asked for it, a post was published")


def test_a_release_that_needed_no_approval_names_none(at_desk: Desk) -> None:
    enforced(at_desk)
    at_desk.run("run", "--once")
    rows = csv.DictReader(at_desk.run("history", "--kind", "release.*", "--format", "csv").out.splitlines())
    assert {(row["approved_by"], "approved" in row["text"]) for row in rows} == {("", False)}


def test_every_kind_that_a_history_has_can_be_asked_for() -> None:
    sources = (ROOT / "watcher" / "adapters" / "ledger" / name for name in ("lines.py", "news.py"))
    written = {kind for one in sources for kind in re.findall(r'"([a-z]+\.[a-z_]+)"', one.read_text("utf-8"))}
    assert len(written) > 10
    assert written - set(HISTORY_KINDS) == set()


def test_the_history_of_one_account_names_it_once(at_desk: Desk) -> None:
    """Every line began with the same handle and project, so half of 80 columns were left for the rest."""
    at_desk.run("run", "--once")
    title, *lines = at_desk.run("history", "@latte.art.lab").out.splitlines()
    assert title == "@latte.art.lab on tiktok, project acme-coffee (sa_01JZ0DEM0000000000000000A3)"
    assert lines[0].startswith("2026-05-18 12:00:00Z  First seen: ")
    assert not any("acme-coffee" in line for line in lines)
