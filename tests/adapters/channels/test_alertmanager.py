import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

import jsonschema
import pytest

from tests.adapters.channels.stage import MARKER, NOW, Receiver, connected, digest, event, receiving
from tests.builders import IN_USE
from tests.fakes.clock import FakeClock
from watcher.adapters.channels.alerts import topic_label
from watcher.adapters.channels.catalog import build
from watcher.adapters.channels.kinds.alertmanager import (
    AlertmanagerNotifier,
    AlertmanagerOptions,
)
from watcher.adapters.clock import SystemClock
from watcher.adapters.http.client import Http
from watcher.facts.accounts import LeasePeriod
from watcher.messages.events import Event, EventKind
from watcher.ports.clock import Clock
from watcher.ports.notifier import Accepted, Postponed, Rejected
from watcher.texts.secret import Secret

BINARY = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")

RFC3339 = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"
LABELS = {"type": "object", "additionalProperties": {"type": "string", "minLength": 1}}
POSTABLE = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["labels"],
        "additionalProperties": False,
        "properties": {
            "labels": LABELS | {"minProperties": 1, "propertyNames": {"pattern": "^[a-zA-Z_][a-zA-Z0-9_]*$"}},
            "annotations": LABELS,
            "startsAt": {"type": "string", "pattern": RFC3339},
            "endsAt": {"type": "string", "pattern": RFC3339},
        },
    },
}
"""`postableAlerts` of Alertmanager's OpenAPI, and what it checks beside."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        one.body = b"[]"
        yield one


@pytest.fixture
def http() -> Iterator[Http]:
    with connected() as one:
        yield one


def notifier(
    url: str, http: Http, clock: Clock | None = None, **options: str | Secret
) -> AlertmanagerNotifier:
    return build("ops", AlertmanagerOptions(url=url, **options), http, clock or FakeClock(NOW))  # type: ignore[arg-type]


def test_an_alert_is_its_kind_and_topic_and_ends_at_the_renewal(receiver, http):
    announced = event(EventKind.RELEASE_ANNOUNCED, text="it will be released")
    delivery = notifier(f"{receiver.root}/am/", http).deliver(digest(announced))
    assert delivery == Accepted(detail=f"{receiver.root} answered 200")
    ((method, path, _, body),) = receiver.requests
    assert (method, path) == ("POST", "/am/api/v2/alerts")
    assert json.loads(body) == [
        {
            "labels": {
                "alertname": "LeaseWatcherReleaseAnnounced",
                "severity": "warning",
                "mode": "enforce",
                "project": "prj_acme",
                "account": "sa_latte.art.lab",
                "topic": topic_label(announced.topic),
            },
            "annotations": {
                "summary": "it will be released",
                "description": "it will be released",
                "handle": "@latte.art.lab",
                "cost": "$150.00",
                "renews_at": "2026-05-19T19:00:00Z",
            },
            "startsAt": "2026-05-18T12:00:00Z",
            "endsAt": "2026-05-19T19:00:00Z",
        }
    ]


@pytest.mark.parametrize("kind", EventKind)
@pytest.mark.parametrize("live", [False, True])
def test_every_kind_of_event_is_a_postable_alert(receiver, http, kind, live):
    without_any = Event(kind=kind, key="k", at=NOW, what="t")
    hostile = event(kind, text="a\r\n\x00\ud800", handle="\u202e", project="\ud800")
    notifier(receiver.root, http).deliver(digest(event(kind), without_any, hostile, live=live))
    (posted,) = receiver.documents
    jsonschema.validate(posted, POSTABLE)
    assert all(one.get("startsAt", one["endsAt"]) <= one["endsAt"] for one in posted)


def test_what_changes_from_word_to_word_stands_in_no_label(receiver, http):
    first = event(EventKind.RELEASE_ANNOUNCED, text="first", cents=100)
    again = replace(first, key="again", what="again", cents=200, handle="renamed", facts=None)
    for one in (first, again):
        notifier(receiver.root, http).deliver(digest(one))
    ((opened,), (repeated,)) = receiver.documents
    assert opened["labels"] == repeated["labels"]
    assert opened["annotations"] != repeated["annotations"]


@pytest.mark.parametrize(
    ("kind", "lasts"),
    [
        (EventKind.RENEWAL_WARNING, timedelta(hours=1)),
        (EventKind.RELEASE_UNKNOWN, timedelta(hours=25)),
        (EventKind.RENEWAL_PAID, timedelta(hours=25)),
    ],
)
def test_an_alert_about_a_renewal_that_is_near_or_past_lasts_long_enough_to_be_seen(
    receiver, http, kind, lasts
):
    told = event(kind)
    assert told.account is not None
    late = replace(told, period=LeasePeriod(account=told.account, renews_at=NOW - timedelta(days=2)))
    notifier(receiver.root, http).deliver(digest(late))
    ((posted,),) = receiver.documents
    assert datetime.fromisoformat(posted["endsAt"]) == NOW + lasts


def test_a_standing_problem_ends_by_itself_when_it_was_not_told_again_for_a_day(receiver, http):
    problem = Event(kind=EventKind.CLOCK_OFF, key="k", at=NOW, what="off", problem="clock")
    notifier(receiver.root, http, FakeClock(NOW + timedelta(hours=3))).deliver(digest(problem))
    ((posted,),) = receiver.documents
    assert (posted["startsAt"], posted["endsAt"]) == ("2026-05-18T12:00:00Z", "2026-05-19T16:00:00Z")


def test_a_last_word_ends_what_stands_about_its_topic_and_is_what_it_says(receiver, http):
    done = event(EventKind.RELEASE_DONE, text="released")
    labels = {"alertname": "LeaseWatcherReleaseAnnounced", "topic": topic_label(done.topic), "older": "label"}
    receiver.body = json.dumps([{"labels": labels, "startsAt": "2026-05-18T00:00:00Z"}]).encode()
    notifier(receiver.root, http).deliver(digest(done))
    ((_, asked, _, _), _) = receiver.requests
    assert unquote(asked) == f'/api/v2/alerts?filter=topic=~"{topic_label(done.topic)}"'
    ((ended,),) = receiver.documents
    assert ended["labels"] == labels
    assert ended["annotations"]["summary"] == "released"
    assert ended["endsAt"] == "2026-05-18T11:59:00Z"
    assert "startsAt" not in ended


def test_a_last_word_about_what_nobody_opened_is_an_alert_that_has_ended(receiver, http):
    notifier(receiver.root, http).deliver(digest(event(EventKind.RELEASE_DONE, text="released")))
    ((ended,),) = receiver.documents
    assert (ended["annotations"]["summary"], ended["endsAt"]) == ("released", "2026-05-18T11:59:00Z")


def test_that_a_renewal_was_paid_stands_for_itself(receiver, http):
    paid = event(EventKind.RENEWAL_PAID)
    labels = {"alertname": "LeaseWatcherReleaseFailed", "topic": topic_label(paid.topic)}
    receiver.body = json.dumps([{"labels": labels}]).encode()
    notifier(receiver.root, http).deliver(digest(paid))
    ((ended, told),) = receiver.documents
    assert (ended["labels"], ended["endsAt"]) == (labels, "2026-05-18T11:59:00Z")
    assert told["labels"]["alertname"] == "LeaseWatcherRenewalPaid"
    assert told["endsAt"] == "2026-05-19T19:00:00Z"


@pytest.mark.parametrize(
    ("kinds", "stands"),
    [
        ((EventKind.RELEASE_ANNOUNCED, EventKind.RELEASE_WITHDRAWN), False),
        ((EventKind.RELEASE_WITHDRAWN, EventKind.RELEASE_ANNOUNCED), True),
        ((EventKind.RELEASE_ANNOUNCED, EventKind.RELEASE_WITHDRAWN, EventKind.RELEASE_ANNOUNCED), True),
    ],
)
def test_within_one_digest_the_order_decides_and_nothing_is_left_out(receiver, http, kinds, stands):
    told = [event(kind, text=f"word {number}") for number, kind in enumerate(kinds)]
    notifier(receiver.root, http).deliver(digest(*told))
    (posted,) = receiver.documents
    (announced,) = [one for one in posted if one["labels"]["alertname"] == "LeaseWatcherReleaseAnnounced"]
    assert (announced["endsAt"] > "2026-05-18T12:00:00Z") is stands
    assert all(one.text in json.dumps(posted) for one in told)


def test_accounts_in_use_are_one_alert(receiver, http):
    in_use = [event(handle=f"h{number}", facts=IN_USE) for number in range(50)]
    notifier(receiver.root, http).deliver(digest(*in_use))
    ((posted,),) = receiver.documents
    assert posted["annotations"]["summary"] == "50 accounts in use will renew, $7,500.00"
    assert posted["endsAt"] == "2026-05-19T19:00:00Z"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, None),
        ({"bearer": Secret(MARKER)}, f"Bearer {MARKER}"),
        ({"username": "me", "password": Secret("secret")}, "Basic bWU6c2VjcmV0"),
    ],
)
def test_it_shows_the_credentials_that_it_was_given(receiver, http, options, said):
    notifier(receiver.root, http, **options).deliver(digest(event(EventKind.RELEASE_DONE)))
    assert [headers.get("authorization") for _, _, headers, _ in receiver.requests] == [said, said]


@pytest.mark.parametrize("body", [b"", b"{", b"{}x", b'["a"]', b'[{"labels": []}]', b"1", b"null"])
def test_an_answer_that_is_no_list_of_alerts_postpones_before_anything_is_posted(receiver, http, body):
    receiver.body = body
    delivery = notifier(receiver.root, http).deliver(digest(event(EventKind.RELEASE_DONE)))
    assert delivery == Postponed(why=f"{receiver.root} answered what is not a list of alerts")
    assert receiver.documents == []


@pytest.mark.parametrize("kind", [EventKind.RELEASE_FAILED, EventKind.RELEASE_DONE])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503])
def test_what_it_refuses_is_no_receipt(receiver, http, kind, status):
    receiver.status = status
    delivery = notifier(receiver.root, http).deliver(digest(event(kind)))
    match status:
        case 429 | 500 | 503:
            assert isinstance(delivery, Postponed)
        case _:
            assert isinstance(delivery, Rejected)
            assert delivery.channel is (status != 400)


@pytest.mark.parametrize(
    "options",
    [
        {"url": "alertmanager:9093"},
        {"url": "https://alertmanager.example/?a=b"},
        {"url": "http://alertmanager.example", "bearer": Secret(MARKER)},
        {"url": "http://alertmanager.example", "username": "me", "password": Secret(MARKER)},
        {"url": "https://alertmanager.example", "username": "me"},
        {"url": "https://alertmanager.example", "password": Secret(MARKER)},
        {"url": "https://alertmanager.example", "username": "m:e", "password": Secret(MARKER)},
        {
            "url": "https://alertmanager.example",
            "username": "me",
            "password": Secret(MARKER),
            "bearer": Secret(MARKER),
        },
    ],
)
def test_what_can_never_work_is_refused_without_its_secrets(http, options):
    with pytest.raises(ValueError, match=r"^notifiers\.ops: ") as caught:
        notifier(http=http, **options)
    assert MARKER not in str(caught.value)


@pytest.mark.parametrize("url", ["http://alertmanager:9093", "https://alertmanager.example/prefix"])
def test_what_needs_no_secret_may_go_in_the_clear(http, url):
    assert notifier(url, http).most > 0


@contextmanager
def alertmanager(folder: Path) -> Iterator[str]:
    """A real one on loopback, with a configuration that tells nobody. Ends only what it started."""
    assert BINARY is not None
    (folder / "alertmanager.yml").write_text("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n")
    command = [BINARY, f"--config.file={folder}/alertmanager.yml", f"--storage.path={folder}/data"]
    command += ["--web.listen-address=127.0.0.1:0", "--cluster.listen-address=", "--log.format=json"]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True, env=os.environ) as process:
        try:
            assert process.stderr is not None
            yield f"http://{_listening(process.stderr)}"
        finally:
            process.terminate()


def _listening(log: Iterator[str]) -> str:
    for line in log:
        said = json.loads(line)
        if said.get("msg", "").startswith("Listening") and "address" in said:
            return str(said["address"])
    raise AssertionError("it ended before it listened")


@pytest.mark.skipif(BINARY is None, reason="needs the program prometheus-alertmanager")
def test_a_real_alertmanager_opens_keeps_and_closes_the_same_alert(http, tmp_path):
    clock = SystemClock()
    now = clock.now()

    def told(kind: EventKind, text: str) -> Event:
        one = event(kind, text=text)
        assert one.account is not None
        period = LeasePeriod(account=one.account, renews_at=(now + timedelta(days=2)).replace(microsecond=0))
        return replace(one, at=clock.now(), period=period)

    with alertmanager(tmp_path) as url:

        def standing() -> dict[str, tuple[str, datetime]]:
            answer = http.send("GET", f"{url}/api/v2/alerts")
            return {
                one["labels"]["alertname"]: (
                    one["annotations"]["summary"],
                    datetime.fromisoformat(one["endsAt"]).astimezone(UTC),
                )
                for one in json.loads(answer.body)  # type: ignore[union-attr]
            }

        channel = notifier(url, http, clock)
        announced = told(EventKind.RELEASE_ANNOUNCED, "first <img src=x onerror=…> {{7*7}}\n\ud800")
        other = replace(told(EventKind.CLOCK_OFF, "off"), period=None, problem="clock")
        assert isinstance(channel.deliver(digest(announced, other)), Accepted)
        assert announced.period is not None
        assert standing()["LeaseWatcherReleaseAnnounced"][1] == announced.period.renews_at
        again = replace(announced, what="again", cents=1)
        assert isinstance(channel.deliver(digest(again)), Accepted)
        assert {name: summary for name, (summary, _) in standing().items()} == {
            "LeaseWatcherReleaseAnnounced": "again",
            "LeaseWatcherClockOff": "off",
        }
        assert isinstance(channel.deliver(digest(told(EventKind.RELEASE_FAILED, "failed"))), Accepted)
        assert isinstance(channel.deliver(digest(told(EventKind.RELEASE_DONE, "done"))), Accepted)
        assert set(standing()) == {"LeaseWatcherClockOff"}
        assert isinstance(channel.deliver(digest(told(EventKind.RELEASE_DONE, "done"))), Accepted)
        assert set(standing()) == {"LeaseWatcherClockOff"}
