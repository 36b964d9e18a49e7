import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.adapters.channels.stage import MARKER, NOW, Receiver, connected, digest, event, receiving
from tests.builders import IN_USE
from tests.fakes.clock import FakeClock
from watcher.adapters.channels.catalog import build
from watcher.adapters.channels.kinds.pagerduty import PagerDutyNotifier, PagerDutyOptions
from watcher.adapters.http.client import Http
from watcher.messages.events import AttemptFacts, Event, EventKind, Severity
from watcher.ports.notifier import Accepted, Postponed, Rejected
from watcher.texts.secret import Secret

KEY = MARKER * 3 + "12345"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        one.status, one.body = 202, b'{"status":"success","message":"Event processed"}'
        yield one


@pytest.fixture
def http() -> Iterator[Http]:
    with connected() as one:
        yield one


def notifier(receiver: Receiver, http: Http) -> PagerDutyNotifier:
    options = PagerDutyOptions(routing_key=Secret(KEY), api_url=receiver.root)
    return build("ops", options, http, FakeClock(NOW))


def test_a_problem_triggers_an_incident(receiver, http):
    failed = event(
        EventKind.RELEASE_FAILED,
        text="the API refused",
        facts=AttemptFacts(verified=False, policy="standard"),
    )
    assert notifier(receiver, http).deliver(digest(failed)) == Accepted(
        detail=f"{receiver.root} answered 202"
    )
    ((method, path, headers, body),) = receiver.requests
    assert (method, path, headers["content-type"]) == ("POST", "/v2/enqueue", "application/json")
    document = json.loads(body)
    key = document.pop("dedup_key")
    assert len(key) <= 255
    assert document == {
        "routing_key": KEY,
        "event_action": "trigger",
        "client": "Lease watcher",
        "payload": {
            "summary": "the API refused",
            "source": "sa_latte.art.lab",
            "severity": "critical",
            "timestamp": "2026-05-18T12:00:00Z",
            "component": "latte.art.lab",
            "group": "prj_acme",
            "class": "release.failed",
            "custom_details": {
                "text": "the API refused",
                "live": True,
                "topic": "lease:sa_latte.art.lab:2026-05-19T19:00:00+00:00",
                "renews_at": "2026-05-19T19:00:00Z",
                "price": "$150.00",
                "fact_verified": False,
                "fact_policy": "standard",
            },
        },
    }


def test_the_last_word_about_a_lease_period_resolves_the_very_incident(receiver, http):
    for kind in (EventKind.RELEASE_UNKNOWN, EventKind.RELEASE_DONE):
        notifier(receiver, http).deliver(digest(event(kind)))
    opened, closed = receiver.documents
    assert (opened["event_action"], closed["event_action"]) == ("trigger", "resolve")
    assert opened["dedup_key"] == closed["dedup_key"]


def test_the_end_of_a_standing_problem_resolves_the_very_incident(receiver, http):
    problem = Event(kind=EventKind.KEY_REFUSED, key="a", at=NOW, what="refused", problem="key\ud800" * 99)
    ended = replace(problem, kind=EventKind.PROBLEM_RESOLVED, key="b")
    for one in (problem, replace(problem, key="next day"), ended):
        notifier(receiver, http).deliver(digest(one))
    assert [one["event_action"] for one in receiver.documents] == ["trigger", "trigger", "resolve"]
    assert len({one["dedup_key"] for one in receiver.documents}) == 1
    assert len(receiver.documents[0]["dedup_key"]) <= 255
    assert receiver.documents[0]["payload"]["source"] == "lease-watcher"


def test_other_lease_periods_are_other_incidents(receiver, http):
    for handle in ("one", "two"):
        notifier(receiver, http).deliver(digest(event(EventKind.RELEASE_FAILED, handle=handle)))
    assert len({one["dedup_key"] for one in receiver.documents}) == 2


def test_that_a_renewal_was_paid_closes_what_was_open_and_is_told_itself(receiver, http):
    notifier(receiver, http).deliver(digest(event(EventKind.RELEASE_FAILED)))
    notifier(receiver, http).deliver(digest(event(EventKind.RENEWAL_PAID)))
    opened, closed, told = receiver.documents
    assert (closed["event_action"], closed["dedup_key"]) == ("resolve", opened["dedup_key"])
    assert told["event_action"] == "trigger"
    assert told["dedup_key"] != opened["dedup_key"]


def test_accounts_in_use_are_one_line(receiver, http):
    in_use = [event(handle=f"h{number}", facts=IN_USE) for number in range(50)]
    notifier(receiver, http).deliver(digest(event(EventKind.RELEASE_FAILED), *in_use))
    notifier(receiver, http).deliver(digest(*in_use))
    with_another, alone = receiver.documents
    line = "50 accounts in use will renew, $7,500.00"
    assert with_another["payload"]["custom_details"]["accounts_in_use"] == line
    assert (alone["payload"]["summary"], alone["payload"]["severity"]) == (line, "info")


def test_long_text_of_others_is_clipped_to_what_pagerduty_takes(receiver, http):
    long = "\N{ROCKET}\n" * 100_000
    facts = AttemptFacts(verified=True, policy=long)
    told = event(EventKind.RELEASE_FAILED, text=long, handle=long, project=long, facts=facts)
    assert isinstance(notifier(receiver, http).deliver(digest(told)), Accepted)
    ((_, _, _, body),) = receiver.requests
    summary = json.loads(body)["payload"]["summary"]
    assert len(body) < 512 * 1024
    assert len(summary.encode("utf-16-le")) // 2 <= 1024
    assert "\n" not in summary


@pytest.mark.parametrize(
    ("errors", "channel"),
    [
        (["Length of 'routing_key' is incorrect (should be 32 characters)"], True),
        (["Invalid routing key"], True),
        (["'payload.severity' is invalid"], False),
    ],
)
def test_a_refusal_is_of_the_key_or_of_the_message(receiver, http, errors, channel):
    receiver.status, receiver.body = 400, json.dumps({"status": "invalid event", "errors": errors}).encode()
    delivery = notifier(receiver, http).deliver(digest(event()))
    assert isinstance(delivery, Rejected)
    assert delivery.channel is channel
    assert KEY not in delivery.why


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_passing_trouble_postpones(receiver, http, status):
    receiver.status, receiver.headers = status, {"Retry-After": "60"}
    assert notifier(receiver, http).deliver(digest(event())) == Postponed(
        why=f"{receiver.root} answered {status}", after=timedelta(minutes=1)
    )


def test_without_more_said_only_critical_problems_are_told():
    options = PagerDutyOptions(routing_key=Secret(KEY))
    assert (options.events, options.min_severity) == (("problem.*",), Severity.CRITICAL)


@pytest.mark.parametrize(
    "options",
    [{"routing_key": Secret(MARKER)}, {"routing_key": Secret(KEY), "api_url": "http://events.pagerduty.com"}],
)
def test_what_can_never_work_is_refused_without_the_key(http, options):
    with pytest.raises(ValueError, match=r"^notifiers\.ops: ") as caught:
        build("ops", PagerDutyOptions(**options), http, FakeClock(NOW))
    assert MARKER not in str(caught.value)
