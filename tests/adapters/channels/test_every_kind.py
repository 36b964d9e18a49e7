"""Every kind of event, of 1, 5 and 120 accounts, in every channel that has a limit: whole, and within it."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any

import pytest

from tests.adapters.channels.stage import digest
from tests.adapters.pages.keep.browser import PROGRAM, browsing
from tests.every_kind import COUNTS, announced, told
from watcher.adapters.channels.kinds.ntfy import NtfyNotifier
from watcher.adapters.channels.mail.html import digest_html
from watcher.adapters.channels.mail.mailer import EmailNotifier
from watcher.adapters.channels.slack_message import MOST, message
from watcher.adapters.channels.text import digest_text
from watcher.adapters.channels.view import view_of
from watcher.messages.events import Event, EventKind
from watcher.ports.notifier import Accepted, Delivery
from watcher.texts.secret import Secret
from watcher.texts.times import GLUE

SCREEN = 12
"""Lines that are read before anybody scrolls."""

every_kind = pytest.mark.parametrize("kind", EventKind)


@dataclass(kw_only=True)
class Posted:
    documents: list[Any] = field(default_factory=list)

    def deliver(self, document: Any) -> Delivery:
        self.documents.append(document)
        return Accepted()


def in_parts(kind: EventKind, most: int) -> Iterator[Sequence[Event]]:
    """As the courier hands them over: so many at a time."""
    for count in COUNTS:
        events = told(kind, count)
        assert {event.kind for event in events} == {kind}
        yield from (events[first : first + most] for first in range(0, len(events), most))


def named(events: Sequence[Event]) -> set[str]:
    """The accounts of which something is to be said by name."""
    return {f"@{event.handle}" for event in events if event.handle and not event.renews_in_use}


def texts(block: object) -> Iterator[str]:
    match block:
        case {"text": str(text)}:
            yield text.replace(GLUE, " ")
        case dict():
            for value in block.values():
                yield from texts(value)
        case list():
            for value in block:
                yield from texts(value)


def parts(block: object) -> Iterator[dict[str, Any]]:
    match block:
        case dict():
            yield block
            for value in block.values():
                yield from parts(value)
        case list():
            for value in block:
                yield from parts(value)


@every_kind
def test_slack_takes_every_message(kind):
    for events in in_parts(kind, MOST):
        sent = message(digest(*events))
        title, *_ = sent["blocks"]
        assert len(sent["blocks"]) <= 50
        assert 0 < len(title["text"]["text"]) <= 150
        assert max(sum(map(len, texts(block))) for block in sent["blocks"]) <= 3_000
        assert len(sent["text"]) <= 4_000
        shown = " ".join(texts(sent["blocks"]))
        assert [who for who in named(events) if who not in shown] == []


@every_kind
@pytest.mark.parametrize("live", [True, False])
def test_no_headline_has_a_colon_after_a_colon(kind, live):
    """`Observe mode: Apr 2026: 1 release saved $150.00`, and `Lease watcher: Critical: this machine's clock
    is 5 min off the API's: no release until it is right`.
    """
    for count in COUNTS:
        view = view_of(digest(*told(kind, count), live=live))
        first, *_ = digest_text(digest(*told(kind, count), live=live)).splitlines()
        for text in (view.title, view.headline, view.title_of("Lease watcher"), first):
            assert re.sub(r"\([^()]*\)", "", text).count(": ") <= 1


@every_kind
def test_ntfy_takes_every_message_and_makes_no_file_of_it(kind):
    post = Posted()
    notifier = NtfyNotifier(name="phone", topic=Secret("leases"), post=post)  # type: ignore[arg-type]
    for events in in_parts(kind, NtfyNotifier.most):
        notifier.deliver(digest(*events))
        sent = post.documents.pop()
        assert len(json.dumps(sent, ensure_ascii=False).encode()) <= 4_096
        assert sent["title"]
        assert [who for who in named(events) if who not in sent["message"]] == []


@pytest.mark.parametrize("kind", [EventKind.RELEASE_FAILED, EventKind.DEADLINE_MISSED])
def test_of_what_is_critical_the_headline_says_by_when(kind):
    """Of a refused release it ended in `by Mon 18 May 16:35…`, of a missed one in `in 4 h 59 min…`."""
    title, *_ = texts(message(digest(*told(kind, 1)))["blocks"])
    assert title.startswith("Critical: @latte.art.lab on tiktok ")
    assert title.endswith(" UTC")


def test_a_telephone_is_told_nothing_twice_and_no_row_has_holes():
    """Rows padded for one width of letters ran into each other on a telephone, below the title once more."""
    post = Posted()
    notifier = NtfyNotifier(name="phone", topic=Secret("leases"), post=post)  # type: ignore[arg-type]
    notifier.deliver(digest(*told(EventKind.DEADLINE_MISSED, 3)))
    (sent,) = post.documents
    assert sent["title"] == "Critical: 3 planned releases missed, $450.00 will be paid"
    assert sent["message"] == (
        "Lease watcher, Mon 18 May 2026 12:00 UTC\n"
        "\n"
        "CRITICAL\n"
        "→ to give one back all the same, before its window closes: "
        "`lease-watcher release ACCOUNT --reason WHY`\n"
        "acme:\n"
        "- 1 planned release missed, $150.00 will be paid\n"
        "• renewal Mon 18 May 16:59 UTC: @latte.art.lab on tiktok, $150.00; watcher not running; its window "
        "closes Mon 18 May 16:49 UTC\n"
        "globex:\n"
        "- 1 planned release missed, $150.00 will be paid; 26 releases, limit 20; approval withdrawn by ann, "
        "Sun 17 May 21:05 UTC: not this week\n"
        "• renewal Mon 18 May 16:56 UTC: @kai on instagram, $150.00; halted: too many releases; approval "
        "withdrawn by ann; its window closes Mon 18 May 16:46 UTC\n"
        "initech:\n"
        "- 1 planned release missed, $150.00 will be paid\n"
        "• renewal Mon 18 May 16:53 UTC: @tiny.desk.plants on youtube, $150.00; API unreadable; its window "
        "closes Mon 18 May 16:43 UTC\n"
    )


def test_a_headline_says_once_that_nothing_is_released():
    """`Observe mode: @kai would be released … (observe mode: nothing will be)…`, without the money."""
    title = message(digest(*announced(1, live=False), live=False))["blocks"][0]["text"]["text"]
    assert title.lower().count("observe mode") == 1
    assert "saving $150.00" in title


@pytest.mark.parametrize("halt", [False, True])
def test_slack_shows_every_command_as_what_is_typed(halt):
    """What keeps one account was plain text, and broken at its hyphen, beside commands that were not."""
    typed = [
        part["text"]
        for part in parts(message(digest(*announced(1, halt=halt)))["blocks"])
        if part.get("style") == {"code": True}
    ]
    assert [one.split()[:2] for one in typed] == [
        ["lease-watcher", "hold"],
        *([["lease-watcher", "approve"]] if halt else []),
    ]


def test_of_a_clock_that_is_off_one_account_is_named_once():
    """`unless what halts the release of @kai is put right by Mon 18 May 15:35 UTC (@kai)`."""
    (alone,), (of_many,) = told(EventKind.CLOCK_OFF, 1), told(EventKind.CLOCK_OFF, 5)
    assert digest_text(digest(alone)).count("@latte.art.lab") == 1
    assert " UTC (@latte.art.lab, @kai, " in digest_text(digest(of_many))


def test_a_sentence_that_is_cut_ends_where_it_pauses():
    """Of 25 releases that did not last Slack had "next in 1 d 7 h, Tue 19 Ma…; `lease-watcher resolve"."""
    of_an_older_version = [replace(one, facts=None) for one in told(EventKind.RELEASE_UNDONE, 25)]
    cut = [
        text.partition("…")[0]
        for text in texts(message(digest(*of_an_older_version))["blocks"])
        if "…" in text and text.startswith(": @")
    ]
    assert len(cut) == 25
    assert {text.rpartition(" ")[2] for text in cut} <= {"on", "h", "UTC"}, cut


def test_what_is_to_be_done_is_not_clipped_though_there_is_little_room():
    """Of 25 releases that will be halted Slack's notification had the beginnings of as many sentences."""
    text = message(digest(*announced(25, halt=True)))["text"]
    assert "`lease-watcher approve" in text
    assert "…" not in text
    assert all(f"@{event.handle} on" in text for event in announced(25, halt=True))


