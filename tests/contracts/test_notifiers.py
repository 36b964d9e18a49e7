"""What every notifier promises, whatever it speaks to."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from io import StringIO

import pytest

from tests.adapters.notifiers.stage import (
    MARKER,
    NOW,
    SIGNING_KEY,
    connected,
    digest,
    event,
    leaves,
    logged,
    receiving,
    webhook,
)
from tests.fakes.clock import FakeClock
from watcher.adapters.notifiers.alertmanager import AlertmanagerOptions
from watcher.adapters.notifiers.kinds import KINDS, build
from watcher.adapters.notifiers.log import LogOptions
from watcher.adapters.notifiers.ntfy import NtfyOptions
from watcher.adapters.notifiers.pagerduty import PagerDutyOptions
from watcher.adapters.notifiers.slack import SlackOptions
from watcher.adapters.render.plain import plain
from watcher.domain.events import EventKind
from watcher.domain.secret import Secret
from watcher.ports.notifier import Accepted, Notifier, Postponed, Rejected

HOSTILE = "a\r\nlevel=critical <img src=x> {{7*7}} ${7*7} \x1b[2J\u202e\x00\ud800 \" ' \\ @here"


@dataclass
class Case:
    """A notifier, what reached its other side as machine-readable documents, and a way to break that.

    `written`: how a text of others stands there.
    """

    notifier: Notifier
    counts: bool
    received: Callable[[], list[object]]
    shut: Callable[[], None]
    log: StringIO
    written: Callable[[str], str] = str


def log_case(stack: ExitStack, log: StringIO) -> Case:
    with connected() as http:
        notifier = build("ops", LogOptions(), http, FakeClock(NOW))
    return Case(
        notifier=notifier,
        counts=False,
        received=lambda: [json.loads(line) for line in log.getvalue().splitlines()],
        shut=log.close,
        log=log,
    )


def webhook_case(stack: ExitStack, log: StringIO) -> Case:
    receiver, http = stack.enter_context(receiving()), stack.enter_context(connected())

    def shut() -> None:
        receiver.status = 500

    return Case(
        notifier=webhook(receiver.url, http, signing_key=SIGNING_KEY),
        counts=True,
        received=lambda: [json.loads(body) for _, _, _, body in receiver.requests],
        shut=shut,
        log=log,
    )


def slack_case(stack: ExitStack, log: StringIO) -> Case:
    receiver, http = stack.enter_context(receiving()), stack.enter_context(connected())
    return Case(
        notifier=build("ops", SlackOptions(url=Secret(receiver.url)), http, FakeClock(NOW)),
        counts=True,
        received=lambda: receiver.documents,
        shut=lambda: setattr(receiver, "status", 500),
        log=log,
        written=plain,
    )


def pagerduty_case(stack: ExitStack, log: StringIO) -> Case:
    receiver, http = stack.enter_context(receiving()), stack.enter_context(connected())
    options = PagerDutyOptions(routing_key=Secret(MARKER * 3 + "12345"), api_url=receiver.root)
    return Case(
        notifier=build("ops", options, http, FakeClock(NOW)),
        counts=True,
        received=lambda: receiver.documents,
        shut=lambda: setattr(receiver, "status", 500),
        log=log,
        written=plain,
    )


def alertmanager_case(stack: ExitStack, log: StringIO) -> Case:
    receiver, http = stack.enter_context(receiving()), stack.enter_context(connected())
    receiver.body = b"[]"
    options = AlertmanagerOptions(url=receiver.root, bearer=Secret(MARKER))
    return Case(
        notifier=build("ops", options, http, FakeClock(NOW)),
        counts=True,
        received=lambda: [alert for posted in receiver.documents for alert in posted],
        shut=lambda: setattr(receiver, "status", 500),
        log=log,
        written=plain,
    )


def ntfy_case(stack: ExitStack, log: StringIO) -> Case:
    receiver, http = stack.enter_context(receiving()), stack.enter_context(connected())
    options = NtfyOptions(topic=Secret(MARKER), token=Secret(MARKER), server=receiver.root)
    return Case(
        notifier=build("ops", options, http, FakeClock(NOW)),
        counts=True,
        received=lambda: receiver.documents,
        shut=lambda: setattr(receiver, "status", 500),
        log=log,
        written=plain,
    )


CASES = {
    "log": log_case,
    "webhook": webhook_case,
    "slack": slack_case,
    "pagerduty": pagerduty_case,
    "alertmanager": alertmanager_case,
    "ntfy": ntfy_case,
}


@pytest.fixture(params=list(CASES))
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    with ExitStack() as stack:
        log = stack.enter_context(logged(level=logging.DEBUG))
        yield CASES[request.param](stack, log)


def test_every_kind_of_notifier_is_held_to_this_contract():
    assert set(CASES) == set(KINDS)


def test_it_has_the_name_it_was_given_and_counts_as_its_options_say(case):
    assert (case.notifier.name, case.notifier.counts) == ("ops", case.counts)


def test_it_accepts_a_digest_and_every_event_arrives(case):
    texts = [f"about account {number}" for number in range(min(case.notifier.most, 100))]
    delivery = case.notifier.deliver(digest(*(event(text=text) for text in texts)))
    assert isinstance(delivery, Accepted)
    assert all(text in json.dumps(case.received()) for text in texts)


@pytest.mark.parametrize("kind", EventKind)
def test_every_kind_of_event_can_be_told(case, kind):
    told = event(kind, text=f"this is {kind.value}")
    assert isinstance(case.notifier.deliver(digest(told, live=False)), Accepted)
    assert told.text in json.dumps(case.received())


def test_an_empty_digest_is_accepted_and_tells_nothing(case):
    assert isinstance(case.notifier.deliver(digest()), Accepted)
    assert case.received() == []


def test_text_of_others_arrives_as_text_and_as_nothing_else(case):
    told = event(text=HOSTILE, handle=HOSTILE, project=HOSTILE, note=HOSTILE)
    assert isinstance(case.notifier.deliver(digest(told)), Accepted)
    texts = [text for text in leaves(case.received()) if isinstance(text, str)]
    assert any(case.written(HOSTILE) in text for text in texts)
    if case.written is not str:
        assert not any(sign in text for sign in "\r\x1b\x00\u202e\ud800" for text in texts)


def test_a_broken_other_side_raises_nothing_and_answers_with_a_delivery(case):
    case.shut()
    assert isinstance(case.notifier.deliver(digest(event())), Accepted | Postponed | Rejected)


@pytest.mark.parametrize("broken", [False, True])
def test_no_secret_is_in_what_it_answers_logs_or_looks_like(case, broken):
    if broken and case.counts:
        case.shut()
    delivery = case.notifier.deliver(digest(event()))
    shown = f"{delivery!r} {case.notifier!r} {case.notifier} {case.log.getvalue()}"
    assert MARKER not in shown
    assert SIGNING_KEY.removeprefix("whsec_") not in shown
