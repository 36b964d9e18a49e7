from dataclasses import replace
from datetime import timedelta
from email import charset, message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from random import Random

import pytest
from icalendar import Calendar

from tests.adapters.channels.stage import NOW, RENEWS, digest, event
from tests.builders import IN_USE
from tests.pictures.a_digest import a_digest
from watcher.adapters.channels.mail.letter import Letterhead
from watcher.adapters.channels.templates.template import template_of
from watcher.adapters.channels.view import view_of
from watcher.messages.clauses import follows
from watcher.messages.events import EventKind
from watcher.ports.notifier import Digest
from watcher.texts.times import GLUE

HOSTILE = (
    "x\r\nBcc: all@example.com\r\n\r\n<img src=x onerror=alert(1)> {{7*7}} \x1b[2J\u202e\x00\ud800\u2028,;\\"
)


def letter(**more: object) -> Letterhead:
    given = {
        "name": "ops",
        "sender": Address("Leases", "watcher", "example.com"),
        "to": (Address("", "one", "example.com"), Address("Zwei, Größe", "two", "example.com")),
        "prefix": "",
        "subject": None,
        "text": None,
    }
    return Letterhead(**given | more)  # type: ignore[arg-type]


def mail_of(told: Digest, **more: object) -> EmailMessage:
    return message_from_bytes(letter(**more).message(told), policy=SMTP)


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n").replace(GLUE, " ")


def calendar(mail: EmailMessage) -> Calendar:
    (attached,) = mail.iter_attachments()
    assert attached.get_content_type() == "text/calendar"
    return Calendar.from_ical(attached.get_payload(decode=True))


def test_its_headers_say_who_what_and_that_a_machine_wrote():
    mail = mail_of(digest(event(EventKind.RELEASE_FAILED)))
    assert mail["From"] == "Leases <watcher@example.com>"
    assert mail["To"] == 'one@example.com, "Zwei, Größe" <two@example.com>'
    assert mail["Date"] == "Mon, 18 May 2026 12:00:00 +0000"
    assert mail["List-Id"] == "<ops.lease-watcher.example.com>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Importance"] == "high"
    assert mail["X-Lease-Watcher-Events"] == "release.failed"


def test_the_same_digest_is_the_same_message_and_another_is_another():
    told = digest(event())
    assert letter().message(told).count(b"Message-ID") == 1
    assert mail_of(told)["Message-ID"] == mail_of(told)["Message-ID"]
    assert mail_of(told)["Message-ID"] != mail_of(replace(told, id="another"))["Message-ID"]
    assert mail_of(told)["Message-ID"] != mail_of(told, name="others")["Message-ID"]


def test_messages_about_one_lease_period_are_one_conversation():
    warned, released = digest(event()), digest(event(EventKind.RELEASE_DONE))
    assert mail_of(warned)["References"] == mail_of(released)["References"]
    assert mail_of(warned)["References"] != mail_of(digest(event(handle="other")))["References"]
    assert mail_of(digest(event(), event(handle="other")))["References"] is None


def test_it_is_plain_ascii_in_short_lines():
    content = letter(prefix="Größe").message(digest(event(text="ü" * 3_000, handle="日本" * 300)))
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_text_of_others_is_in_no_header_but_as_one_line_of_the_subject():
    told = event(EventKind.RELEASE_ANNOUNCED, text=HOSTILE, handle=HOSTILE, project=HOSTILE)
    content = letter(name=HOSTILE).message(digest(told))
    mail = message_from_bytes(content, policy=SMTP)
    assert mail["Bcc"] is None
    assert len(mail.get_all("Subject", [])) == 1
    assert mail["Subject"].startswith("x��Bcc: all@example.com")
    assert "\n" not in mail["Subject"]
    assert mail.defects == []


def test_text_of_others_is_no_markup_and_no_entry_of_the_calendar():
    told = event(EventKind.RELEASE_ANNOUNCED, text=HOSTILE, handle=HOSTILE, project=HOSTILE)
    mail = mail_of(digest(told))
    assert "<img" not in part(mail, "html")
    assert "&lt;img src=x onerror=alert(1)&gt; {{7*7}}" in part(mail, "html")
    assert "{{7*7}}" in part(mail, "plain")
    (entry,) = calendar(mail).events
    assert str(entry["DESCRIPTION"]).startswith("x��Bcc")
    assert str(entry["DESCRIPTION"]).endswith(",;\\")


