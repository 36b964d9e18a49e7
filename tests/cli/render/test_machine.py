"""What machines read: whole cents, ISO times, closed words, harmless cells."""

import csv
import json
from io import StringIO
from typing import Any

import pytest

from tests.builders import NOW, D, H, account, decision, hold, policy, report
from watcher.brakes import Halt, Halts, kinds
from watcher.cli.render.machine import audit_parts, turn_json
from watcher.cli.render.order import By
from watcher.cli.render.spreadsheet import COLUMNS, audit_csv
from watcher.decide.report import Report
from watcher.facts.accounts import Flaw, ProjectId, Quarantined, Unread
from watcher.rules.plan import Decision, PeriodState
from watcher.texts.commands import to_approve

_SOON = report(decision(account(renews_in=29 * H)))


def audited(of: Report) -> Any:
    return json.loads("".join(audit_parts(of, NOW)))


def rows(of: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(audit_csv(of, NOW), newline="")))


def test_projects_of_one_name_are_summed_up_each_for_itself() -> None:
    """`audit --by project` added up two projects that the API called "Brand", as if they were one."""
    of = report(
        decision(account("one")),
        decision(account("other", project="prj_beta", price_cents=9_999)),
        project_names={ProjectId("prj_acme"): "Brand", ProjectId("prj_beta"): "Brand"},
    )
    told = json.loads("".join(audit_parts(of, NOW, by=By.PROJECT)))["subtotals"]
    assert [(each["project"], each["name"], each["cents"]) for each in told] == [
        ("prj_acme", "Brand", 15_000),
        ("prj_beta", "Brand", 9_999),
    ]


def test_an_account_carries_everything_its_decision_rests_on() -> None:
    assert audited(_SOON)["accounts"] == [
        {
            "id": "sa_latte.art.lab",
            "project": "prj_acme",
            "project_name": "acme",
            "owner": None,
            "labels": {},
            "handle": "latte.art.lab",
            "platform": "tiktok",
            "followers": 1200,
            "assigned_at": "2025-11-19T12:00:00Z",
            "renews_at": "2026-05-19T17:00:00Z",
            "price_cents": 15000,
            "use": "unused",
            "use_at_opening": "unused",
            "idle_days": 40,
            "activity": {
                "kind": "seen",
                "at": "2026-04-08T12:00:00Z",
                "what": "published_post",
                "planned": None,
                "why": None,
            },
            "evidence": "no post published through Layers for 40 d",
            "health": None,
            "verdict": "release",
            "judged": "unused",
            "reason": "notice_to_come",
            "step": {"kind": "announce", "not_before": "2026-05-19T12:00:00Z"},
            "policy": "standard",
            "enrolled": True,
            "hold": None,
            "window": {
                "announce_from": "2026-05-17T11:00:00Z",
                "opens": "2026-05-19T11:00:00Z",
                "closes": "2026-05-19T16:50:00Z",
                "renews_at": "2026-05-19T17:00:00Z",
            },
            "trace": [
                {"check": check, "passed": True, "because": None, "detail": None}
                for check in (
                    "renewal_ahead",
                    "policy_found",
                    "policy_releases",
                    "enrolled",
                    "not_held",
                    "not_protected",
                    "unused",
                )
            ],
            "notice": {"kind": "not_announced", "void": None},
            "not_done": 0,
            "lateness": None,
            "unresolved": False,
            "refused": False,
            "released": False,
            "halted_by": [],
            "next_at": "2026-05-18T12:00:00Z",
        }
    ]


def test_the_document_names_its_schema_totals_docket_and_exit() -> None:
    document = audited(_SOON)
    del document["accounts"]

    assert document == {
        "schema": "audit/1",
        "at": "2026-05-18T12:00:00Z",
        "turn": "20260518T120000Z-000000",
        "mode": "enforce",
        "organization": "Acme Agency",
        "clock_skew_seconds": 0,
        "exit_code": 0,
        "trouble": None,
        "totals": {
            "projects": 1,
            "all": {"accounts": 1, "cents": 15000},
            "in_use": {"accounts": 0, "cents": 0},
            "unused": {"accounts": 1, "cents": 15000},
            "unknown": {"accounts": 0, "cents": 0},
            "not_asked": {"accounts": 0, "cents": 0},
            "avoidable": {"accounts": 1, "cents": 15000},
            "unused_by_window": {"accounts": 0, "cents": 0},
            "releasing": {"accounts": 1, "cents": 15000},
        },
        "last_read": None,
        "in_the_way": [],
        "by": None,
        "subtotals": None,
        "docket": {
            "id": _SOON.docket.id,
            "entries": [
                {
                    "account": "sa_latte.art.lab",
                    "renews_at": "2026-05-19T17:00:00Z",
                    "project": "prj_acme",
                    "handle": "latte.art.lab",
                    "price_cents": 15000,
                    "place": "opening",
                }
            ],
        },
        "halts": [],
        "matters": [],
        "nothing_to_decide": [],
        "quarantined": [],
        "unmatched": [],
        "unread": [],
    }


