import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.adapters.channels.stage import (
    MARKER,
    NOW,
    Receiver,
    connected,
    digest,
    event,
    leaves,
    receiving,
)
from tests.builders import IN_USE, UNUSED
from tests.fakes.clock import FakeClock
from watcher.adapters.channels.catalog import build
from watcher.adapters.channels.kinds.slack import SlackBotNotifier, SlackOptions
from watcher.adapters.channels.slack_message import MOST, message
from watcher.adapters.http.client import Http
from watcher.messages.clauses import to_type
from watcher.messages.events import Event, EventKind
from watcher.ports.notifier import Accepted, Postponed, Rejected
from watcher.texts.secret import Secret
from watcher.texts.times import GLUE

HOSTILE = "_a_*b*~c~`d` <!channel> <@U012AB3CD> @here &lt; :smile: <https://x.example|y>"
TS = "1779105600.000100"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture
def http() -> Iterator[Http]:
    with connected() as one:
        yield one


def bot(receiver: Receiver, http: Http) -> SlackBotNotifier:
    receiver.body = json.dumps({"ok": True, "channel": "C1", "ts": TS}).encode()
    options = SlackOptions(token=Secret(MARKER), channel="C1", api_url=f"{receiver.root}/api/")
    notifier = build("ops", options, http, FakeClock(NOW))
    assert isinstance(notifier, SlackBotNotifier)
    return notifier


def by_webhook(receiver: Receiver, http: Http):
    return build("ops", SlackOptions(url=Secret(receiver.url)), http, FakeClock(NOW))


def read(*events: Event, live: bool = True) -> list[str]:
    """A message as lines, the way a reader sees it."""
    return [
        "".join(str(text) for text in leaves_of(element)).replace(GLUE, " ")
        for block in message(digest(*events, live=live))["blocks"]
        for element in lines_of(block)
    ]


def lines_of(block: dict[str, Any]) -> Iterator[Any]:
    match block:
        case {"type": "rich_text", "elements": [heading, {"type": "rich_text_list", "elements": items}]}:
            yield from (heading, *items)
        case _:
            yield block


def leaves_of(element: Any) -> Iterator[str]:
    match element:
        case {"text": str(text)}:
            yield text
        case dict():
            for value in element.values():
                yield from leaves_of(value)
        case list():
            for value in element:
                yield from leaves_of(value)


def test_a_reader_sees_what_is_worst_first_and_everything_by_project_and_day():
    lines = read(
        event(text="one renews", handle="one", facts=UNUSED),
        event(EventKind.RELEASE_ANNOUNCED, text="two will be released", handle="two"),
        event(EventKind.RELEASE_FAILED, text="three was refused", handle="three", project="prj_zeta"),
        event(text="in use", handle="four", cents=7_500, facts=IN_USE),
        Event(kind=EventKind.BRAKE_HALTED, key="halt", at=NOW, what="halted"),
    )
    assert lines == [
        "Critical: halted; 1 release failed, $150.00; 1 release announced, $150.00",
        "Lease watcher · Mon 18 May 2026 12:00 UTC",
        "Fleet",
        "critical: halted",
        "prj_zeta, renewals of Tue 19 May 2026",
        "critical: three was refused",
        "prj_acme, renewals of Tue 19 May 2026",
        "warning: two will be released",
        "info: one renews",
        "1 account in use will renew, $75.00",
    ]


def test_no_line_ends_within_a_span_a_moment_or_an_amount():
    """ "saving $150.00 due in 1 d 7" ended a line, and the next one began with "h"."""
    text = "two will be released in 1 d 7 h, Tue 19 May 19:00 UTC; `lease-watcher hold x --until 1 d`"
    sent = message(digest(event(EventKind.RELEASE_ANNOUNCED, text=text, handle="two")))
    together = f"in{GLUE}1{GLUE}d{GLUE}7{GLUE}h, Tue{GLUE}19{GLUE}May{GLUE}19:00{GLUE}UTC"
    assert sum(together in one for one in leaves(sent["blocks"]) if isinstance(one, str)) == 2, (
        "above and below"
    )
    assert GLUE not in sent["text"], "notifications are cut by themselves, and read aloud"


def test_of_accounts_in_use_alone_there_is_one_line():
    assert read(*(event(handle=f"h{number}", facts=IN_USE) for number in range(3))) == [
        "3 accounts in use will renew, $450.00",
        "Lease watcher · Mon 18 May 2026 12:00 UTC",
        "3 accounts in use will renew, $450.00",
    ]


def test_a_digest_without_force_says_so():
    title, context, *_ = read(event(EventKind.RELEASE_ANNOUNCED), live=False)
    assert title == "Observe mode: it renews"
    assert context.endswith("nothing is released, this is what would be")


def test_text_of_others_stands_only_where_slack_reads_no_markup():
    told = event(EventKind.RELEASE_FAILED, text=HOSTILE, handle=HOSTILE, project="*_p_*")
    sent = message(digest(told))
    assert "mrkdwn" not in set(leaves(sent["blocks"]))
    assert f"critical: {HOSTILE}" in read(told)
    assert sent["mrkdwn"] is False
    assert "<" not in sent["text"]
    assert "&lt;!channel&gt;" in sent["text"]


