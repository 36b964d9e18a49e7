"""The page behind a link, over real HTTP."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from tests.adapters.channels.stage import logged
from tests.adapters.pages.keep.stage import ACCOUNT, NOW, PERIOD, RENEWS, Books, Stand, shown, standing
from watcher.adapters.pages.keep.sheets import LONGEST_REASON
from watcher.adapters.pages.server import serving
from watcher.facts.accounts import AccountId, LeasePeriod
from watcher.record.fates import Fate, LeaseState
from watcher.record.overrides import Override, OverrideKind

HOSTILE = "<img src=x onerror=alert(1)>{{7*7}}\r\n\u202e\ud800\"'"


@pytest.fixture
def stand() -> Iterator[Stand]:
    with standing() as found:
        yield found


class Elements(HTMLParser):
    """Every element with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def tags(self) -> set[str]:
        return {tag for tag, _ in self.found}


def test_it_says_which_account_renews_when_at_what_price_and_has_a_button(stand):
    page = stand.get(stand.link)

    assert page.status == 200
    for said in ("Keep @latte.art.lab?", "Wed 20 May 16:00 UTC, in 2 d 4 h", "$150.00", "cannot be undone"):
        assert said in page.text.replace("\xa0", " ")
    assert "<button" in page.text


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_scanner_that_follows_every_link_of_a_mail_changes_nothing(stand, method):
    for _ in range(3):
        assert stand.ask(method, stand.link).status == 200
    assert stand.books.holds == []


def test_head_answers_like_get_without_the_page(stand):
    got, head = stand.get(stand.link), stand.ask("HEAD", stand.link)

    assert head.text == ""
    assert head.headers["Content-Length"] == got.headers["Content-Length"]


def test_it_names_the_last_moment_to_click_which_is_the_releases_and_why_and_whose(stand):
    """Only the renewal was named: whoever clicked an hour before it was too late by five hours."""
    told = shown(
        release_at=RENEWS - timedelta(hours=6),
        why="no post published through Layers for 34 d",
        project="acme",
    )
    stand.books.accounts[ACCOUNT] = told
    page = stand.get(stand.link).text.replace("\xa0", " ")

    assert "Wed 20 May 10:00 UTC, in 1 d 22 h: from then on it is given back" in page
    assert "no post published through Layers for 34 d" in page
    assert "<dt>Project</dt><dd><bdi>acme</bdi></dd>" in page
    assert "Wed 20 May 16:00 UTC, in 2 d 4 h; $150.00 is debited then" in page
    stand.books.accounts[ACCOUNT] = shown(release_at=NOW)
    assert "now: it may be given back at any moment" in stand.get(stand.link).text


def test_the_button_holds_the_account_until_it_renews(stand):
    answer = stand.post(stand.link, "holiday  campaign ")

    (hold,) = stand.books.holds
    assert (hold.account, hold.until, hold.by, hold.why) == (
        ACCOUNT,
        RENEWS,
        "keep link",
        "holiday  campaign",
    )
    assert answer.status == 200
    assert "@latte.art.lab is held until it renews" in answer.text
    assert "<button" not in answer.text


def test_a_second_press_says_that_it_is_held_already(stand):
    stand.post(stand.link)
    again = stand.post(stand.link)

    assert len(stand.books.holds) == 1
    assert (again.status, "is held already" in again.text) == (200, True)
    assert "<button" not in stand.get(stand.link).text


def test_a_hold_for_ever_is_held_already_one_that_ends_before_the_renewal_is_not():
    def books(until):
        hold = Override(kind=OverrideKind.HOLD, at=NOW, by="ann", why="", account=ACCOUNT, until=until)
        return Books(accounts={ACCOUNT: shown(hold=hold)})

    with standing(books(None)) as stand:
        assert "is held already" in stand.post(stand.link).text
        assert stand.books.holds == []
    with standing(books(RENEWS - timedelta(seconds=1))) as stand:
        assert "is held until it renews</h1>" in stand.post(stand.link).text
        assert len(stand.books.holds) == 1


@pytest.mark.parametrize("typed", ["", " \t ", "x" * 5_000, HOSTILE.replace("\ud800", "")])
def test_a_reason_is_one_line_and_not_too_long(stand, typed):
    assert stand.post(stand.link, typed).status == 200
    (hold,) = stand.books.holds
    assert 0 < len(hold.why) <= LONGEST_REASON
    assert hold.why.isprintable()


def test_a_body_larger_than_a_form_is_refused(stand):
    assert stand.post(stand.link, "x" * 20_000).status == 413
    assert stand.post(stand.link, "x" * 200_000).status == 413
    assert stand.books.holds == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_after_the_renewal_the_link_is_over(stand, method):
    stand.clock.advance(RENEWS - NOW)
    answer = stand.ask(method, stand.link, form={})
    assert (answer.status, "This link is over" in answer.text) == (410, True)
    assert stand.books.holds == []


def test_a_link_of_a_renewal_that_was_moved_is_over(stand):
    stand.books.accounts[ACCOUNT] = shown(renews_at=RENEWS + timedelta(days=1))
    assert stand.post(stand.link).status == 410
    assert stand.books.holds == []


