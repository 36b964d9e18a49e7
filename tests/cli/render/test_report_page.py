"""An audit as a page: its numbers are the audit's, its sentences those of the other commands."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

import pytest

from tests.builders import NOW, D, H, account, decision, hold, policy, published, report
from tests.builders import matter as halting
from watcher.brakes import Halt, Halts
from watcher.brakes.docket import Docket, entry_of
from watcher.brakes.kinds.too_many import TOO_MANY
from watcher.cli.render import explain
from watcher.cli.render import report_page as module
from watcher.cli.render.evidence_told import AccountMemory
from watcher.cli.render.explain import render_explain
from watcher.cli.render.notes import section
from watcher.cli.render.report_page import Beside, report_page, rows_of
from watcher.decide.report import Report
from watcher.facts.accounts import ProjectId, Unread
from watcher.memory.remembered import Known
from watcher.messages.matters import MatterAccount, unreadable_project
from watcher.ports.pages import PageAccount, PageBlock, PageRow, Tone, WholePage
from watcher.record.reasons import Trouble
from watcher.rules.judge import Usage
from watcher.rules.plan import Decision, Mode
from watcher.rules.policy import Protect

IDLE = decision(account("idle", renews_in=31 * H))
DAILY = decision(account("daily", renews_in=9 * D), activity=published(3 * H))
GUARDED = decision(
    account("brand.one", renews_in=40 * H), policies=(policy(protect=Protect(handles=("brand.*",))),)
)
KEPT = decision(account("kept", renews_in=20 * D, price_cents=20_000), held=hold(until=NOW + 30 * D))
ALL = (IDLE, DAILY, GUARDED, KEPT)


def page(*decisions: Decision, beside: Beside | None = None, **fields: Any) -> WholePage:
    found = report(*(decisions or ALL), **fields)
    return report_page(found, rows_of(found), now=NOW, timezone=UTC, beside=beside or Beside())


def halted(*decisions: Decision) -> Report:
    docket = Docket(entries=tuple(entry for one in decisions if (entry := entry_of(one, NOW)) is not None))
    halt = Halt(brake=TOO_MANY, measured=2, limit=1)
    found = report(*decisions, halts=Halts(halts=(halt,)), docket=docket)
    return replace(found, matters=(halting([halt], docket),))


def test_it_says_whose_fleet_when_and_how_large_as_every_command_does() -> None:
    found = page()
    assert found.title == "Leased accounts of Acme Agency"
    assert found.subtitle == (
        "Mon 18 May 2026 12:00 UTC, enforce mode. 4 accounts in 1 project, $650.00 a month: "
        "1 in use, 3 unused ($500.00), 0 unknown".replace("1 in use", "1\xa0in\xa0use")
        .replace("3 unused ($500.00)", "3\xa0unused\xa0($500.00)")
        .replace("0 unknown", "0\xa0unknown")
    )


def test_five_figures_are_read_first() -> None:
    assert [(one.label, one.value, one.note, one.tone) for one in page().figures] == [
        ("A month", "$650.00", "4 accounts in 1 project", Tone.PLAIN),
        ("Renews within 7 d", "$300.00", "2 accounts, the first in\xa01\xa0d\xa07\xa0h", Tone.PLAIN),
        ("Unused today", "$500.00", "3 accounts, $150.00 avoidable", Tone.WASTE),
        ("To be released", "$150.00", "1 account, the first in\xa01\xa0d\xa01\xa0h", Tone.SAVED),
        ("To decide", "0", "nothing waits", Tone.PLAIN),
    ]


def test_where_observe_mode_releases_nothing_that_is_said() -> None:
    one = decision(account("idle"), mode=Mode.OBSERVE)
    found = {each.label: each.value for each in page(one, mode=Mode.OBSERVE).figures}
    assert found["Enforce mode would release"] == "$150.00"


def test_what_must_be_decided_is_counted_with_its_first_moment() -> None:
    two = [decision(account(name, renews_in=29 * H)) for name in ("latte", "mocha")]
    stopped = halted(*two)
    found = report_page(stopped, rows_of(stopped), now=NOW, timezone=UTC)
    figures = {one.label: one for one in found.figures}
    assert figures["To be released"].note == "2 accounts, the first in\xa01\xa0d; 2 halted"
    assert (figures["To decide"].value, figures["To decide"].note) == ("1", "by Tue 19 May 16:35 UTC")
    assert figures["To decide"].tone is Tone.URGENT
    assert [one.title for one in found.decide] == ["To decide"]
    assert [one.tone for one in found.accounts or ()] == [Tone.URGENT, Tone.URGENT]
    assert all(one.what.endswith("; halted") for one in found.accounts or ())
    assert [one.halted for lane in (found.timeline or none()).lanes for one in lane.renewals] == [True, True]


def none() -> Any:
    raise AssertionError("there is a timeline")


def test_what_has_no_hurry_says_so() -> None:
    unread = Unread(project=ProjectId("prj_x"), name="x", code="NOT_FOUND", why="gone")
    found = page(IDLE, unread=(unread,), matters=(unreadable_project(unread),))
    (figure,) = [one for one in found.figures if one.label == "To decide"]
    assert (figure.value, figure.note, figure.tone) == ("1", "no hurry", Tone.PLAIN)


def test_an_account_is_told_as_audit_tells_it_and_opens_what_explain_says() -> None:
    memory = AccountMemory(known=(Known(account=IDLE.account, first_seen_at=NOW - 9 * D),))
    found = report(*ALL)
    beside = Beside(memories={IDLE.account.id: memory})
    shown_page = report_page(found, rows_of(found), now=NOW, timezone=UTC, beside=beside)
    first = (shown_page.accounts or ())[0]
    assert replace(first, trace=()) == PageAccount(
        handle="@idle",
        project="acme",
        platform="tiktok",
        usage=Usage.UNUSED,
        use="unused",
        evidence="no post published through Layers for 40 d",
        renews_at=IDLE.account.renews_at,
        renews="Tue 19 May 19:00 UTC",
        away="in 1 d 7 h",
        cents=15_000,
        what="to be announced now; release in\xa01\xa0d\xa01\xa0h",
        tone=Tone.SAVED,
    )
    told = render_explain(IDLE, report=found, now=NOW, timezone=UTC, remembered=memory)
    rows = [row.strip() for row in told.splitlines() if row.strip()]
    at = rows.index("Last renewal")
    assert _lines(first.trace) == [*rows[:at], *rows[at + 2 :]]


def _lines(blocks: tuple[PageBlock, ...]) -> list[str]:
    """As they are read from above."""
    return [text for one in blocks for text in (one.title, *(row.text for row in one.rows)) if text]


def test_how_a_heading_is_called_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last renewal, which needs a whole history, was left out by the heading that had been printed above
    it: called otherwise, every account of a report would have said that the ledger does not know it.
    """
    monkeypatch.setattr(explain, "section", lambda title, rows: section(f"{title}!", rows))
    titles = {block.title for block in (page(IDLE).accounts or ())[0].trace}
    assert {"Evidence!", "Next!"} <= titles
    assert "Last renewal!" not in titles


