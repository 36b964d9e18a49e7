"""A page as Markdown: brief, and whatever others wrote in it stays text."""

from datetime import UTC
from typing import Any

import pytest

from tests.builders import NOW, D, H, account, decision, published, report
from watcher.cli.render.markdown import MOST_ACCOUNTS, MOST_CHANGES, markdown
from watcher.cli.render.report_page import Beside, report_page, rows_of
from watcher.ports.pages import PageBlock, PageGroup, PageRow, Tone, WholePage
from watcher.rules.plan import Decision


def written(*decisions: Decision, beside: Beside | None = None) -> str:
    found = report(*decisions)
    page = report_page(found, rows_of(found), now=NOW, timezone=UTC, beside=beside or Beside())
    return markdown(page)


def page(**fields: Any) -> WholePage:
    return WholePage(title="Leases", subtitle="today", now=NOW, timezone=UTC, **fields)


def test_the_whole_of_a_small_fleet() -> None:
    used = decision(account("daily", renews_in=9 * D), activity=published(3 * H))
    changed = PageBlock(title="What changed since Mon", rows=(PageRow(text="Held.", label="2026-05-18"),))
    told = written(decision(), used, beside=Beside(changed=changed))
    assert told.split("<sub>")[0] == (
        """\
# Leased accounts of Acme Agency

Mon 18 May 2026 12:00 UTC, enforce mode. 2 accounts in 1 project, \\$300.00 a month: 1 in use, 1 unused """
        """(\\$150.00), 0 unknown

|  |  |  |
| --- | --- | --- |
| A month | **\\$300.00** | 2 accounts in 1 project |
| Renews within 7 d | **\\$150.00** | 1 account, the first in 1 d 7 h |
| Unused today | **\\$150.00** | 1 account, \\$150.00 avoidable |
| To be released | **\\$150.00** | 1 account, the first in 1 d 1 h |
| To decide | **0** | nothing waits |

## To decide

Nothing waits for a decision.

## Money by project and week

| Project | 18–24 May | 25–31 May | 1–7 Jun | 8–14 Jun | 15–21 Jun | A month |
| --- | --- | --- | --- | --- | --- | --- |
| acme | \\$150.00 (\\$150.00 unused) | \\$150.00 | – | – | – | **\\$300.00 (\\$150.00 unused)** |
| All projects | \\$150.00 (\\$150.00 unused) | \\$150.00 | – | – | – | **\\$300.00 (\\$150.00 unused)** |

## Unused, or to be released

| Account | Project | Use today | Renews | A month | What happens |
| --- | --- | --- | --- | --- | --- |
| `@latte.art.lab` | acme | unused: no post published through Layers for 40 d | Tue 19 May 19:00 UTC | """
        """\\$150.00 | to be announced now; release in 1 d 1 h |

1 account not listed here: `lease-watcher audit` shows every one.

- Next: the unused account, \\$150.00 a month, is to be released in 1 d 1 h, Tue 19 May 13:00 UTC """
        """(`@latte.art.lab`).
  - The next turn, or `lease-watcher run --once`, announces 1.

## What changed since Mon

- 2026-05-18 Held.

"""
    )


@pytest.mark.parametrize(
    ("handle", "cell"),
    [
        ("<script>alert(1)</script>", "`@<script>alert(1)</script>`"),
        ("a|b", "`@a∣b`"),
        ("**bold**", "`@**bold**`"),
        ("[x](https://evil.example)", "`@[x](https://evil.example)`"),
        ("some`one", "``@some`one``"),
    ],
)
def test_a_handle_is_code_so_it_notifies_nobody_and_marks_nothing_up(handle: str, cell: str) -> None:
    rows = [row for row in written(decision(account(handle))).splitlines() if "unused:" in row]
    assert len(rows) == 1
    assert len(rows[0].replace("\\|", "").split("|")) == 8, "as many cells as the table has"
    assert rows[0].startswith(f"| {cell} | acme | ")


def test_what_a_person_is_asked_for_stands_out() -> None:
    blocks = (
        PageBlock(
            title="$1.00 will not be saved", rows=(PageRow(text="`lease-watcher status`"),), tone=Tone.URGENT
        ),
        PageBlock(title="project x cannot be read"),
    )
    told = markdown(page(decide=(PageGroup(title="To decide", blocks=blocks),)))
    assert (
        "## To decide\n\n- **\\$1.00 will not be saved**\n  - `lease-watcher status`\n"
        "- project x cannot be read\n"
    ) in told


def test_it_is_brief_whatever_the_fleet() -> None:
    many = [decision(account(f"h{n:03}", renews_in=D + n * H / 10)) for n in range(MOST_ACCOUNTS + 1)]
    rows = tuple(PageRow(text=f"It was {n}.") for n in range(MOST_CHANGES + 1))
    told = written(*many, beside=Beside(changed=PageBlock(title="What changed", rows=rows)))
    assert told.count("| unused: ") == MOST_ACCOUNTS
    assert "1 account not listed here" in told
    assert told.count("- It was ") == MOST_CHANGES
    assert "And 1 more." in told


def test_a_notice_and_what_is_left_out_are_told() -> None:
    told = markdown(page(notices=("The API is down.",)))
    assert "**The API is down.**" in told
    assert "Unused, or to be released" not in told
