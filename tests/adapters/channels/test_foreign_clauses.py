"""What a person wrote is one part of what is said, whatever signs it holds."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from json import loads
from typing import Any

import pytest

from tests.builders import NOW, D, H, account, decision, halted, matter
from watcher.adapters.channels.digest_json import digest_json
from watcher.adapters.channels.mail.html import digest_html
from watcher.adapters.channels.slack_message import message
from watcher.adapters.channels.text import digest_text
from watcher.adapters.channels.view import view_of
from watcher.adapters.ledger.serial import event_from, event_json
from watcher.brakes import Halt, kinds
from watcher.brakes.docket import Docket, Entry, Place
from watcher.facts.accounts import AccountId
from watcher.messages.clauses import to_type
from watcher.messages.events import Event
from watcher.messages.outgoing import presented
from watcher.messages.renewal_messages import announcement
from watcher.ports.notifier import Digest
from watcher.rules.plan import Announce, Decision
from watcher.texts.commands import to_resume

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


def test_a_command_is_shown_whole_whatever_signs_it_holds() -> None:
    """Mail looked for it between backticks, and cut it where a project's id had one."""
    command = to_resume("prj`x`y")
    told = replace(announced(), clauses=(to_type(command, before="ends when `they` are back; else: "),))
    digest = digest_of(told)
    (code, *_) = re.findall(r"<code>(.*?)</code>", digest_html(digest))
    assert unescape(re.sub(r"<.*?>", "", code)) == command
    (sent,) = loads(digest_json(digest))["events"]
    assert sent["commands"] == [command]
    (shown,) = view_of(digest).values()["events"]
    assert shown["commands"] == [command]
    table = [replace(told, key=f"k{number}", account=AccountId(f"sa_{number}")) for number in range(3)]
    blocks = message(replace(digest, events=tuple(table)))["blocks"]
    assert {"type": "text", "text": command, "style": {"code": True}} in list(_texts(blocks))


def _texts(block: Any) -> Iterator[Any]:
    match block:
        case {"type": "text"}:
            yield block
        case dict():
            for value in block.values():
                yield from _texts(value)
        case list():
            for value in block:
                yield from _texts(value)


def test_a_message_of_an_older_version_is_told_as_what_happened() -> None:
    """It was written as a text alone, and in nobody's words are parts looked for."""
    stored = event_json(announced())
    del stored["clauses"]
    kept = event_from(stored)
    assert kept is not None
    assert (kept.what, kept.clauses, kept.text) == (stored["text"], (), stored["text"])
    shown = presented(kept, names={}, keep_url=LINK, now=NOW)
    assert shown.text == f"{stored['text']}; to keep it: {LINK}"
