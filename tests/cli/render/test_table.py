"""The audit as people see it."""

import subprocess
import sys

import pytest
from rich.cells import cell_len

from tests.builders import NOW, D, H, account, decision, hold, published, report
from tests.contrast import unreadable
from watcher.brakes import Halt, Halts, kinds
from watcher.cli.render.sheet import line, printed
from watcher.cli.render.table import render_audit
from watcher.decide.report import Report, Totals
from watcher.facts.accounts import Flaw, ProjectId, Quarantined, Unread
from watcher.facts.activity import Seen, Unknown, Use, WhyUnknown
from watcher.record.notices import Received
from watcher.record.reasons import Trouble
from watcher.rules.plan import PeriodState
from watcher.texts.times import zone

BY = "Mon 18 May 14:35 UTC (in 2 h 35 min)"
FLEET = report(
    decision(account("latte.art.lab")),
    decision(
        account("closing.soon", renews_in=3 * H, price_cents=120_050),
        standing=PeriodState(notice=Received(at=NOW - 2 * D, not_before=NOW - 3 * H)),
    ),
    decision(account("city.breaks", project="prj_north"), activity=Seen(at=NOW, what=Use.QUEUED_POST)),
    decision(
        account("desk.stretch", project="prj_north", renews_in=20 * D),
        activity=Unknown(why=WhyUnknown.MISSING_SCOPE),
        held=hold(until=NOW + 30 * D),
    ),
)


def audit(of: Report, width: int | None = 120, *, color: bool = False) -> str:
    return render_audit(of, now=NOW, timezone=zone("UTC"), width=width, color=color)


def test_at_120_columns_the_evidence_stands_below_and_times_stay_whole() -> None:
    assert (
        audit(FLEET)
        == """\
Leased accounts of Acme Agency, Mon 18 May 2026 12:00 UTC, enforce mode

  account         platform  use      renews                               a month  what happens
acme  2 accounts                                                        $1,350.50
  @closing.soon   tiktok    unused   in 3 h,      Mon 18 May 15:00 UTC  $1,200.50  release due now
                            no post published through Layers for 40 d
  @latte.art.lab  tiktok    unused   in 1 d 7 h,  Tue 19 May 19:00 UTC    $150.00  to be announced now; release
                            no post published through Layers for 40 d              in 1 d 1 h

north  2 accounts                                                         $300.00
  @city.breaks    tiktok    in use   in 1 d 7 h,  Tue 19 May 19:00 UTC    $150.00  kept: in use
                            has a queued post
  @desk.stretch   tiktok    unknown  in 20 d,     Sun  7 Jun 12:00 UTC    $150.00  will renew: held until
                            use unknown (the key lacks publish:read)               Wed 17 Jun 12:00 UTC

Total     4 accounts  $1,650.50  a month, in 2 projects
in use    1 account     $150.00
unused    2 accounts  $1,350.50  avoidable; releases are planned for $1,350.50
unknown   1 account     $150.00  the key lacks publish:read

Next: all 2 unused accounts, $1,350.50 a month, are to be released, the first now (@closing.soon), the last in 1 d 1 h,
  Tue 19 May 13:00 UTC (@latte.art.lab).
  The next turn, or `lease-watcher run --once`, announces 1 and releases 1.
"""  # noqa: E501
    )


def test_at_80_columns_an_account_takes_three_lines() -> None:
    assert (
        audit(report(FLEET.decisions[0]), 80)
        == """\
Leased accounts of Acme Agency, Mon 18 May 2026 12:00 UTC, enforce mode

  account         use      renews                             a month
acme  1 account                                               $150.00
  @latte.art.lab  unused   in 1 d 7 h,  Tue 19 May 19:00 UTC  $150.00
    tiktok, no post published through Layers for 40 d
    → to be announced now; release in 1 d 1 h

Total     1 account   $150.00  a month, in 1 project
in use    0 accounts    $0.00
unused    1 account   $150.00  avoidable; releases are planned for $150.00
unknown   0 accounts    $0.00

Next: the unused account, $150.00 a month, is to be released in 1 d 1 h,
  Tue 19 May 13:00 UTC (@latte.art.lab).
  The next turn, or `lease-watcher run --once`, announces 1.
"""
    )


@pytest.mark.parametrize("width", [76, 80, 100, 120, 160, 200])
def test_no_line_is_wider_than_the_terminal_and_no_renewal_is_broken(width: int) -> None:
    lines = audit(FLEET, width).splitlines()

    assert max(map(cell_len, lines)) <= width
    assert sum("Mon 18 May 15:00 UTC" in line for line in lines) == 1


def test_without_a_width_every_account_is_one_line() -> None:
    (line,) = [line for line in audit(FLEET, None).splitlines() if line.startswith("  @desk.stretch")]

    assert "use unknown (the key lacks publish:read)" in line
    assert line.endswith("will renew: held until Wed 17 Jun 12:00 UTC")


@pytest.mark.parametrize("handle", ["[red]x[/red]", "a\nb", "a\x1b[31mb", "a\u202eb", ":smile:", "[/]"])
@pytest.mark.parametrize("width", [80, 120, 200])
def test_a_hostile_handle_does_no_harm(handle: str, width: int) -> None:
    harmless = audit(report(decision(account("x" * 8))), width)
    hostile = audit(report(decision(account(handle, id="sa_xxxxxxxx"))), width)

    assert len(hostile.splitlines()) == len(harmless.splitlines())
    assert not {"\x1b", "\u202e"} & set(hostile)
    assert max(map(cell_len, hostile.splitlines())) <= width
    if handle.isascii() and handle.isprintable():
        assert f"@{handle}" in hostile


