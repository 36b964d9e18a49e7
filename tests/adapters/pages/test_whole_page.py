"""A page as one HTML file: everything of others escaped, nothing fetched, small enough to be sent."""

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, timedelta
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

import pytest

from tests.builders import NOW, D, H, account, decision, policy, published, report
from watcher.adapters.pages.whole_page import open_sheets, traces
from watcher.brakes import Halts
from watcher.cli.render import report_page as report_page_module
from watcher.cli.render.evidence_told import AccountMemory
from watcher.cli.render.report_page import Beside, report_page, rows_of
from watcher.facts.activity import Seen
from watcher.memory.remembered import Known
from watcher.ports.pages import PageBlock, PageGroup, PageRow, WholePage
from watcher.rules.plan import Decision

SHEETS = open_sheets()
EVIL = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


def page(*decisions: Decision, beside: Beside | None = None) -> WholePage:
    found = report(*decisions, halts=Halts(), matters=())
    return report_page(found, rows_of(found), now=NOW, timezone=UTC, beside=beside or Beside())


class Read(HTMLParser):
    """Every element with its attributes, and the text of each of those that are asked for."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inside: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.inside.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self.inside[-1] if self.inside else "", []).append(data)

    def all(self, tag: str) -> Iterator[dict[str, str | None]]:
        return (attributes for name, attributes in self.elements if name == tag)


@pytest.mark.parametrize(
    "handle",
    [EVIL, "</script><script>alert(1)</script>", "'\"&<>`{{ 7 * 7 }}", "a\u202eb\x07c", "` onload=`x`"],
)
def test_what_others_write_is_text_wherever_it_stands(handle: str) -> None:
    one = decision(account(handle, platform=handle))
    told = PageBlock(title=handle, rows=(PageRow(text=f"say `{handle}` to {handle}", label=handle),))
    blocks = PageBlock(title="What changed", rows=told.rows)
    found = page(one, beside=Beside(changed=blocks))
    values: dict[str, Any] = {"decide": (PageGroup(title=handle, blocks=(told,)),), "title": handle}
    fields = {name: getattr(found, name) for name in WholePage.__dataclass_fields__}
    plain = Read(SHEETS.write(page(decision(account("plain")), beside=Beside(changed=blocks))))
    text = SHEETS.write(WholePage(**(fields | values)))
    read = Read(text)

    assert len(list(read.all("script"))) == len(list(plain.all("script"))) == 2
    assert not [name for name, _ in read.elements if name == "img"]
    assert {name for _, attributes in read.elements for name in attributes} <= KNOWN
    assert "49" not in [data.strip() for each in read.texts.values() for data in each]
    assert "\u202e" not in SHEETS.write(page(one))
    assert "\x07" not in SHEETS.write(page(one))


KNOWN = {
    *(
        "lang",
        "charset",
        "http-equiv",
        "content",
        "name",
        "class",
        "id",
        "role",
        "tabindex",
        "hidden",
        "type",
    ),
    *("viewbox", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "rx", "d", "dx", "width", "height"),
    *("text-anchor", "scope", "value", "for", "autocomplete", "spellcheck", "datetime"),
    *("aria-label", "aria-labelledby", "aria-hidden"),
}
"""The attributes of a page. None runs a script, none carries a style, none leads anywhere."""


def test_a_browser_may_show_it_with_its_own_style_and_script_and_do_nothing_else() -> None:
    text = SHEETS.write(page(decision()))
    (policy_,) = [
        each["content"]
        for each in Read(text).all("meta")
        if each.get("http-equiv") == "Content-Security-Policy"
    ]
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)

    def hashed(inline: str) -> str:
        return f"'sha256-{b64encode(sha256(inline.encode()).digest()).decode()}'"

    assert policy_ == (
        f"default-src 'none'; style-src {hashed(style)}; script-src {hashed(script)}; "
        "form-action 'none'; base-uri 'none'"
    )
    assert SHEETS.headers["Content-Security-Policy"] == f"{policy_}; frame-ancestors 'none'"


def test_it_leads_nowhere_and_fetches_nothing() -> None:
    text = SHEETS.write(page(decision()))
    assert not re.findall(r"https?://|\bsrc=|\bhref=|url\(|@import|fetch\(|innerHTML|eval\(", text)


def test_every_trace_is_there_whole_and_read_back_as_it_was() -> None:
    found = page(*(decision(account(f"h{n}", renews_in=n * D + D)) for n in range(3)))
    text = SHEETS.write(found)
    (held,) = re.findall(r'<script type="application/json" id="traces">(.*?)</script>', text, re.DOTALL)
    packed = json.loads(held)
    assert packed == traces(found.accounts or ())
    for one, (which, values) in zip(found.accounts or (), packed["accounts"], strict=True):
        assert _unpacked(which, values, packed["sentences"]) == [
            text
            for block in one.trace
            for text in (*([f"\x02{block.title}"] if block.title else []), *(row.text for row in block.rows))
        ]


def _unpacked(which: list[int], values: str, sentences: list[str]) -> list[str]:
    """As the page's script does it; nothing is left over."""
    left = iter(values.split(" "))
    told = [re.sub("\x01", lambda _: next(left), sentences[each]) for each in which]
    assert next(left, None) is None
    return told