def test_an_account_that_we_released_cannot_be_kept(stand):
    stand.books.accounts[ACCOUNT] = shown(fate=Fate(state=LeaseState.RELEASED, since=NOW))
    for answer in (stand.get(stand.link), stand.post(stand.link)):
        assert answer.status == 410
        assert "was released</h1>" in answer.text
        assert "that cannot be undone" in answer.text
    assert stand.books.holds == []


def test_an_account_that_is_not_listed_is_kept_for_when_it_is_again(stand):
    """A reading missed it, the page said that nothing was left to keep, and the next one had it again."""
    stand.books.meanwhile = Fate(state=LeaseState.NOT_LISTED, since=NOW)
    stand.books.accounts[ACCOUNT] = shown(fate=stand.books.meanwhile)
    assert "not among the leased accounts" in stand.get(stand.link).text
    answer = stand.post(stand.link)
    assert (answer.status, "is not leased at present</h1>" in answer.text) == (200, True)
    assert len(stand.books.holds) == 1


def test_a_release_under_way_is_told_before_the_button_is_pressed(stand):
    stand.books.accounts[ACCOUNT] = shown(fate=Fate(state=LeaseState.RELEASING, since=NOW))
    assert "it may be too late" in stand.get(stand.link).text


@pytest.mark.parametrize(("begun", "status"), [(LeaseState.RELEASING, 409), (LeaseState.RELEASED, 410)])
def test_a_release_that_began_before_the_hold_is_never_called_kept(stand, begun, status):
    """Looked at again, the page said that it was kept already, while its release was still under way."""
    stand.books.meanwhile = Fate(state=begun, since=NOW)
    for answer in (stand.post(stand.link), stand.post(stand.link), stand.get(stand.link)):
        assert answer.status == status
        assert "is held" not in answer.text.partition("</h1>")[0]


def test_a_forged_link_learns_nothing_not_even_that_it_is_forged(stand):
    stranger = LeasePeriod(account=AccountId("sa_never_seen"), renews_at=RENEWS)
    unknown = stand.links.url(stranger, RENEWS)
    forged = stand.link[:-2] + ("AA" if stand.link[-2:] != "AA" else "BB")
    pages = [stand.post(url) for url in (unknown, forged, "/keep/x", "/", "/keep/", "/%00")]

    assert {page.status for page in pages} == {404}
    assert len({page.text for page in pages}) == 1
    assert stand.books.holds == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "RELEASE"])
def test_every_other_method_is_refused(stand, method):
    answer = stand.ask(method, stand.link)
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD, POST")
    assert stand.books.holds == []


@pytest.mark.parametrize(("site", "status"), [("cross-site", 403), ("same-site", 403), ("same-origin", 200)])
def test_a_form_on_another_site_is_refused_where_the_browser_says_so(stand, site, status):
    assert stand.post(stand.link, **{"Sec-Fetch-Site": site}).status == status
    assert len(stand.books.holds) == (status == 200)


def test_a_ledger_that_cannot_note_it_is_never_taken_for_a_hold(stand):
    stand.books.broken = RuntimeError("disk full")
    with logged() as log:
        answer = stand.post(stand.link)
    assert (answer.status, "did not work" in answer.text) == (503, True)
    assert "keep.failed" in log.getvalue()
    assert stand.link.rpartition("/")[2] not in log.getvalue()


def test_every_page_may_only_be_shown_and_is_kept_nowhere(stand):
    for page in (stand.get(stand.link), stand.get("/"), stand.post(stand.link)):
        policy = page.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "form-action 'self'" in policy
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["X-Frame-Options"] == "DENY"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"


def test_nothing_is_fetched_from_anywhere_and_nothing_runs(stand):
    elements = Elements(stand.get(stand.link).text)
    assert elements.tags().isdisjoint({"script", "link", "img", "iframe", "object", "a"})
    assert not any("src" in attrs or "href" in attrs or "style" in attrs for _, attrs in elements.found)


def test_it_can_be_read_aloud_and_used_without_a_mouse(stand):
    elements = Elements(stand.get(stand.link).text)
    named = dict(elements.found)
    assert (named["html"]["lang"], named["label"]["for"]) == ("en", named["input"]["id"])
    assert {"main", "h1", "title", "button"} <= elements.tags()


def test_a_hostile_handle_is_text_and_nothing_else():
    with standing(Books(accounts={ACCOUNT: shown(handle=HOSTILE)})) as stand:
        for page in (stand.get(stand.link), stand.post(stand.link)):
            assert page.status == 200
            assert "img" not in Elements(page.text).tags()
            assert "{{7*7}}" in page.text
            assert not any(sign in page.text for sign in "\u202e\r")


def test_the_page_stops_with_what_it_belongs_to():
    with standing() as stand:
        host = urlsplit(stand.address)
        idle = socket.create_connection((host.hostname, host.port))
    idle.close()
    with pytest.raises(OSError, match="refused"):
        stand.get(stand.link)


def test_an_address_in_use_is_said_at_once():
    def page(*_):
        return []

    with (
        standing() as stand,
        pytest.raises(OSError, match="in use"),
        serving(page, "127.0.0.1", urlsplit(stand.address).port or 0),
    ):
        pass


def test_the_link_is_of_this_very_lease_period(stand):
    assert stand.links.read(stand.link.rpartition("/")[2], NOW) == PERIOD