@pytest.mark.parametrize("width", [80, 120, 200])
def test_a_handle_of_wide_letters_is_cut_by_what_it_takes_on_the_screen(width: int) -> None:
    lines = audit(report(decision(account("咖啡" * 60))), width).splitlines()

    assert max(map(cell_len, lines)) <= width
    assert any(line.startswith("  @咖啡咖啡") and "…" in line and line.rstrip().count("$") for line in lines)


def test_colour_changes_no_letter() -> None:
    from rich.text import Text

    colored = audit(FLEET, color=True)

    assert "\x1b[" in colored
    assert Text.from_ansi(colored).plain.rstrip() == audit(FLEET).rstrip()


def test_every_colour_can_be_read_on_dark_grey_and_on_white() -> None:
    """ "unused" in a terminal's own yellow was not seen on a white one."""
    styles = [f"{how}{color}" for how in ("", "bold ") for color in ("red", "yellow", "green", "magenta")]
    shown = printed([line("unused", style) for style in (*styles, "bold", "dim")], width=80, color=True)

    assert shown.count("\x1b[") > len(styles)
    assert unreadable(audit(FLEET, color=True) + shown) == []
    assert unreadable("\x1b[33munused\x1b[0m \x1b[38;5;226munused\x1b[0m") == ["33", "38;5;226"]
    assert unreadable("\x1b[1;38;5;160mTo decide\x1b[0m") == ["1;38;5;160"], (
        "a red that was not read on dark grey"
    )


def test_what_is_wrong_is_named_with_what_to_do() -> None:
    too_many = Halt(brake=kinds.TOO_MANY, measured="24 releases", limit="20")
    paused = Halt(brake=kinds.PAUSED, measured="paused by eve: why", limit="resume", project=ProjectId("x"))
    odd = Quarantined(
        project=ProjectId("prj_acme"), id="sa_1", handle="odd", flaw=Flaw.MISSING_FIELD, field="status"
    )
    unread = Unread(project=ProjectId("p"), name="fabrikam", code="NOT_FOUND", why="GET …: 404")
    text = audit(
        report(
            FLEET.decisions[1],
            trouble=Trouble.API_UNREACHABLE,
            trouble_detail="no answer",
            halts=Halts(halts=(too_many, paused)),
            quarantined=(odd,),
            unread=(unread,),
        ),
        200,
    )

    docket = report(FLEET.decisions[1]).docket.id
    assert "The turn could not go on: the API cannot be reached (no answer)." in text
    assert "release due now; brake on" in text
    assert text.endswith(f"""
Not understood, left alone
  @odd (sa_1) in acme: a field is missing (status)

Projects that could not be read
  fabrikam: GET …: 404 → check the project's id: the key's organisation has no such project

To decide
  $1,200.50 will not be saved unless the release of @closing.soon is approved by {BY}
    the release of @closing.soon is halted: too many releases (24 releases, limit 20)
    `lease-watcher approve {docket} --reason WHY` allows exactly these

Brakes that are on, with no release to stop
  paused by eve: why in x; `lease-watcher resume --project x --reason WHY` lifts it

Next: the unused account, $1,200.50 a month, is to be released now (@closing.soon).
  It is halted, or will be: see above, under To decide.
""")


def test_an_empty_fleet_is_said_in_words() -> None:
    empty = report(totals=Totals(projects=2))
    assert audit(empty).splitlines()[-1] == "No account is leased in the projects that were read."


def test_filters_that_fit_nothing_are_not_taken_for_an_empty_fleet() -> None:
    filtered = report(totals=FLEET.totals)
    assert audit(filtered).splitlines()[-1] == "None of the 4 accounts read fits what was asked for."


def test_of_a_fleet_that_could_not_be_read_nothing_is_said() -> None:
    down = report(trouble=Trouble.API_UNREACHABLE, trouble_detail="no answer")
    assert audit(down).splitlines()[1:] == [
        "The turn could not go on: the API cannot be reached (no answer).",
        "Nothing of the fleet was read, and no earlier turn read it.",
    ]


def test_a_part_of_the_fleet_says_that_it_is_a_part() -> None:
    part = report(FLEET.decisions[0], totals=FLEET.totals)

    assert "a month, in 1 project, of 4 accounts read" in audit(part)


@pytest.mark.process
def test_rich_is_imported_only_when_a_table_is_drawn() -> None:
    code = "import sys, watcher.cli.render.table; sys.exit('rich' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_counts_as_unused_only_by_its_window_has_a_line_of_its_own() -> None:
    """Of "$376,350 avoidable" in a large fleet half had been posted on within the policy's own 21 days."""
    text = audit(
        report(decision(account("later", renews_in=29 * D), activity=published(12 * H)), decision()), None
    )

    assert "  @later          tiktok    in use   a post was published 12 h ago" in text
    assert "will be announced in 26 d 18 h unless used" in text
    assert (
        """
in use    1 account   $150.00
unused    1 account   $150.00  avoidable; releases are planned for $150.00
unknown   0 accounts    $0.00
Of what is in use 1 account, $150.00, will count as unused by its window unless used.
"""
        in text
    )


def test_an_account_without_a_handle_is_named_by_its_id() -> None:
    """A row said "@" alone: whoever was to look at it knew of which account that was said by no sign."""
    text = audit(report(decision(account("", id="sa_nameless"))), None)

    assert "  sa_nameless  tiktok" in text