def test_every_renewal_is_an_entry_of_the_calendar_but_those_of_accounts_in_use():
    mail = mail_of(
        digest(
            event(handle="one", text="it renews, soon; really"),
            event(EventKind.RELEASE_ANNOUNCED, handle="one", text="it will go"),
            event(EventKind.RELEASE_DONE, handle="two", text="it went"),
            event(handle="three", facts=IN_USE),
            replace(event(EventKind.CLOCK_OFF), period=None),
        )
    )
    assert calendar(mail)["METHOD"] == "PUBLISH"
    one, two = calendar(mail).events
    assert (one["SUMMARY"], one["DTSTART"].dt, one["DTSTAMP"].dt) == ("@one renews, $150.00", RENEWS, NOW)
    assert one["DESCRIPTION"] == "it will go", "who is told of the release is not warned beside it"
    assert (one["STATUS"], two["STATUS"]) == ("CONFIRMED", "CANCELLED")
    assert one["UID"] != two["UID"]


def test_an_entry_of_the_calendar_is_the_same_entry_in_a_later_message():
    first, later = mail_of(digest(event())), mail_of(digest(event(EventKind.RELEASE_DONE)))
    assert calendar(first).events[0]["UID"] == calendar(later).events[0]["UID"]


def test_a_moved_renewal_moves_its_entry_of_the_calendar():
    """Its UID held the renewal, so that people had the old day beside the new one."""
    told = event()
    assert told.period is not None
    moved = replace(told, period=replace(told.period, renews_at=RENEWS - timedelta(days=2)))
    later = replace(digest(moved), at=NOW + timedelta(hours=1))
    (before,), (after,) = calendar(mail_of(digest(told))).events, calendar(mail_of(later)).events
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] == before["SEQUENCE"] + 3600
    assert after["DTSTART"].dt == RENEWS - timedelta(days=2)
    # Both in one digest: the later renewal is the next one.
    together = digest(moved, replace(told, key="another"))
    (entry,) = calendar(mail_of(together)).events
    assert entry["DTSTART"].dt == RENEWS


def test_the_calendar_is_of_whoever_writes():
    (entry,) = calendar(mail_of(digest(event()))).events
    assert entry["ORGANIZER"] == "mailto:watcher@example.com"


def test_the_calendars_lines_are_short_and_cut_between_characters():
    mail = mail_of(digest(event(text="日本語 " * 60)))
    (attached,) = mail.iter_attachments()
    content = attached.get_payload(decode=True)
    assert max(map(len, content.split(b"\r\n"))) <= 75
    assert str(calendar(mail).events[0]["DESCRIPTION"]) == "日本語 " * 60


def test_without_a_renewal_there_is_no_calendar():
    assert list(mail_of(digest(replace(event(EventKind.CLOCK_OFF), period=None))).iter_attachments()) == []


def test_the_page_shows_what_is_worst_first_by_project_and_day_and_how_to_stop_it():
    page = part(mail_of(a_digest()), "html")
    places = [
        page.index(each)
        for each in (
            "Critical: look at this now",
            "@night.market.food",
            "lease-watcher hold ACCOUNT",
            "2 releases announced, $299.00",
            "@latte.art.lab",
            "2 releases announced, $300.00",
            "1 release announced, $150.00",
            "For your information",
            "@paper.crane.co",
            "212 accounts in use will renew, <b>$31,770.00</b>",
        )
    ]
    assert places == sorted(places)
    assert "city.runs" not in page, "it is in use"
    assert "<b>$749.00</b> will be saved if nobody stops the announced releases" in page


def test_the_page_fetches_nothing_and_runs_nothing():
    page = part(mail_of(a_digest()), "html").replace(
        'href="https://keep.example.com/', "a link to be followed"
    )
    assert not any(
        word in page for word in ("http:", "https:", "src=", "url(", "<script", "@import", "<link")
    )


def test_as_many_events_as_it_takes_are_shown_whole_by_mail_clients():
    told = [one for one in a_digest().events if one.kind is EventKind.RELEASE_ANNOUNCED]
    many = digest(*(replace(told[n % 3], key=str(n)) for n in range(100)))
    assert len(part(mail_of(many), "html").encode()) < 102_000


@pytest.mark.parametrize("kind", EventKind)
def test_observe_mode_says_that_nothing_is_released(kind):
    mail = mail_of(digest(event(kind), live=False))
    assert mail["Subject"].startswith("Observe mode: ")
    assert "nothing is released" in part(mail, "html")
    assert "nothing is released" in part(mail, "plain")