def test_no_line_break_or_control_character_is_sent():
    told = event(text="a\r\nb\x1b[2J\u202e\x00\ud800\u2028c")
    sent = message(digest(told))
    texts = [text for text in leaves(sent["blocks"]) if isinstance(text, str)]
    assert all(sign not in text for text in texts for sign in "\r\n\x1b\u202e\x00\ud800\u2028")


@pytest.mark.parametrize("sign", ["x", "&", "\N{ROCKET}"])
@pytest.mark.parametrize("projects", [1, 4, MOST])
def test_the_largest_digest_keeps_to_slacks_limits_and_shows_every_event(sign, projects):
    events = [
        event(
            EventKind.RELEASE_ANNOUNCED,
            text=f"nr {number:02} {sign * 5_000}",
            handle=f"h{number}",
            project=f"{number % projects:02}{sign * 300}",
        )
        for number in range(MOST)
    ]
    in_use = [event(handle=f"used{number}", facts=IN_USE) for number in range(2_000)]
    sent = message(digest(*events, *in_use, live=False))
    blocks = sent["blocks"]
    assert len(blocks) <= 50
    sizes = [sum(map(_utf16, leaves_of(block))) for block in blocks]
    assert sizes[0] <= 150
    assert max(sizes) <= 3_000
    assert sum(sizes) <= 9_000
    assert len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":"))) <= 15_500
    assert _utf16(sent["text"]) <= 4_000
    assert all(size > 0 for block in blocks for size in map(len, leaves_of(block)))
    for shown in ("\n".join(read(*events)), sent["text"]):
        assert [number for number in range(MOST) if f"nr {number:02} " not in shown] == []


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def test_a_usual_announcement_is_whole_in_the_largest_digest():
    text = (
        "@latte.art.lab will be released in 1 d 7 h, Tue 19 May 19:00 UTC at the earliest, saving $150.00 "
        "due in 1 d 13 h, Wed 20 May 01:00 UTC; no post published through Layers for 34 d; to keep it: "
        "lease-watcher hold sa_01HX9Y7K8M2P4RSTUV56789AB"
    )
    events = [event(EventKind.RELEASE_ANNOUNCED, text=text, handle=f"h{n}") for n in range(MOST)]
    assert read(*events).count(f"warning: {text}") == MOST


def test_a_webhook_gets_the_message_and_its_answer_is_the_receipt(receiver, http):
    delivery = by_webhook(receiver, http).deliver(digest(event(), thread=TS))
    assert delivery == Accepted(detail=f"{receiver.root} answered 200")
    ((_, path, headers, body),) = receiver.requests
    assert (path, "authorization" in headers) == (f"/hooks/{MARKER}?token={MARKER}", False)
    assert json.loads(body) == message(digest(event()))


@pytest.mark.parametrize(
    ("status", "word", "channel"),
    [
        (400, "invalid_payload", False),
        (400, "no_text", False),
        (400, "user_not_found", True),
        (403, "action_prohibited", True),
        (403, "invalid_token", True),
        (404, "no_service", True),
        (404, "channel_not_found", True),
        (410, "channel_is_archived", True),
        (404, "something_new", True),
        (400, f"<html>{MARKER}</html>", False),
    ],
)
def test_a_refusal_by_a_webhook_is_of_the_message_or_of_the_channel(receiver, http, status, word, channel):
    receiver.status, receiver.body = status, word.encode()
    delivery = by_webhook(receiver, http).deliver(digest(event()))
    assert isinstance(delivery, Rejected)
    assert delivery.channel is channel
    assert MARKER not in delivery.why


def test_a_bot_posts_to_its_channel_and_names_the_thread(receiver, http):
    delivery = bot(receiver, http).deliver(digest(event()))
    assert delivery == Accepted(detail=f"{receiver.root} answered 200", thread=TS)
    ((method, path, headers, body),) = receiver.requests
    assert (method, path, headers["authorization"]) == ("POST", "/api/chat.postMessage", f"Bearer {MARKER}")
    assert json.loads(body) == message(digest(event())) | {"channel": "C1"}


@pytest.mark.parametrize(
    ("kind", "broadcast"), [(EventKind.RELEASE_DONE, False), (EventKind.RELEASE_FAILED, True)]
)
def test_what_belongs_to_a_thread_goes_there_and_what_is_critical_to_the_channel_too(
    receiver, http, kind, broadcast
):
    delivery = bot(receiver, http).deliver(digest(event(kind), thread="1.5"))
    assert isinstance(delivery, Accepted)
    assert delivery.thread == "1.5"
    (document,) = receiver.documents
    assert (document["thread_ts"], document["reply_broadcast"]) == ("1.5", broadcast)