def thousand() -> list[Decision]:
    """Of every use, and no two alike."""
    warned = (policy(warn=(timedelta(days=7), timedelta(days=3), timedelta(days=1))),)
    return [
        decision(
            account(
                f"some.longer.handle.{n}",
                id=f"sa_01JZ0DEM0000000000000{n:05}",
                project=f"prj_01JZ{n % 30:02}",
                renews_in=timedelta(hours=3 + n * 0.7, minutes=n % 60),
                followers=1000 + n * 7,
            ),
            activity=published(timedelta(hours=n * 1.1)),
            policies=warned,
        )
        for n in range(1000)
    ]


def _used(one: Decision) -> Seen | None:
    activity = one.judgement.subject.activity
    return activity if isinstance(activity, Seen) else None


def test_a_thousand_accounts_with_their_traces_are_less_than_a_megabyte() -> None:
    those = thousand()
    memories = {
        one.account.id: AccountMemory(
            known=(Known(account=one.account, first_seen_at=NOW - 99 * D, used=_used(one)),)
        )
        for one in those
    }
    text = SHEETS.write(page(*those, beside=Beside(memories=memories)))
    assert text.count("<time ") == 1000
    assert 500_000 < len(text.encode()) < 1_000_000


def test_of_a_fleet_however_large_a_page_shows_sums_and_the_first_of_each_part(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A row of each of 200,000 accounts would be no page. What has none is counted in words."""
    monkeypatch.setattr(report_page_module, "MOST_ACCOUNTS", 300)
    policies = (policy(),)
    those = [
        decision(
            account(f"h{n}", project=f"prj_{n % 300:03}", renews_in=n % 720 * H + D),
            policies=policies,
            activity=published(3 * H) if n % 3 else published(40 * D),
        )
        for n in range(3_000)
    ]
    found = report(*those, halts=Halts(), matters=())
    text = SHEETS.write(report_page(found, rows_of(found), now=NOW, timezone=UTC))

    assert text.count("<time ") == 300
    assert text.count('<line class="lane"') == 20
    assert text.count("<tr><th scope=") == 30 + 3, "the most waste, the sums of all, and two heads"
    assert '<h2 id="accounts-title">The first 300 accounts</h2>' in text
    assert "2,700 accounts, $405,000.00 left out: here are those to be released or halted" in text
    assert "280 projects more (2,800 accounts, $420,000.00) without a lane" in text
    assert "270 projects more (2,700 accounts, $405,000.00): " in text
    assert "3,000 accounts in 300 projects" in text
    assert len(text.encode()) < 500_000


def test_a_page_of_no_account_has_no_table_no_picture_and_no_script() -> None:
    text = SHEETS.write(page())
    assert "<table" not in text
    assert "<svg" not in text
    assert "<script" not in text


def page_of(sentence: str) -> WholePage:
    block = PageBlock(title="", rows=(PageRow(text=sentence),))
    return WholePage(
        title="t", subtitle="s", now=NOW, timezone=UTC, decide=(PageGroup(title="g", blocks=(block,)),)
    )


def test_what_is_to_be_typed_and_whose_name_it_is_stand_out() -> None:
    text = SHEETS.write(page_of("`lease-watcher hold sa_1` keeps @latte.art.lab, @x."))
    assert (
        "<p><code>lease-watcher hold sa_1</code> keeps <bdi>@latte.art.lab</bdi>, <bdi>@x</bdi>.</p>" in text
    )


def test_a_backtick_in_a_handle_is_one_sign_of_it() -> None:
    """It began a command, and what was to be typed was told as if it were not."""
    text = SHEETS.write(page_of("`lease-watcher hold sa_1` keeps @some`one (`lease-watcher status`)."))
    assert (
        "<p><code>lease-watcher hold sa_1</code> keeps <bdi>@some`one</bdi> "
        "(<code>lease-watcher status</code>).</p>"
    ) in text


def test_how_things_stand_is_a_list_of_labels() -> None:
    standing = (
        PageRow(label="fleet", text="15 accounts"),
        PageRow(text="failing"),
        PageRow(label="holds", text="none"),
    )
    text = SHEETS.write(WholePage(title="t", subtitle="s", now=NOW, timezone=UTC, standing=standing))
    read = Read(text)
    assert [data for data in read.texts["dt"] if data.strip()] == ["fleet", "holds"]
    assert [data for data in read.texts["dd"] if data.strip()] == ["15 accounts", "failing", "none"]