def test_a_subject_of_ones_own_is_one_line_and_no_longer_than_a_subject():
    told = digest(event())
    mail = mail_of(told, prefix="[x]", subject=template_of("a\n\n  b {{ id }}" + "c" * 300, whole=False))
    assert mail["Subject"].startswith(f"[x] a b {told.id}c")
    assert len(mail["Subject"]) == 200


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ((), "nothing to tell"),
        ((replace(event(text="it renews"), clauses=(follows("soon"),)),), "it renews"),
        ((event(), event(handle="two")), "2 renewals to come, $300.00"),
        ((event(facts=IN_USE),), "1 account in use will renew, $150.00"),
        (
            (event(EventKind.LEASE_NEW), event(EventKind.LEASE_NEW, handle="b")),
            "2 new leases, $300.00 a month",
        ),
        ((event(EventKind.PRICE_CHANGED), event()), "1 price changed, now $150.00 a month"),
        (
            (
                event(EventKind.RELEASE_ANNOUNCED),
                event(EventKind.RELEASE_ANNOUNCED, handle="b"),
                event(EventKind.BRAKE_HALTED),
            ),
            "it renews; 2 releases announced, $300.00",
        ),
        (
            (event(EventKind.DEADLINE_MISSED), event(EventKind.DEADLINE_MISSED, handle="b")),
            "2 planned releases missed, $300.00 will be paid",
        ),
        (
            (
                event(EventKind.DEADLINE_MISSED),
                event(EventKind.DEADLINE_MISSED, handle="b"),
                event(EventKind.RENEWAL_PAID),
                event(EventKind.RENEWAL_PAID, handle="b"),
                event(EventKind.RENEWAL_PAID, handle="c"),
            ),
            "2 planned releases missed, $300.00 paid; 1 renewal paid without evidence of use, $150.00",
        ),
    ],
)
def test_the_subject_says_the_most_important_thing(told, said):
    assert view_of(digest(*told)).headline == said


LONG_DOMAIN = f"{'a' * 60}.{'b' * 60}.{'c' * 60}.example"


def headers_of(content: bytes) -> list[str]:
    return content.partition(b"\r\n\r\n")[0].decode("ascii").split("\r\n")


def test_a_library_that_changes_how_python_writes_headers_changes_none_of_ours(monkeypatch):
    """Once apprise had been imported, names in other letters were cut within a word."""
    wide = letter(sender=Address("Zwei, Größe " * 6, "watcher", "acme.example"))
    before = wide.message(digest(event()))
    monkeypatch.setitem(charset.CHARSETS, "utf-8", (charset.QP, charset.QP, "utf-8"))
    assert headers_of(wide.message(digest(event())))[:5] == headers_of(before)[:5]


def test_what_is_longer_than_a_line_stays_an_address_and_an_id():
    """`References` and `List-Id` of a long domain became encoded words, and a recipient's address, too."""
    content = letter(
        name="ops " * 30,
        sender=Address("Größe Leases", "watcher", LONG_DOMAIN),
        to=(Address("Zwei, Größe " * 6, "two", LONG_DOMAIN), Address("", "one", LONG_DOMAIN)),
    ).message(digest(event()))
    mail = message_from_bytes(content, policy=SMTP)
    assert mail["From"].addresses[0].addr_spec == f"watcher@{LONG_DOMAIN}"
    assert [one.addr_spec for one in mail["To"].addresses] == [f"two@{LONG_DOMAIN}", f"one@{LONG_DOMAIN}"]
    # Python's reader makes two spaces of one where a name goes on in another line.
    assert mail["To"].addresses[0].display_name.split() == ("Zwei, Größe " * 6).split()
    ids = [one for one in headers_of(content) if one.startswith(("References", "List-Id", "Message-ID"))]
    assert len(ids) == 3
    assert all(one.endswith(f"{LONG_DOMAIN}>") for one in ids)
    assert mail.defects == []


WORDS = ("a", "ü ", "日本", "x" * 20 + " ", "y" * 90, ", ", "; ", "=?utf-8?q?z?= ", "\N{ZERO WIDTH SPACE}")


@pytest.mark.parametrize("prefix", ["", "[leases]", "[größe]  x"])
def test_a_subject_is_read_as_it_was_written_and_no_encoded_word_is_empty(prefix):
    """Every fiftieth subject or so had a word `=?utf-8?q??=`, which filters take for spam."""
    random = Random(f"of {prefix}")
    for _ in range(70):
        text = "".join(random.choice(WORDS) for _ in range(random.randrange(1, 40))) + "."
        letterhead = letter(prefix=prefix, subject=template_of(text, whole=False))
        content = letterhead.message(digest(event()))
        assert message_from_bytes(content, policy=SMTP)["Subject"] == letterhead._subject(digest(event()))
        lines = headers_of(content)
        assert not any("?q??=" in one or "?b??=" in one for one in lines)
        assert max(map(len, lines)) <= 78