def test_what_is_wasted_is_marked_and_what_is_in_use_is_not() -> None:
    tones = {one.handle: one.tone for one in page().accounts or ()}
    assert tones == {
        "@idle": Tone.SAVED,
        "@brand.one": Tone.WASTE,
        "@daily": Tone.PLAIN,
        "@kept": Tone.WASTE,
    }


def test_why_what_is_unused_is_kept_and_what_is_next_are_the_words_of_the_audit() -> None:
    notes = page().notes
    assert notes[0].title == "Why 2 unused accounts, $350.00 a month, are not given back"
    assert notes[1].rows[0].text.startswith("Next: 1 of 3 unused accounts, $150.00 a month, is to be")


def test_no_account_is_counted_twice_in_what_is_next() -> None:
    """ "1 account, not unused today, is to be released", and below it "1 more will count as unused by its
    window": it was the same one.
    """
    ages = decision(account("zine", renews_in=54 * H), activity=published(20 * D + 12 * H))
    (said,) = page(ages).notes
    assert [one.text for one in said.rows] == [
        "Next: 1 account, $150.00 a month, in use today but unused by its window unless used, is to be "
        "released in 2 d, Wed 20 May 12:00 UTC (@zine).",
        "The next turn, or `lease-watcher run --once`, announces 1.",
        "Of what is in use 1 account, $150.00, will count as unused by its window unless used.",
    ]


