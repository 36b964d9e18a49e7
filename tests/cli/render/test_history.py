"""History, for people and for machines."""

import csv
import json
from dataclasses import replace
from datetime import timedelta
from io import StringIO

from tests.builders import NOW, H
from watcher.cli.render.history import history_csv, history_json, render_history
from watcher.facts.accounts import AccountId, LeasePeriod, ProjectId
from watcher.ports.ledger import HistoryLine, ToldTo
from watcher.record.outcomes import Cause, Explanation, Outcome, OutcomeKind
from watcher.rules.targets import Labels
from watcher.texts.times import zone

LINES = (
    HistoryLine(
        at=NOW, what="release.announced", text="Announced.", account=AccountId("sa_1"), handle="a\nb"
    ),
    HistoryLine(at=NOW + H, what="pause", text="eve paused releases.", project=ProjectId("prj_1"), cents=5),
    HistoryLine(at=NOW + 2 * H, what="turn.ended", text="A turn ended."),
)


def test_a_history_is_one_row_a_line_that_sorts_by_time() -> None:
    assert "".join(render_history(LINES, zone("UTC"))) == (
        "2026-05-18 12:00:00Z  @a\N{REPLACEMENT CHARACTER}b  Announced.\n"
        "2026-05-18 13:00:00Z  prj_1  eve paused releases.\n"
        "2026-05-18 14:00:00Z  A turn ended.\n"
    )


def test_a_history_in_another_zone_names_its_offset() -> None:
    assert [*render_history(LINES[2:], zone("Europe/Berlin"))] == [
        "2026-05-18 16:00:00 +0200  A turn ended.\n"
    ]


def test_an_empty_history_is_said_in_words() -> None:
    assert [*render_history((), zone("UTC"))] == ["Nothing has happened yet.\n"]
    assert [*history_json(())] == []


def test_a_history_for_machines_is_one_object_a_line() -> None:
    rows = [json.loads(row) for row in history_json(LINES)]

    assert rows[0] == {
        "at": "2026-05-18T12:00:00Z",
        "what": "release.announced",
        "text": "Announced.",
        "account": "sa_1",
        "handle": "a\nb",
        "project": None,
        "turn": None,
        "cents": None,
        "event": None,
        "paid": None,
        "approved_by": None,
        "docket": None,
        "release": None,
    }
    assert [row["cents"] for row in rows] == [None, 5, None]


def told(notifier: str, message: str = "latte renews", *, at: timedelta = 0 * H) -> HistoryLine:
    return HistoryLine(
        at=NOW + at,
        what="message.accepted",
        text=f"Told to {notifier}: {message}.",
        account=AccountId("sa_1"),
        handle="latte",
        project=ProjectId("prj_1"),
        told=ToldTo(notifier=notifier, message=message),
    )


def test_a_message_is_one_line_whoever_was_told_it() -> None:
    lines = (
        told("ops"),
        told("ops", "beans renew"),
        told("mail"),
        told("slack"),
        *LINES[2:],
        told("ops", at=3 * H),
    )

    assert [*render_history(lines, zone("UTC"), names={ProjectId("prj_1"): "acme"})] == [
        "2026-05-18 12:00:00Z  @latte  acme  Told to ops, mail and slack: latte renews.\n",
        "2026-05-18 12:00:00Z  @latte  acme  Told to ops: beans renew.\n",
        "2026-05-18 14:00:00Z  A turn ended.\n",
        "2026-05-18 15:00:00Z  @latte  acme  Told to ops: latte renews.\n",
    ]
    assert len([*history_json(lines)]) == 6


def test_the_last_so_many_are_counted_as_they_are_shown() -> None:
    lines = (told("ops"), told("mail"), *LINES)
    assert len([*render_history(lines, zone("UTC"), limit=4)]) == 4
    assert [*render_history(lines, zone("UTC"), limit=1)] == ["2026-05-18 14:00:00Z  A turn ended.\n"]


def test_what_is_long_goes_on_below_itself_on_a_terminal() -> None:
    (row,) = render_history((told("ops", "word " * 30),), zone("UTC"), width=80)
    first, *rest = row.splitlines()
    assert max(map(len, (first, *rest))) <= 80
    assert {line[:22] for line in rest} == {" " * 22}


def paid(number: int, cause: Cause, explanation: Explanation | None = None) -> HistoryLine:
    of = Outcome(
        kind=OutcomeKind.PAID,
        period=LeasePeriod(account=AccountId(f"sa_{number}"), renews_at=NOW),
        project=ProjectId("prj_1"),
        handle=f"due{number}",
        price_cents=15_000,
        at=NOW,
        cause=cause,
        explanation=explanation,
    )
    return HistoryLine(
        at=NOW,
        what="renewal.paid",
        text="Paid.",
        handle=of.handle,
        project=of.project,
        cents=15_000,
        paid=of,
    )


