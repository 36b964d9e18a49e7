"""What a person with a browser sees of a report and does with it, on a desk, on a phone, and on paper."""

import json
from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.pages.keep.browser import PROGRAM, Browser, browsing
from tests.builders import NOW, D, H, account, decision, hold, matter, policy, published, report
from tests.pictures.terminal import standing
from watcher.adapters.pages.whole_page import open_sheets
from watcher.brakes import Halt, Halts
from watcher.brakes.docket import Docket, entry_of
from watcher.brakes.kinds.too_many import TOO_MANY
from watcher.cli.render.report_page import Beside, report_page, rows_of
from watcher.ports.pages import PageBlock, PageRow
from watcher.rules.policy import Protect

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium here")


def written() -> str:
    """A fleet in which everything there is can be seen: a halt, releases, waste, what is unknown, a crowd."""
    guarded = policy(protect=Protect(handles=("brand.*",)), warn=(7 * D, 3 * D, D))
    some = [
        decision(account("latte", renews_in=29 * H), policies=(guarded,)),
        decision(account("mocha", renews_in=30 * H), policies=(guarded,)),
        decision(account("brand.one", renews_in=12 * D, price_cents=20_000), policies=(guarded,)),
        decision(account("daily", project="prj_beta", renews_in=20 * D), activity=published(3 * H)),
        decision(account("held", project="prj_beta", renews_in=25 * D), held=hold(until=NOW + 30 * D)),
        *(decision(account(f"crowd.{n}", project="prj_crowd", renews_in=n * D / 2 + D)) for n in range(20)),
    ]
    docket = Docket(entries=tuple(entry for one in some[:2] if (entry := entry_of(one, NOW)) is not None))
    halts = Halts(halts=(Halt(brake=TOO_MANY, measured=2, limit=1),))
    found = report(*some, halts=halts, docket=docket, matters=(matter(halts.halts, docket),))
    changed = PageBlock(
        title="What changed since Mon", rows=(PageRow(label="2026-05-18", text="@x · Held."),)
    )
    beside = Beside(changed=changed)
    return open_sheets().write(report_page(found, rows_of(found), now=NOW, timezone=UTC, beside=beside))


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Browser, str]]:
    file = tmp_path_factory.mktemp("page") / "report.html"
    file.write_text(written(), encoding="utf-8")
    with browsing(tmp_path_factory.mktemp("browser")) as browser:
        yield browser, file.as_uri()


@pytest.fixture
def page(shown: tuple[Browser, str]) -> Browser:
    browser, address = shown
    sized(browser, 1280)
    browser.open(address)
    return browser


def sized(browser: Browser, width: int, *, dark: bool = False) -> None:
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    browser.call("Emulation.setEmulatedMedia", media="", features=[scheme])
    browser.call(
        "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False
    )


def handles(page: Browser) -> list[str]:
    """Of the rows that are seen, from above."""
    rows = "[...document.querySelectorAll('#accounts tbody tr:not(.trace)')].filter(one => !one.hidden)"
    return json.loads(page.run(f"JSON.stringify({rows}.map(one => one.querySelector('bdi').textContent))"))


