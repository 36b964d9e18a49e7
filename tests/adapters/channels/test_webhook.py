import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.adapters.channels.stage import (
    MARKER,
    NOW,
    SIGNING_KEY,
    Receiver,
    connected,
    digest,
    event,
    logged,
    receiving,
    webhook,
)
from tests.builders import IN_USE, UNUSED
from tests.fakes.clock import FakeClock
from watcher.adapters.channels.catalog import build
from watcher.adapters.channels.kinds.webhook import WebhookOptions
from watcher.adapters.http.client import Http
from watcher.messages.events import AttemptFacts, Event, EventKind
from watcher.ports.notifier import Accepted, Digest, Postponed, Rejected
from watcher.texts.secret import Password, Secret

SHORT = timedelta(milliseconds=200)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture
def http() -> Iterator[Http]:
    with connected() as one:
        yield one


def test_the_document_holds_totals_and_every_event(receiver, http):
    released = replace(
        event(
            EventKind.RELEASE_DONE,
            text="released",
            handle="one",
            facts=AttemptFacts(verified=True, policy="standard"),
        ),
        platform="tiktok",
    )
    warned = event(text="it renews", handle="one", facts=UNUSED)
    in_use = event(text="in use", handle="two", cents=7_500, facts=IN_USE)
    halted = Event(kind=EventKind.BRAKE_HALTED, key="halt", at=NOW, what="halted", cents=99_900)
    webhook(receiver.url, http).deliver(digest(released, warned, in_use, halted, live=False))
    ((method, path, headers, body),) = receiver.requests
    assert (method, path) == ("POST", f"/hooks/{MARKER}?token={MARKER}")
    assert headers["content-type"] == "application/json"
    document = json.loads(body)
    told = document.pop("events")
    assert document.pop("text").startswith(
        "Lease watcher, Mon 18 May 2026 12:00 UTC: halted; 1 account released, "
    )
    assert document == {
        "schema": "digest/1",
        "id": "65b33950adbaf501:ops:would-be",
        "at": "2026-05-18T12:00:00Z",
        "live": False,
        "totals": {
            "events": 4,
            "severity": {"info": 3, "warning": 0, "critical": 1},
            "cents": 22_500,
            "in_use": {"renewals": 1, "cents": 7_500},
        },
    }
    assert [one["text"] for one in told] == ["released", "it renews", "in use", "halted"]
    assert told[0] == {
        "kind": "release.done",
        "severity": "info",
        "key": "release.done:sa_one:d29eae13",
        "at": "2026-05-18T12:00:00Z",
        "text": "released",
        "project": "prj_acme",
        "project_name": None,
        "commands": [],
        "owner": None,
        "account": "sa_one",
        "handle": "one",
        "platform": "tiktok",
        "renews_at": "2026-05-19T19:00:00Z",
        "cents": 15_000,
        "facts": {"verified": True, "policy": "standard"},
    }
    assert told[3]["renews_at"] is None


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_a_receipt(receiver, http, status):
    receiver.status = status
    delivery = webhook(receiver.url, http).deliver(digest(event()))
    assert delivery == Accepted(detail=f"http://127.0.0.1:{receiver.port} answered {status}")


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 599])
def test_a_passing_trouble_postpones(receiver, http, status):
    receiver.status = status
    delivery = webhook(receiver.url, http).deliver(digest(event()))
    assert delivery == Postponed(why=f"http://127.0.0.1:{receiver.port} answered {status}")