def test_a_trouble_stands_before_everything_and_nobody_reads_an_empty_fleet() -> None:
    found = page(
        decision(),
        decisions=(),
        totals=Report(turn="", kind=report().kind, mode=Mode.ENFORCE, acting=False, started_at=NOW).totals,
        trouble=next(iter(Trouble)),
    )
    assert found.notices[0].startswith("The turn could not go on: ")
    assert found.notices[-1] == "Nothing of the fleet was read, and no earlier turn read it."
    assert found.accounts == ()


def test_what_changed_is_passed_on() -> None:
    block = PageBlock(title="What changed", rows=(PageRow(text="Nothing."),))
    assert page(beside=Beside(changed=block)).changed == block


def test_of_a_large_fleet_those_have_a_row_that_something_happens_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ACCOUNTS", 2)
    assert rows_of(report(*ALL)) == [IDLE, GUARDED]
    late = decision(account("late", renews_in=40 * D), held=hold(until=NOW + 90 * D))
    stopped = halted(IDLE, DAILY, GUARDED, late)
    (matter,) = stopped.matters
    named = MatterAccount(account=late.account.id, handle="late", project=late.account.project, price_cents=1)
    other = replace(stopped, matters=(replace(matter, accounts=(named,)),))
    assert rows_of(other) == [IDLE, late]
    found = page()
    assert [one.handle for one in found.accounts or ()] == ["@idle", "@brand.one"]
    assert found.accounts_left_out.startswith("2 accounts, $350.00 left out: ")
    assert "`lease-watcher audit --format csv --output leases.csv`" in found.accounts_left_out
    assert found.figures[0].value == "$650.00", "sums are of all"


class ReadEachTime(list[Decision]):
    """As a file has them: the same values, never the same things."""

    def __iter__(self) -> Iterator[Decision]:
        return (deepcopy(one) for one in super().__iter__())


@pytest.mark.parametrize("most", [2, 2_000])
def test_decisions_that_are_read_one_by_one_make_the_same_page(
    monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """All of 200,000 were kept: a report goes through them as often as it must, and holds on to its rows."""
    monkeypatch.setattr(module, "MOST_ACCOUNTS", most)
    found = report(*ALL)
    apart = replace(found, decisions=ReadEachTime(ALL))
    assert report_page(apart, rows_of(apart), now=NOW, timezone=UTC) == page()


def test_of_a_fleet_that_fits_nothing_is_left_out() -> None:
    found = page()
    assert (found.accounts_left_out, found.timeline_left_out, found.weeks_left_out) == ("", "", "")


def test_what_the_timeline_and_the_weeks_leave_out_is_said_with_the_command() -> None:
    many = [decision(account(f"h{n}", project=f"prj_{n:02}", price_cents=100 + n)) for n in range(31)]
    late = decision(account("late", project="prj_30", renews_in=timedelta(days=60)))
    found = page(*many, late)
    assert found.timeline_left_out == (
        "Not drawn one by one: 11 projects more (11 accounts, $11.55) without a lane: "
        "`lease-watcher audit --by project`; 1 account, $150.00 renewing later."
    )
    assert found.weeks_left_out == (
        "In the sums, without a row or a column: 1 project more (1 account, $1.00): "
        "`lease-watcher audit --by project`; 1 account, $150.00 renewing later."
    )
    crowd = [decision(account(f"c{n}", renews_in=n * H + D)) for n in range(17)]
    assert page(*crowd).timeline_left_out == "Not drawn one by one: projects of more than 16 renewals by day."