def test_a_thread_that_takes_no_more_keeps_no_message_back(receiver, http):
    notifier = bot(receiver, http)
    receiver.then = [receiver.body]
    receiver.body = json.dumps({"ok": False, "error": "restricted_action_thread_locked"}).encode()
    assert notifier.deliver(digest(event(), thread="1.5")) == Accepted(
        detail=f"{receiver.root} answered 200", thread=TS
    )
    assert ["thread_ts" in document for document in receiver.documents] == [True, False]


@pytest.mark.parametrize(
    "word", ["invalid_auth", "token_revoked", "account_inactive", "channel_not_found", "not_in_channel"]
)
def test_a_bot_that_may_not_post_needs_a_person(receiver, http, word):
    notifier = bot(receiver, http)
    receiver.body = json.dumps({"ok": False, "error": word}).encode()
    assert notifier.deliver(digest(event())) == Rejected(
        why=f"{receiver.root} refused ({word})", channel=True
    )


def test_a_word_that_is_the_token_is_not_told(receiver, http):
    """A bot's token of small letters was told as a word of Slack's that is not known yet."""
    options = SlackOptions(token=Secret("smallletters"), channel="C1", api_url=f"{receiver.root}/api/")
    receiver.body = json.dumps({"ok": False, "error": "smallletters"}).encode()
    delivery = build("ops", options, http, FakeClock(NOW)).deliver(digest(event()))
    assert "smallletters" not in repr(delivery)


@pytest.mark.parametrize("ts", [MARKER, "1779105600", "1" * 99 + ".1", 1.5, None])
def test_a_thread_that_is_none_of_slacks_is_not_remembered(receiver, http, ts):
    notifier = bot(receiver, http)
    receiver.body = json.dumps({"ok": True, "ts": ts}).encode()
    delivery = notifier.deliver(digest(event()))
    assert isinstance(delivery, Accepted)
    assert delivery.thread is None


@pytest.mark.parametrize("word", ["msg_too_long", "msg_blocks_too_long", "invalid_blocks", "no_text"])
def test_a_message_slack_does_not_take_is_given_up(receiver, http, word):
    notifier = bot(receiver, http)
    receiver.body = json.dumps({"ok": False, "error": word}).encode()
    assert notifier.deliver(digest(event())) == Rejected(why=f"{receiver.root} refused ({word})")


@pytest.mark.parametrize("word", ["ratelimited", "internal_error", "service_unavailable", "something_new"])
def test_what_may_pass_or_is_not_known_postpones(receiver, http, word):
    notifier = bot(receiver, http)
    receiver.body = json.dumps({"ok": False, "error": word}).encode()
    receiver.headers = {"Retry-After": "30"}
    assert notifier.deliver(digest(event())) == Postponed(
        why=f"{receiver.root} said {word}", after=timedelta(seconds=30)
    )


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_slack_is_asked_again_when_it_says(receiver, http, status):
    notifier = bot(receiver, http)
    receiver.status, receiver.headers = status, {"Retry-After": "30"}
    assert notifier.deliver(digest(event())) == Postponed(
        why=f"{receiver.root} answered {status}", after=timedelta(seconds=30)
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>sign in</html>",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        b'{"ok": "true"}',
        b'{"ok": false}',
        b'{"ok": false, "error": "xoxb-1"}',
    ],
)
def test_an_answer_that_is_not_slacks_is_no_receipt(receiver, http, body):
    notifier = bot(receiver, http)
    receiver.body = body
    delivery = notifier.deliver(digest(event()))
    assert delivery == Postponed(why=f"{receiver.root} answered 200 without saying what became of it")


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"channel": "C1"},
        {"token": Secret(MARKER)},
        {"token": Secret(MARKER), "channel": " "},
        {"url": Secret(f"https://hooks.slack.com/{MARKER}"), "channel": "C1"},
        {"url": Secret(f"https://hooks.slack.com/{MARKER}"), "token": Secret(MARKER), "channel": "C1"},
        {"url": Secret(f"http://hooks.slack.com/{MARKER}")},
        {"token": Secret(MARKER), "channel": "C1", "api_url": "http://slack.com/api"},
    ],
)
def test_neither_both_nor_half_of_the_two_ways_will_do(http, options):
    with pytest.raises(ValueError, match=r"^notifiers\.ops: ") as caught:
        build("ops", SlackOptions(**options), http, FakeClock(NOW))
    assert MARKER not in str(caught.value)


def test_no_token_is_in_what_a_bot_looks_like_or_answers(receiver, http):
    notifier = bot(receiver, http)
    assert MARKER not in f"{notifier!r} {notifier} {notifier.deliver(digest(event()))!r}"


def test_a_command_is_shown_as_what_is_typed_and_nothing_else_is():
    """Slack showed the signs that make it code elsewhere: "`lease-watcher approve …`"."""
    more = to_type("lease-watcher check --online", after=" says more")
    told = replace(event(EventKind.CLOCK_OFF, text="see `that`"), clauses=(more,))
    *_, block = message(digest(told))["blocks"]
    (item,) = block["elements"][1]["elements"]
    assert item["elements"][1:] == [
        {"type": "text", "text": ": see `that`; "},
        {"type": "text", "text": "lease-watcher check --online", "style": {"code": True}},
        {"type": "text", "text": " says more"},
    ]