def press(page: Browser, key: str, code: int) -> None:
    text = "\r" if key == "Enter" else " " if key == " " else None
    for kind in ("keyDown", "keyUp"):
        more: dict[str, Any] = {"text": text} if kind == "keyDown" and text else {}
        page.call("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, **more)


def click(page: Browser, selector: str) -> None:
    """With the mouse, in the middle of it."""
    where = json.loads(
        page.run(
            f"(() => {{ const one = document.querySelector({json.dumps(selector)}); one.scrollIntoView("
            "{block: 'center'}); const box = one.getBoundingClientRect();"
            "return JSON.stringify([box.x + box.width / 2, box.y + box.height / 2]) })()"
        )
    )
    for kind in ("mousePressed", "mouseReleased"):
        page.call("Input.dispatchMouseEvent", type=kind, x=where[0], y=where[1], button="left", clickCount=1)


def test_words_a_use_and_a_project_narrow_the_table_and_its_sum(page: Browser) -> None:
    def count() -> str:
        return page.run("document.getElementById('count').textContent")

    assert count() == "25 of 25 shown, $3,800.00 a month"
    page.run("document.querySelector('[name=words]').focus()")
    page.call("Input.insertText", text="BRAND unused")
    assert handles(page) == ["@brand.one"]
    assert count() == "1 of 25 shown, $200.00 a month"
    page.run("document.querySelector('[name=words]').value = ''")
    for name, value, left in (("use", "in_use", ["@daily"]), ("project", "crowd", [])):
        page.run(
            f"(() => {{ const one = document.querySelector('[name={name}]'); one.value = '{value}';"
            "one.dispatchEvent(new Event('input', {bubbles: true})) })()"
        )
        assert handles(page) == left
    assert count() == "0 of 25 shown, $0.00 a month"


def test_a_heading_sorts_and_a_second_press_turns_it_round(page: Browser) -> None:
    assert handles(page)[:2] == ["@crowd.0", "@latte"], "the next renewal first"
    head = "#accounts th:nth-child(4)"
    click(page, f"{head} button")
    assert handles(page)[-1] == "@brand.one"
    assert page.run(f"document.querySelector('{head}').getAttribute('aria-sort')") == "ascending"
    click(page, f"{head} button")
    assert handles(page)[0] == "@brand.one"
    assert page.run(f"document.querySelector('{head}').getAttribute('aria-sort')") == "descending"
    click(page, "#accounts th:nth-child(3) button")
    assert handles(page)[:2] == ["@crowd.0", "@latte"]
    assert page.run("document.querySelectorAll('[aria-sort]').length") == 1


def test_a_row_opens_by_mouse_and_closes_by_keyboard(page: Browser) -> None:
    button = "#accounts tbody tr:nth-child(2) .open"
    click(page, button)
    told = page.run("document.querySelector('.trace').textContent")
    assert "@latte on tiktok, project acme (sa_latte)" in told
    assert "It is unused: no post published through Layers for 40 d; the 21 d needed have passed." in told
    assert page.run("document.querySelector('.trace code').textContent").startswith("lease-watcher ")
    assert page.run(f"document.querySelector('{button}').getAttribute('aria-expanded')") == "true"
    page.run(f"document.querySelector('{button}').focus()")
    for key, code, open_ in (("Enter", 13, False), (" ", 32, True)):
        press(page, key, code)
        assert page.run("document.querySelector('.trace') !== null") is open_
    expanded = page.run(f"document.querySelector('{button}').getAttribute('aria-expanded')")
    controls = page.run(f"document.querySelector('{button}').getAttribute('aria-controls')")
    assert (expanded, controls) == ("true", page.run("document.querySelector('.trace').id"))


def test_the_keyboard_alone_reaches_everything(page: Browser) -> None:
    """Each thing that can be worked, in the order in which it is read."""
    page.run("document.body.focus()")
    met = []
    for _ in range(11):
        press(page, "Tab", 9)
        met.append(
            page.run("(one => one.name || one.ariaLabel || one.textContent.trim())(document.activeElement)")
        )
    assert met[0] == "Timeline of renewals"
    assert met[2:] == [
        *("words", "use", "project", "Account", "Use today", "Renews", "A month", "What happens", "@crowd.0")
    ]


def test_an_opened_row_goes_where_its_row_goes_and_is_hidden_with_it(page: Browser) -> None:
    click(page, "#accounts tbody tr:nth-child(2) .open")
    click(page, "#accounts th:nth-child(1) button")
    before = page.run(
        "document.querySelector('.trace').previousElementSibling.querySelector('bdi').textContent"
    )
    assert before == "@latte"
    page.run("document.querySelector('[name=words]').focus()")
    page.call("Input.insertText", text="mocha")
    assert page.run("document.querySelector('.trace').hidden") is True


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_in_the_way_of_who_cannot_see_or_use_a_mouse(
    page: Browser, width: int, dark: bool
) -> None:
    sized(page, width, dark=dark)
    click(page, "#accounts tbody tr:nth-child(2) .open")
    assert violations(page) == []


def violations(page: Browser) -> Any:
    """What axe-core finds on the page as it is shown now."""
    page.run(files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    found = page.call(
        "Runtime.evaluate",
        expression="axe.run().then(one => JSON.stringify(one.violations.map(each => "
        "[each.id, each.nodes.map(node => node.html.slice(0, 120))])))",
        awaitPromise=True,
    )["result"]["value"]
    return json.loads(found)


@pytest.fixture(scope="module")
def standing_page(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("standing") / "status.html"
    file.write_text(standing(), encoding="utf-8")
    return file.as_uri()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_neither_is_anything_on_the_page_of_how_things_stand(
    shown: tuple[Browser, str], standing_page: str, width: int, dark: bool
) -> None:
    """It was held to nothing of this: only the report was ever opened in a browser."""
    page, _ = shown
    sized(page, width, dark=dark)
    page.complaints.clear()
    page.open(standing_page)
    assert violations(page) == []
    assert page.complaints == []
    assert page.run("document.documentElement.scrollWidth <= document.documentElement.clientWidth") is True
    assert page.run("document.querySelectorAll('.standing dt').length") > 5


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_wider_than_the_window(page: Browser, width: int) -> None:
    sized(page, width)
    assert page.run("document.documentElement.scrollWidth <= document.documentElement.clientWidth") is True


SCROLLED = "[...document.querySelectorAll('.scroll')]"


@pytest.mark.parametrize(("width", "cut"), [(390, True), (960, True), (961, False), (1280, False)])
def test_what_is_cut_says_that_it_scrolls_and_what_is_whole_does_not(
    page: Browser, width: int, cut: bool
) -> None:
    """On a phone the timeline ended at the edge, within a name, and nothing said that there was more of it.

    A table of much money is wider than a page that could hold it: there the shade alone says so.
    """
    sized(page, width)
    seen = "one.previousElementSibling.checkVisibility()"
    wide = "one.scrollWidth > one.clientWidth"
    timeline, table = json.loads(page.run(f"JSON.stringify({SCROLLED}.map(one => [{wide}, {seen}]))"))
    assert timeline == [cut, cut]
    assert table in ([cut, cut], [True, False])
    shades = page.run(f"getComputedStyle({SCROLLED}[0]).backgroundAttachment")
    assert shades == "local, local, scroll, scroll", "a shade at each edge beyond which there is more"


def test_the_keyboard_scrolls_what_is_cut(page: Browser) -> None:
    sized(page, 390)
    page.run(f"{SCROLLED}[0].focus()")
    for _ in range(3):
        press(page, "ArrowRight", 39)
    moved = "new Promise(done => setTimeout(() => done(document.activeElement.scrollLeft), 500))"
    found = page.call("Runtime.evaluate", expression=moved, awaitPromise=True)["result"]["value"]
    assert found > 0


@pytest.mark.parametrize("width", [1280, 390])
def test_the_sums_of_a_large_fleet_stand_on_one_line_each(page: Browser, tmp_path: Path, width: int) -> None:
    """$30,000,000.00 a month ended in a line of its own: `0`."""
    dear = decision(account("dear", price_cents=3_000_000_000))
    found = report(dear, halts=Halts(), matters=())
    text = open_sheets().write(report_page(found, rows_of(found), now=NOW, timezone=UTC))
    (tmp_path / "dear.html").write_text(text, encoding="utf-8")
    sized(page, width)
    page.open((tmp_path / "dear.html").as_uri())
    lines = "[...document.querySelectorAll('.figures .value, .weeks td')].map(one => { const all ="
    lines += " document.createRange(); all.selectNodeContents(one.firstChild); return"
    lines += " [one.firstChild.textContent.trim(), all.getClientRects().length] })"
    found = dict(json.loads(page.run(f"JSON.stringify({lines})")))
    assert found["$30,000,000.00"] == 1
    assert set(found.values()) == {1}
    assert page.run("document.documentElement.scrollWidth <= document.documentElement.clientWidth") is True


def test_it_fetches_nothing_and_breaks_no_rule_of_its_own(page: Browser) -> None:
    assert page.complaints == []
    assert {one.partition("?")[0] for one in page.requests if not one.startswith("file:")} == set()


def test_on_paper_it_is_light_and_has_no_buttons(page: Browser, tmp_path: Path) -> None:
    sized(page, 1280, dark=True)
    page.call("Emulation.setEmulatedMedia", media="print")
    assert page.run("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.run("getComputedStyle(document.getElementById('filter')).display") == "none"
    printed = b64decode(page.call("Page.printToPDF")["data"])
    assert printed.startswith(b"%PDF-")
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") >= 1