HALTED = Explanation(cause=Cause.BRAKED, title="halted: too many releases", brakes=("too_many",))
BILL = (
    paid(0, Cause.BRAKED, replace(HALTED, details=("26 releases, limit 20",))),
    paid(1, Cause.HELD, Explanation(cause=Cause.HELD, title="held by ann")),
    paid(2, Cause.BRAKED, replace(HALTED, details=("24 releases, limit 20",))),
    paid(3, Cause.WATCHER_DOWN),
)


def test_at_its_end_stands_what_was_paid_unused_and_why() -> None:
    """Whoever asked why it had cost $600 added the lines up by hand, and read "stopped by a brake" twice."""
    rows = [*render_history(BILL, zone("UTC"), limit=1)]
    assert "".join(rows[1:]) == (
        "\n"
        "Paid without evidence of use: 4 renewals, $600.00\n"
        "  $300.00  2 ×  halted: too many releases\n"
        "  $150.00  1 ×  held by ann\n"
        "  $150.00  1 ×  watcher not running\n"
    )
    assert [*render_history(LINES, zone("UTC"))][-1].endswith("A turn ended.\n")


NAMES = {ProjectId("prj_1"): "acme"}


def test_beside_the_reasons_stand_the_projects_where_there_are_several() -> None:
    """A bill by cause did not say whose account it was charged to."""
    other = paid(4, Cause.WATCHER_DOWN)
    assert other.paid is not None
    elsewhere = replace(other, paid=replace(other.paid, project=ProjectId("prj_2")))
    rows = [*render_history((*BILL, elsewhere), zone("UTC"), names=NAMES, limit=1)]
    assert "".join(rows[-3:]) == "By project\n  $600.00  4 ×  acme\n  $150.00  1 ×  prj_2\n"
    last = json.loads([*history_json((*BILL, elsewhere), names=NAMES)][-1])
    assert last["by_project"] == [
        {"project": "prj_1", "name": "acme", "renewals": 4, "cents": 60_000},
        {"project": "prj_2", "name": None, "renewals": 1, "cents": 15_000},
    ]


def test_a_spreadsheet_gets_a_row_a_line_with_cause_and_money() -> None:
    first, *_ = csv.DictReader(StringIO("".join(history_csv(BILL, names=NAMES))))
    assert {name: first[name] for name in ("what", "project", "handle", "cents", "dollars", "cause")} == {
        "what": "renewal.paid",
        "project": "acme",
        "handle": "due0",
        "cents": "15000",
        "dollars": "150.00",
        "cause": "braked",
    }
    assert (first["because"], first["details"]) == ("halted: too many releases", "26 releases, limit 20")


def test_a_spreadsheet_sums_by_owner_as_the_projects_are_configured_today() -> None:
    """Finance summed releases by owner by hand: a row had its project, and the audit's rows an owner."""
    prj = ProjectId("prj_1")
    labels = {prj: Labels((("team", "growth"), ("tier", "1")))}
    released = replace(LINES[1], what="release.released", approved_by="ann", docket="7f3a91c0")
    rows = "".join(history_csv((released, LINES[2]), names=NAMES, owners={prj: "maria"}, labels=labels))
    first, second = csv.DictReader(StringIO(rows))
    found = [
        tuple(row[name] for name in ("owner", "labels", "approved_by", "docket")) for row in (first, second)
    ]
    assert found == [("maria", str(labels[prj]), "ann", "7f3a91c0"), ("", "", "", "")]


def test_no_word_of_a_person_acts_in_a_spreadsheet() -> None:
    evil = HistoryLine(at=NOW, what="hold", text="=HYPERLINK(1)", handle="+x")
    _, row = history_csv((evil,), names=NAMES)
    assert row == "2026-05-18T12:00:00Z,hold,,,,'+x,,,,,,,,,'=HYPERLINK(1),,,,,,\r\n"


def test_machines_are_told_the_same_sums() -> None:
    *_, line, last = [json.loads(row) for row in history_json(BILL, limit=2)]
    assert line["paid"] == {
        "cause": "watcher_down",
        "because": "watcher not running",
        "details": [],
        "brakes": [],
        "estimated": False,
    }
    assert (last["what"], last["cents"], last["renewals"], last["paid_cents"]) == ("sum", None, 4, 60_000)
    assert last["by_cause"][0] == {
        "cause": "braked",
        "because": "halted: too many releases",
        "brakes": ["too_many"],
        "renewals": 2,
        "cents": 30_000,
    }