@pytest.mark.parametrize(
    ("headers", "after"),
    [
        ({"Retry-After": "0"}, timedelta(0)),
        ({"Retry-After": "120"}, timedelta(minutes=2)),
        ({"Retry-After": "3599"}, timedelta(seconds=3599)),
        ({"Retry-After": "3601"}, timedelta(hours=1)),
        ({"Retry-After": "9" * 400}, timedelta(hours=1)),
        ({"Retry-After": "Mon, 18 May 2026 12:02:00 GMT"}, timedelta(minutes=2)),
        ({"Retry-After": "Mon, 18 May 2026 11:00:00 GMT"}, timedelta(0)),
        ({"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}, timedelta(hours=1)),
        (
            {"Retry-After": "Mon, 18 May 2020 12:02:00 GMT", "Date": "Mon, 18 May 2020 12:00:00 GMT"},
            timedelta(minutes=2),
        ),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_it_is_asked_again_when_it_says_but_within_an_hour(receiver, http, status, headers, after):
    receiver.status, receiver.headers = status, headers
    delivery = webhook(receiver.url, http).deliver(digest(event()))
    assert delivery == Postponed(why=f"http://127.0.0.1:{receiver.port} answered {status}", after=after)


@pytest.mark.parametrize(
    ("status", "channel"),
    [
        *((status, False) for status in (400, 413, 415, 422)),
        *((status, True) for status in (401, 403, 404, 409, 410)),
    ],
)
def test_a_refusal_is_of_the_message_or_of_the_whole_channel(receiver, http, status, channel):
    receiver.status = status
    delivery = webhook(receiver.url, http).deliver(digest(event()))
    assert isinstance(delivery, Rejected)
    assert delivery.channel is channel
    assert f"answered {status}:" in delivery.why
    assert MARKER not in delivery.why


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_not_shown(receiver, http, status):
    receiver.status, receiver.headers = status, {"Location": f"/elsewhere/{MARKER}"}
    delivery = webhook(receiver.url, http).deliver(digest(event()))
    assert delivery == Rejected(
        why=f"http://127.0.0.1:{receiver.port} answered {status}: redirects are not followed, "
        "so write the address it leads to",
        channel=True,
    )
    assert len(receiver.requests) == 1


def test_silence_postpones(receiver, http):
    receiver.hangs = True
    delivery = webhook(receiver.url, http, timeout=SHORT).deliver(digest(event()))
    assert delivery == Postponed(why=f"http://127.0.0.1:{receiver.port}: no answer in time")


def test_a_dropped_connection_postpones(receiver, http):
    receiver.drops = True
    delivery = webhook(receiver.url, http).deliver(digest(event()))
    assert delivery == Postponed(
        why=f"http://127.0.0.1:{receiver.port}: the connection broke before the answer"
    )


def test_nobody_listening_postpones(http):
    with receiving() as gone:
        url = gone.url
    delivery = webhook(url, http).deliver(digest(event()))
    assert isinstance(delivery, Postponed)
    assert MARKER not in repr(delivery)


def test_each_delivery_is_one_request(receiver, http):
    receiver.status = 500
    webhook(receiver.url, http).deliver(digest(event()))
    assert len(receiver.requests) == 1


def test_a_name_that_no_header_can_hold_is_delivered_and_signed(receiver, http):
    odd = Digest(id="turn:büro\r\nx: y:live", at=NOW, live=True, events=(event(),))
    assert isinstance(webhook(receiver.url, http, signing_key=SIGNING_KEY).deliver(odd), Accepted)
    ((_, _, headers, body),) = receiver.requests
    assert headers["webhook-id"] == "turn:b%C3%BCro%0D%0Ax%3A%20y:live".replace("%3A", ":")
    assert "x" not in headers
    assert json.loads(body)["id"] == odd.id


def test_without_a_key_nothing_is_signed(receiver, http):
    webhook(receiver.url, http).deliver(digest(event()))
    ((_, _, headers, _),) = receiver.requests
    assert not [name for name in headers if name.startswith("webhook-")]


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (
            f"http://hooks.example/{MARKER}",
            "notifiers.ops: http://hooks.example: secrets are sent over https only; plain http is for this "
            "machine (127.0.0.1, [::1], localhost)",
        ),
        (f"hooks.example/{MARKER}", "notifiers.ops: not an https URL: write it like https://host.example"),
    ],
)
def test_an_unsafe_address_is_refused_without_showing_it(http, url, sentence):
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the sentence is compared whole
        webhook(url, http)
    assert str(refused.value) == sentence
    assert refused.value.__suppress_context__


def test_the_http_library_logs_no_address(receiver, http):
    with logged(level=logging.DEBUG) as log:
        webhook(receiver.url, http).deliver(digest(event()))
    assert log.getvalue() == ""


@pytest.mark.parametrize("host", ["10.0.0.1", "192.168.1.1", "169.254.169.254", "[fd00::1]"])
def test_a_webhook_to_a_private_address_is_refused_unless_allowed(host: str) -> None:
    """Issue 3, item 5: "private addresses refused unless allowed"; there is neither the check nor the
    option.
    """
    with pytest.raises(ValueError, match="private"):
        build("ops", WebhookOptions(url=Secret(f"https://{host}/x")), None, FakeClock(NOW))


def test_a_private_address_that_is_meant_may_be_written():
    options = WebhookOptions(url=Secret("https://10.0.0.1/x"), allow_private=True)
    assert not build("ops", options, None, FakeClock(NOW)).post.outside_only


def test_a_name_that_leads_inside_is_refused_when_it_is_delivered(http, monkeypatch):
    """What was public at start is private now: the name was taken over, or the network was built so."""
    inside = [(2, 1, 6, "", ("10.1.2.3", 0))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: inside)
    delivery = webhook("https://hooks.example/x", http).deliver(digest(event()))
    assert delivery == Rejected(
        why="https://hooks.example is inside a private network: write allow_private = true if that is meant",
        channel=True,
    )


def test_a_token_and_headers_go_with_each_message_and_are_shown_to_nobody(receiver, http):
    headers = Password(json.dumps({"X-Api-Key": f"{MARKER}-key", "X-Room": "blue whale"}))
    options = WebhookOptions(
        url=Secret(receiver.url),
        bearer=Secret(f"{MARKER}-token"),
        headers=headers,
        signing_key=Secret(SIGNING_KEY),
    )
    notifier = build("ops", options, http, FakeClock(NOW))
    receiver.status = 403
    with logged(level=logging.DEBUG) as log:
        delivery = notifier.deliver(digest(event()))
    ((_, _, sent, _),) = receiver.requests
    assert sent["authorization"] == f"Bearer {MARKER}-token"
    assert (sent["x-api-key"], sent["x-room"]) == (f"{MARKER}-key", "blue whale")
    assert sent["content-type"] == "application/json"
    assert "webhook-signature" in sent
    assert MARKER not in f"{delivery} {notifier!r} {options!r} {log.getvalue()}"


def test_basic_authentication_is_a_header_like_others(receiver, http):
    options = WebhookOptions(
        url=Secret(receiver.url), headers=Password('{"Authorization": "Basic b3BzOng="}')
    )
    build("ops", options, http, FakeClock(NOW)).deliver(digest(event()))
    ((_, _, sent, _),) = receiver.requests
    assert sent["authorization"] == "Basic b3BzOng="


@pytest.mark.parametrize(
    "headers",
    [
        f"X-Api-Key: {MARKER}",
        f'["{MARKER}"]',
        "{}",
        f'{{"X-{MARKER}": 7}}',
        f'{{"X {MARKER}": "a"}}',
        f'{{"X-A": "{MARKER}\\r\\nX-B: b"}}',
        f'{{"X-A": "{MARKER}ü"}}',
        f'{{"X-A": " {MARKER}"}}',
        '{"": "a"}',
        '{"Content-Type": "text/plain"}',
        '{"HOST": "elsewhere.example"}',
        '{"webhook-id": "1"}',
        '{"Authorization": "Basic b3BzOng="}',
    ],
)
def test_headers_that_cannot_be_sent_are_refused_and_not_shown(headers):
    options = WebhookOptions(
        url=Secret("https://hooks.example/x"), bearer=Secret("token"), headers=Password(headers)
    )
    ((key, why),) = options.mistakes()
    assert key == "headers"
    assert MARKER not in why


@pytest.mark.parametrize(
    ("status", "certain"), [(503, True), (429, True), (500, False), (502, False), (504, False)]
)
def test_it_is_certain_that_it_did_not_arrive_only_where_the_receiver_says_so(
    receiver, http, status, certain
):
    receiver.status = status
    assert webhook(receiver.url, http).deliver(digest(event())).certain is certain


def test_without_a_connection_it_certainly_did_not_arrive_and_without_an_answer_perhaps(receiver, http):
    with receiving() as gone:
        url = gone.url
    assert webhook(url, http).deliver(digest(event())).certain
    receiver.drops = True
    assert not webhook(receiver.url, http).deliver(digest(event())).certain