def test_what_is_wrong_stands_in_the_document() -> None:
    document = audited(
        report(
            decision(held=hold(until=NOW + D)),
            halts=Halts(halts=(Halt(brake=kinds.TOO_MANY, measured="24 releases", limit="20"),)),
            quarantined=(
                Quarantined(
                    project=ProjectId("p"),
                    id=None,
                    handle=None,
                    flaw=Flaw.UNUSABLE_ID,
                    field="id",
                ),
            ),
            unread=(Unread(project=ProjectId("p"), name="n", code="NOT_FOUND", why="404"),),
        )
    )

    assert document["exit_code"] == 75
    assert document["halts"] == [
        {
            "brake": "too_many",
            "project": None,
            "measured": "24 releases",
            "limit": "20",
            "approvable": True,
            "lifts_at": None,
            "way_out": f"`{to_approve(document['docket']['id'])}` allows exactly these",
        }
    ]
    assert document["quarantined"] == [
        {"project": "p", "id": None, "handle": None, "flaw": "unusable_id", "field": "id", "also_in": []}
    ]
    assert document["unread"] == [{"project": "p", "name": "n", "code": "NOT_FOUND", "why": "404"}]
    assert document["accounts"][0]["hold"] == {
        "by": "maria",
        "why": "campaign",
        "at": "2026-05-17T12:00:00Z",
        "until": "2026-05-19T12:00:00Z",
    }


def test_a_turn_is_one_short_line_whatever_the_size_of_the_fleet() -> None:
    many = report(*(decision(account(f"a{number}")) for number in range(500)))
    line = turn_json(many, NOW + H)

    assert "\n" not in line
    assert len(line) < 2_000
    said = json.loads(line)
    assert said["schema"] == "turn/1"
    assert (said["accounts"], said["cents"], said["exit_code"]) == (500, 7_500_000, 0)
    assert (said["started_at"], said["ended_at"]) == ("2026-05-18T12:00:00Z", "2026-05-18T13:00:00Z")


def test_a_row_has_cents_and_dollars_and_iso_times() -> None:
    (row,) = rows(_SOON)

    assert tuple(row) == COLUMNS
    assert (row["price_cents"], row["price_dollars"]) == ("15000", "150.00")
    assert (row["renews_at"], row["opens_at"]) == ("2026-05-19T17:00:00Z", "2026-05-19T11:00:00Z")
    assert (row["handle"], row["use"], row["step"]) == ("latte.art.lab", "unused", "announce")


@pytest.mark.parametrize(
    ("handle", "shown"),
    [
        ("=cmd()", "'=cmd()"),
        ("@=cmd()", "'=cmd()"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@@sum", "'@sum"),
        ("@plain", "plain"),
        ("\t=1", "'\N{REPLACEMENT CHARACTER}=1"),
        ("\r=1", "'\N{REPLACEMENT CHARACTER}=1"),
        ('a","=b', 'a","=b'),
        ("a\nb", "a\N{REPLACEMENT CHARACTER}b"),
    ],
)
def test_a_hostile_handle_does_no_harm_in_a_spreadsheet(handle: str, shown: str) -> None:
    (row,) = rows(report(decision(account(handle, id="sa_1"))))

    assert row["handle"] == shown
    assert row["account_id"] == "sa_1"


@pytest.mark.parametrize(
    "one",
    [
        decision(policies=()),
        decision(account(followers=None)),
        decision(standing=PeriodState(released=True)),
        decision(policies=(policy(warn=(3 * D,)),), enrolled=False),
    ],
)
def test_every_kind_of_decision_can_be_written(one: Decision) -> None:
    assert audited(report(one))["accounts"][0]["reason"] == one.reason.value
    assert rows(report(one))[0]["reason"] == one.reason.value
