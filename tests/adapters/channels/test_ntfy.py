import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.adapters.channels.stage import MARKER, NOW, Receiver, connected, digest, event, receiving
from tests.builders import IN_USE
from tests.fakes.clock import FakeClock
from watcher.adapters.channels.catalog import build
from watcher.adapters.channels.kinds.ntfy import NtfyNotifier, NtfyOptions
from watcher.adapters.http.client import Http
from watcher.messages.events import EventKind
from watcher.ports.notifier import Accepted, Postponed, Rejected
from watcher.texts.secret import Secret


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture
def http() -> Iterator[Http]:
    with connected() as one:
        yield one


def notifier(receiver: Receiver, http: Http, *, token: str | None = None) -> NtfyNotifier:
    options = NtfyOptions(
        topic=Secret(MARKER), server=receiver.root, token=Secret(token) if token is not None else None
    )
    return build("ops", options, http, FakeClock(NOW))


def test_a_digest_is_one_message_to_the_servers_root(receiver, http):
    told = (
        event(EventKind.RELEASE_ANNOUNCED, text="one will be released"),
        event(text="used", handle="two", facts=IN_USE),
    )
    delivery = notifier(receiver, http).deliver(digest(*told))
    assert delivery == Accepted(detail=f"{receiver.root} answered 200")
    ((method, path, headers, body),) = receiver.requests
    assert (method, path, "authorization" in headers) == ("POST", "/", False)
    assert json.loads(body) == {
        "topic": MARKER,
        "title": "One will be released",
        "message": (
            "Lease watcher, Mon 18 May 2026 12:00 UTC\n\nWARNING\nprj_acme:\n"
            "- one will be released\n\nINFO\n1 account in use will renew, $150.00\n"
        ),
        "priority": 3,
        "tags": ["warning"],
    }


@pytest.mark.parametrize(
    ("kind", "priority"),
    [(EventKind.RELEASE_DONE, 2), (EventKind.RELEASE_ANNOUNCED, 3), (EventKind.RELEASE_FAILED, 5)],
)
def test_the_worst_event_sets_the_priority(receiver, http, kind, priority):
    notifier(receiver, http).deliver(digest(event(EventKind.LEASE_NEW), event(kind), live=False))
    (document,) = receiver.documents
    assert document["priority"] == priority
    begins = "Observe mode, critical: " if priority == 5 else "Observe mode: "
    assert document["title"].startswith(begins)


def test_a_token_is_shown_to_the_server_only(receiver, http):
    one = notifier(receiver, http, token="tk_0123")
    delivery = one.deliver(digest(event()))
    ((_, _, headers, _),) = receiver.requests
    assert headers["authorization"] == "Bearer tk_0123"
    assert "tk_0123" not in f"{one!r} {delivery!r}"


@pytest.mark.parametrize("sign", ["x", "\N{ROCKET}", '"', "\\", "\n", "é"])
@pytest.mark.parametrize("projects", [1, 10])
def test_the_largest_digest_is_never_an_attachment_and_shows_every_event(receiver, http, sign, projects):
    one = notifier(receiver, http)
    kinds = (EventKind.RELEASE_ANNOUNCED, EventKind.RELEASE_FAILED, EventKind.LEASE_NEW)
    events = [
        event(
            kinds[number % 3],
            text=f"nr {number:02} {sign * 5_000}",
            handle=f"h{number}",
            project=f"{number % projects}{sign * 300}",
        )
        for number in range(one.most)
    ]
    in_use = [event(handle=f"used{number}", facts=IN_USE) for number in range(2_000)]
    assert isinstance(one.deliver(digest(*events, *in_use, live=False)), Accepted)
    ((_, _, _, body),) = receiver.requests
    message = json.loads(body)["message"]
    assert len(message.encode()) <= 4_096
    assert len(body) <= 2 * 4_096
    assert [number for number in range(one.most) if f"- nr {number:02} " not in message] == []
    assert "2,000 accounts in use will renew" in message


def test_a_usual_announcement_is_whole_in_the_largest_digest(receiver, http):
    text = (
        "@latte.art.lab will be released in 1 d 7 h, Tue 19 May 19:00 UTC at the earliest, saving $150.00 "
        "due in 1 d 13 h, Wed 20 May 01:00 UTC; no post published through Layers for 34 d; to keep it: "
        "lease-watcher hold sa_01HX9Y7K8M2P4RSTUV56789AB"
    )
    one = notifier(receiver, http)
    events = [event(EventKind.RELEASE_ANNOUNCED, text=text, handle=f"h{n}") for n in range(one.most)]
    one.deliver(digest(*events))
    (document,) = receiver.documents
    assert document["message"].count(f"- {text}\n") == one.most


@pytest.mark.parametrize("status", [429, 500, 507])
def test_a_full_or_busy_server_postpones(receiver, http, status):
    receiver.status, receiver.headers = status, {"Retry-After": "60"}
    assert notifier(receiver, http).deliver(digest(event())) == Postponed(
        why=f"{receiver.root} answered {status}", after=timedelta(minutes=1)
    )


@pytest.mark.parametrize(("status", "channel"), [(400, False), (413, False), (401, True), (403, True)])
def test_a_refusal_is_of_the_message_or_of_the_topic(receiver, http, status, channel):
    receiver.status = status
    delivery = notifier(receiver, http).deliver(digest(event()))
    assert isinstance(delivery, Rejected)
    assert delivery.channel is channel
    assert MARKER not in delivery.why


@pytest.mark.parametrize(
    "options",
    [
        {"topic": Secret(f"{MARKER}/up")},
        {"topic": Secret(MARKER * 20)},
        {"topic": Secret(MARKER), "server": "http://ntfy.example"},
        {"topic": Secret(MARKER), "server": "https://ntfy.sh/topic"},
        {"topic": Secret(MARKER), "server": "https://ntfy.sh?auth=x"},
    ],
)
def test_what_can_never_work_is_refused_without_its_secrets(http, options):
    with pytest.raises(ValueError, match=r"^notifiers\.ops: ") as caught:
        build("ops", NtfyOptions(**options), http, FakeClock(NOW))
    assert MARKER not in str(caught.value)