@every_kind
def test_a_mail_names_every_account(kind):
    for events in in_parts(kind, EmailNotifier.most):
        page = digest_html(digest(*events))
        assert [who for who in named(events) if who not in page] == []


@pytest.mark.parametrize("halt", [False, True])
def test_what_is_to_be_done_about_many_stands_before_them(halt):
    """120 announced releases pushed the command that approves them, by when, off every screen."""
    many = digest(*announced(120, halt=halt))
    first = "\n".join(digest_text(many).splitlines()[:SCREEN])
    assert "lease-watcher hold ACCOUNT" in first
    assert ("lease-watcher approve" in first) == halt
    page = digest_html(many)
    assert page.index("lease-watcher hold ACCOUNT") < page.index('class="rows"')


@every_kind
def test_a_mail_about_one_thing_says_it_once(kind):
    """Below "@latte.art.lab was released" stood "@latte.art.lab was released"; but no card is empty."""
    for event in told(kind, 1):
        page = digest_html(digest(event))
        again = 0 if event.clauses or event.handle else 1
        assert page.count(str(escape(event.what[1:]))) <= 2 + again, "the page's title and its headline"


def test_what_is_typed_in_the_middle_of_a_sentence_stands_in_it():
    """Below the command of a near deadline stood ", or at the provider's", as if it were a sentence."""
    page = digest_html(digest(*told(EventKind.DEADLINE_NEAR, 1)))
    assert '<p class="way">If that cannot be mended in time, <code>lease-watcher release' in page


