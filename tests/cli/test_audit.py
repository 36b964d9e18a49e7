"""`audit`: what is leased, what it costs, who uses it; and nothing is done."""

import csv
import json
from datetime import datetime
from pathlib import Path

import pytest

from tests.cli.desk import NOW, Desk, desk, with_handle
from watcher.sandbox import fleets
from watcher.sandbox.fleets.mixed_fleet import ACME_COFFEE, LATTE_ART_LAB
from watcher.sandbox.fleets.seeds_fleet import seeds

HANDLES = {account.handle for account in fleets.mixed(NOW).accounts if account.leased}


def test_an_audit_shows_every_account_and_what_it_costs(at_desk: Desk) -> None:
    said = at_desk.run("audit")

    assert said.code == 0
    assert all(f"@{handle}" in said.out for handle in HANDLES)
    assert "Total     15 accounts  $2,250.00  a month, in 3 projects" in said.out


def test_an_audit_reads_and_does_nothing_else(at_desk: Desk) -> None:
    at_desk.run("audit")

    assert {entry.method for entry in at_desk.sandbox.log.entries} == {"GET"}
    assert not at_desk.ledger.exists()
    assert at_desk.sandbox.inbox == []


def test_the_seeds_accounts_are_audited_with_their_handles_money_and_renewals(tmp_path: Path) -> None:
    with desk(tmp_path, seeds(NOW, 0)) as one:
        leased = [account for account in one.sandbox.world.accounts.values() if account.leased]
        (project,) = {account.project for account in leased}
        one.configure(f'[api]\nbase_url = "{one.url}"\n[projects.seeds]\nid = "{project}"\n')
        said = one.run("audit", "--format", "json")
        table = one.run("audit").out

    document = json.loads(said.out)
    assert said.code == 0
    assert document["totals"]["all"] == {"accounts": 2, "cents": 30000}
    assert [(one["handle"], one["price_cents"]) for one in document["accounts"]] == [
        (account.handle, 15000) for account in leased
    ]
    assert {datetime.fromisoformat(one["renews_at"]) for one in document["accounts"]} == {
        account.next_renewal_at for account in leased
    }
    assert "$300.00  a month" in table
    assert all(f"@{account.handle}" in table for account in leased)


def test_json_carries_integer_cents_and_iso_times(at_desk: Desk) -> None:
    said = json.loads(at_desk.run("audit", "--format", "json").out)

    assert said["schema"] == "audit/1"
    latte = next(one for one in said["accounts"] if one["id"] == LATTE_ART_LAB)
    assert latte["price_cents"] == 15000
    assert latte["renews_at"] == "2026-05-19T19:00:00Z"


def test_csv_opens_in_a_spreadsheet_and_a_formula_in_a_handle_does_no_harm(tmp_path: Path) -> None:
    fleet = with_handle(fleets.mixed(NOW), LATTE_ART_LAB, '=cmd()|"/c calc"')
    with desk(tmp_path, fleet) as one:
        said = one.run("audit", "--format", "csv", "--output", "fleet.csv")
    assert said.code == 0
    content = (tmp_path / "fleet.csv").read_bytes()

    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(content.decode("utf-8-sig").splitlines()))
    assert len(rows) == 15
    latte = next(row for row in rows if row["account_id"] == LATTE_ART_LAB)
    assert not latte["handle"].startswith(("=", "+", "-", "@"))
    assert latte["price_cents"] == "15000"


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (("--project", "acme-coffee"), 8),
        (("--project", ACME_COFFEE), 8),
        (("--project", "acme-coffee", "--project", "lumen-fitness"), 10),
        (("--verdict", "release"), 5),
        (("--due-within", "31h"), 2),
        (("--due-within", "31h", "--verdict", "release"), 1),
    ],
)
def test_filters_choose_what_is_shown(at_desk: Desk, words: tuple[str, ...], count: int) -> None:
    said = json.loads(at_desk.run("audit", "--format", "json", *words).out)

    assert len(said["accounts"]) == count


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--project", "acme"), "there is no such project; known: acme-coffee, northwind-travel"),
        (("--due-within", "7"), "is a number without a unit"),
        (("--output", "no/such/folder/x.csv"), "no such file or directory"),
    ],
)
def test_a_wrong_word_is_answered_with_what_to_write(
    at_desk: Desk, words: tuple[str, ...], complaint: str
) -> None:
    said = at_desk.run("audit", *words)

    assert said.code == 2
    assert complaint in said.err


def test_pending_changes_show_in_the_exit_code_only_if_asked(at_desk: Desk) -> None:
    assert at_desk.run("audit").code == 0
    assert at_desk.run("audit", "--detailed-exitcode").code == 10


def test_an_audit_needs_no_ledger_but_reads_one(at_desk: Desk) -> None:
    at_desk.run("run", "--once")
    before = at_desk.ledger.read_bytes()
    said = at_desk.run("audit")

    assert "announced" in said.out
    assert at_desk.ledger.read_bytes() == before
