"""`audit`: what is leased, what it costs, who uses it; and nothing is done."""

import csv
import json
from datetime import datetime
from pathlib import Path

import pytest

from tests.cli.desk import NOW, Desk, desk, with_handle
from watcher.sandbox import ServerError, fleets
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
        (("--use", "unused"), 7),
        (("--use", "in-use", "--use", "unknown"), 8),
        (("--policy", "standard"), 15),
        (("--platform", "TikTok"), 7),
        (("--handle", "@brand.*", "--handle", "latte.art.lab"), 2),
        (("--handle", "zz*"), 0),
        (("--reason", "protected_handle"), 1),
        (("--reason", "notice_to_come", "--due-within", "40h"), 4),
        (("--reason", "unused"), 5),
        (("--use", "unused", "--platform", "youtube", "--project", "acme-coffee"), 1),
    ],
)
def test_filters_choose_what_is_shown(at_desk: Desk, words: tuple[str, ...], count: int) -> None:
    said = json.loads(at_desk.run("audit", "--format", "json", *words).out)

    assert len(said["accounts"]) == count


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--project", "acme"), "there is no such project; known: acme-coffee, northwind-travel"),
        (("--project", "acme-cofee"), "there is no such project; did you mean acme-coffee?"),
        (("--policy", "standrd"), "there is no such policy; did you mean standard?"),
        (("--platform", "tiktoc"), "there is no account on that platform; did you mean tiktok?"),
        (("--handle", "latte.art.la"), "there is no account of that handle; did you mean latte.art.lab?"),
        (("--due-within", "7"), "is a number without a unit"),
        (("--output", "no/such/folder/x.csv"), "no/such/folder; make it, or name another file."),
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


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--use", "unusd"), "there is no use unusd; did you mean unused?"),
        (("--reason", "not enroled"), "there is no reason not enroled; did you mean not_enrolled?"),
        (("--verdict", "releases"), "there is no verdict releases; did you mean release?"),
        (("--sort", "cost"), "there is no order cost; known: renews, price, idle"),
        (("--by", "projekt"), "there is no grouping projekt; did you mean project?"),
    ],
)
def test_a_word_of_a_closed_list_is_corrected(
    at_desk: Desk, words: tuple[str, ...], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        at_desk.run("audit", *words)

    assert ended.value.code == 2
    assert complaint in capsys.readouterr().err


def test_nobody_is_corrected_where_not_everything_was_read(at_desk: Desk) -> None:
    """That no account of a fleet that was not read has a name, nobody can say."""
    at_desk.reconfigure('id = "prj_01JZ0DEM00000000000000FTNS"', 'id = "prj_gone"')

    said = at_desk.run("audit", "--handle", "latte.art.la")

    assert said.code == 75
    assert "Projects that could not be read" in said.out


@pytest.mark.parametrize(
    ("order", "column", "descending"),
    [("renews", "renews_at", False), ("price", "price_cents", True), ("idle", "idle_days", True)],
)
def test_rows_come_in_the_order_asked_for(at_desk: Desk, order: str, column: str, descending: bool) -> None:
    said = at_desk.run("audit", "--format", "csv", "--sort", order, "--use", "unused", "--use", "in_use")
    found = [row[column] for row in csv.DictReader(said.out.splitlines())]

    assert found == sorted(found, key=lambda one: int(one) if one.isdigit() else one, reverse=descending)  # type: ignore[return-value,arg-type]


def test_what_is_unknown_comes_last_among_the_idle(at_desk: Desk) -> None:
    said = at_desk.run("audit", "--format", "csv", "--sort", "idle")
    rows = list(csv.DictReader(said.out.splitlines()))

    assert [row["use"] for row in rows[-2:]] == ["unknown", "unknown"]
    assert [row["idle_days"] for row in rows[-2:]] == ["", ""]
    assert rows[0]["handle"] == "beans.and.brew"


def test_sums_by_project_show_the_waste_of_each(at_desk: Desk) -> None:
    said = at_desk.run("audit", "--by", "project")

    assert (
        """
  project           accounts    a month  in use  unused  unknown    waste
  acme-coffee              8  $1,200.00       3       5        0  $750.00
  northwind-travel         5    $750.00       3       2        0  $300.00
  lumen-fitness            2    $300.00       0       0        2    $0.00

Total     15 accounts  $2,250.00  a month, in 3 projects
in use     6 accounts    $900.00
unused     7 accounts  $1,050.00  $750.00 avoidable; releases are planned for $750.00
unknown    2 accounts    $300.00  no post ever shown
"""
        in said.out
    )
    assert said.out.endswith(
        """
Why 2 unused accounts, $300.00 a month, are not given back
  1  $150.00  protected by its handle → [policies.standard.protect]
  1  $150.00  protected by its followers → [policies.standard.protect]

Next: 5 of 7 unused accounts, $750.00 a month, are to be released, the first in 1 d 1 h, Tue 19 May 13:00 UTC (@latte.art.lab), the last in 23 d 18 h, Thu 11 Jun 06:00 UTC (@mountain.huts).
  The next turn, or `lease-watcher run --once`, announces 4.
"""  # noqa: E501
    )


UNUSED = """
unused    7 accounts  $1,050.00  $750.00 avoidable; no release is planned
unknown   0 accounts      $0.00
"""
THE_END = """
Why 7 unused accounts, $1,050.00 a month, are not given back
  7  $1,050.00  observe mode → `mode = 'enforce'`
  7  $1,050.00  policy never releases → `when = 'idle'` in [policies.standard.release]
  7  $1,050.00  no notifier that counts is told of announcements (acme-coffee, northwind-travel) → one such as email or slack, routed for `release.announced`
  2    $300.00  not enrolled → `enrolled = true` in [projects.northwind-travel]
  1    $150.00  protected by its handle → [policies.standard.protect]
  1    $150.00  protected by its followers → [policies.standard.protect]
  7 of them are kept by several of these, and counted in each.
  To try it, change that, then `lease-watcher run --once --dry-run`: it says what a turn would do, and does nothing.

Next: no release is to come: 7 accounts, $1,050.00 a month, unused, will renew. Why stands above.
"""  # noqa: E501


def test_the_end_says_everything_that_keeps_what_is_unused_and_how_to_try(at_desk: Desk) -> None:
    """A first audit said "$1,050.00 avoidable", and nothing of why it would be paid month after month."""
    at_desk.reconfigure('mode = "enforce"', 'mode = "observe"')
    at_desk.reconfigure('N0RT"\nenrolled = true', 'N0RT"')
    at_desk.reconfigure('when = "idle"', 'when = "never"')
    at_desk.reconfigure('kind = "webhook"', 'kind = "log"')
    at_desk.reconfigure(f'url = "{at_desk.url}/_sandbox/inbox"', "")

    said = at_desk.run("audit", "--use", "unused")

    assert UNUSED in said.out
    assert said.out.endswith(THE_END)
    document = json.loads(at_desk.run("audit", "--format", "json").out)
    assert [(one["reason"], one["accounts"]) for one in document["in_the_way"]] == [
        ("observing", 7),
        ("policy_never", 7),
        ("no_counting_channel", 7),
        ("not_enrolled", 2),
        ("protected_handle", 1),
        ("protected_followers", 1),
    ]


def test_its_end_says_what_enforce_mode_would_do_and_when(at_desk: Desk) -> None:
    """Its last line was "Next: now, Mon 18 May 12:00 UTC (@latte.art.lab)": neither what, nor of which."""
    at_desk.reconfigure('mode = "enforce"', 'mode = "observe"')
    assert at_desk.run("audit").out.endswith(
        """
Next: 5 of 7 unused accounts, $750.00 a month, would be released in enforce mode, the first in 1 d 1 h, Tue 19 May 13:00 UTC (@latte.art.lab), the last in 23 d 18 h, Thu 11 Jun 06:00 UTC (@mountain.huts).
  The next turn, or `lease-watcher run --once`, tells of 4 releases that would be.
"""  # noqa: E501
    )
    at_desk.sandbox.add_fault(ServerError())
    assert "Next: " not in at_desk.run("audit").out


def test_a_span_without_a_unit_is_answered_as_it_is_typed(at_desk: Desk) -> None:
    """The hint was that of a configuration: `write it with its unit, in quotes, such as "15m"`."""
    said = at_desk.run("audit", "--due-within", "7")
    assert (said.code, said.told) == (
        2,
        "--due-within 7: is a number without a unit: write it with its unit, such as 15m, 24h, 7d or 1h30m",
    )
    for words in (
        ("hold", "@latte.art.lab", "--reason", "x", "--until", "soon"),
        ("history", "--since", "soon"),
    ):
        assert '"' not in at_desk.run(*words).told, words


def test_whose_a_project_is_and_its_labels_are_for_grouping_and_machines(at_desk: Desk) -> None:
    at_desk.reconfigure(
        "[projects.acme-coffee]\n",
        '[projects.acme-coffee]\nowner = "Ann"\nlabels = { team = "growth", region = "eu" }\n',
    )
    at_desk.reconfigure("[projects.northwind-travel]\n", '[projects.northwind-travel]\nowner = "=Bob"\n')
    table = at_desk.run("audit", "--by", "owner").out
    assert (
        """
  owner     accounts    a month  in use  unused  unknown    waste
  Ann              8  $1,200.00       3       5        0  $750.00
  =Bob             5    $750.00       3       2        0  $300.00
  no owner         2    $300.00       0       0        2    $0.00
"""
        in table
    )
    rows = list(csv.DictReader(at_desk.run("audit", "--format", "csv").out.splitlines()))
    found = {row["project"]: (row["owner"], row["labels"]) for row in rows}
    assert found == {
        "acme-coffee": ("Ann", "team=growth; region=eu"),
        "northwind-travel": ("'=Bob", ""),
        "lumen-fitness": ("", ""),
    }
    accounts = json.loads(at_desk.run("audit", "--format", "json").out)["accounts"]
    told = {one["project_name"]: (one["owner"], one["labels"]) for one in accounts}
    assert told["acme-coffee"] == ("Ann", {"team": "growth", "region": "eu"})
    assert told["lumen-fitness"] == (None, {})


def test_a_docket_that_no_turn_has_kept_cannot_be_approved_yet(at_desk: Desk) -> None:
    """Before the first turn an audit told to approve a docket, and the approval ended with 78: no ledger."""
    at_desk.reconfigure("max_share = 0.3", "max_releases = 1")
    said = " ".join(at_desk.run("audit").out.split())
    assert "no turn has kept this docket yet: once one has (`lease-watcher run --once`), `lease" in said
    matters = json.loads(at_desk.run("audit", "--format", "json").out)["matters"]
    assert not any("approve" in command for matter in matters for command in matter["commands"])

    at_desk.run("run", "--once")
    assert "no turn has kept this docket yet" not in at_desk.run("audit").out