@pytest.mark.browser
@pytest.mark.skipif(PROGRAM is None, reason="no Chromium here")
def test_a_mail_on_a_telephone_is_as_wide_as_it_and_breaks_no_name(tmp_path):
    """Of a table's three columns the one with the names was eight letters wide."""
    with browsing(tmp_path) as browser:
        browser.call(
            "Emulation.setDeviceMetricsOverride", width=400, height=800, deviceScaleFactor=1, mobile=True
        )
        for kind in EventKind:
            file = tmp_path / f"{kind.value}.html"
            file.write_text(digest_html(digest(*told(kind, 5))), encoding="utf-8")
            browser.open(file.as_uri())
            assert browser.run("document.documentElement.scrollWidth") == 400, kind
            names = "[...document.querySelectorAll('.rows b')].filter(one => !one.textContent.includes(' '))"
            assert browser.run(f"{names}.filter(one => one.getClientRects().length > 1).length") == 0, kind


def test_a_sentence_of_a_mail_begins_as_one_and_a_name_stays_as_it_is():
    """A mail had the headline "the provider suspended the key", and wrote of a receiver "A@b.example"."""
    assert "<h1>The provider suspended the key</h1>" in digest_html(digest(*told(EventKind.KEY_REFUSED, 1)))
    page = digest_html(digest(*told(EventKind.DELIVERY_FAILED, 1)))
    assert "<p>a@b.example does not take" in page
    assert "Mail has not accepted" in page


def test_of_one_announced_release_nothing_is_said_as_of_several():
    one, several = (digest_html(digest(*told(EventKind.RELEASE_ANNOUNCED, count))) for count in (1, 5))
    assert "if nobody stops the announced release." in one
    assert "if nobody stops the announced releases." in several
