"""What a person wrote is one part of what is said, whatever signs it holds."""

import re
from html import unescape

import pytest

from tests.builders import NOW, D, H, account, decision, halted, matter
from watcher.adapters.channels.mail.html import digest_html
from watcher.adapters.channels.slack_message import message
from watcher.adapters.channels.text import digest_text
from watcher.adapters.channels.view import view_of
from watcher.adapters.ledger.serial import event_from, event_json
from watcher.brakes import Halt, kinds
from watcher.brakes.docket import Docket, Entry, Place
from watcher.messages.events import Event
from watcher.messages.outgoing import presented
from watcher.messages.renewal_messages import announcement
from watcher.ports.notifier import Digest
from watcher.rules.plan import Announce, Decision

REASON = "audit until Friday; to keep it: ask the agency; then resume"
PAUSED = Halt(brake=kinds.PAUSED, measured=f"paused by ana: {REASON}", limit="resume")
LINK = "https://keep.example/keep/t"


def announced() -> Event:
    one = decision(account(renews_in=3 * D))
    coming = matter([PAUSED], docket_of(one))
    return announcement(one, Announce(not_before=NOW + D), NOW, live=True, coming=coming)


def docket_of(one: Decision) -> Docket:
    there = one.account
    entry = Entry(
        period=there.period,
        project=there.project,
        handle=there.handle,
        price_cents=there.price_cents,
        place=Place.DUE,
    )
    return Docket(entries=(entry,))


def halted_twice() -> Event:
    return halted(PAUSED, PAUSED, docket=docket_of(decision()))


def digest_of(event: Event) -> Digest:
    kept = event_from(event_json(event))
    assert kept == event
    link = LINK if event.account else None
    return Digest(
        id="d", at=NOW, live=True, events=(presented(kept, names={}, keep_url=link, now=NOW + 2 * H),)
    )


def bullets(page: str) -> list[str]:
    return [unescape(re.sub(r"\s+", " ", each)).strip() for each in re.findall(r"<li>(.*?)</li>", page, re.S)]


@pytest.mark.parametrize(
    "event", [announced(), halted(PAUSED, PAUSED, docket=docket_of(decision()))], ids=["announced", "halted"]
)
def test_the_reason_of_a_pause_is_told_whole(event: Event) -> None:
    """`audit until Friday; to keep it: ask the agency; then resume` was taken for clauses of ours: with a
    link its middle was cut out of every message, and in mail its parts were points of a list beside ours.
    """
    digest = digest_of(event)
    assert REASON in digest_text(digest)
    assert REASON in str(message(digest)["blocks"])
    assert REASON in message(digest)["text"]
    (told,) = view_of(digest).told
    assert sum(REASON in clause for clause in told.clauses) == len(re.findall(REASON, told.text))
    page = digest_html(digest)
    assert REASON in unescape(page)
    assert not [each for each in bullets(page) if each in ("then resume", "to keep it: ask the agency")]


def test_a_message_of_an_older_version_is_told_as_what_happened() -> None:
    """It was written as a text alone, and in nobody's words are parts looked for."""
    stored = event_json(announced())
    del stored["clauses"]
    kept = event_from(stored)
    assert kept is not None
    assert (kept.what, kept.clauses, kept.text) == (stored["text"], (), stored["text"])
    shown = presented(kept, names={}, keep_url=LINK, now=NOW)
    assert shown.text == f"{stored['text']}; to keep it: {LINK}"
