"""What every notifier promises, whatever it speaks to."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from io import StringIO

import pytest

from tests.adapters.notifiers.post_office import credentials, mailer, post_office, spread
from tests.adapters.notifiers.stage import (
    MARKER,
    NOW,
    SIGNING_KEY,
    connected,
    digest,
    event,
    logged,
    receiving,
    webhook,
)
from tests.fakes.clock import FakeClock
from watcher.adapters.notifiers.kinds import KINDS, build
from watcher.adapters.notifiers.log import LogOptions
from watcher.domain.events import EventKind
from watcher.ports.notifier import Accepted, Notifier, Postponed, Rejected

HOSTILE = "a\r\nlevel=critical <img src=x> {{7*7}} ${7*7} \x1b[2J\u202e\x00\ud800 \" ' \\ @here"


@dataclass
class Case:
    """A notifier, what reached its other side as machine-readable documents, and a way to break that."""

    notifier: Notifier
    counts: bool
    received: Callable[[], list[object]]
    shut: Callable[[], None]
    log: StringIO
    harmless: Callable[[object], bool]
    """Whether what others wrote did no harm in a document that was received."""


def literal(document: object) -> bool:
    """For machines: every value is there as it was written."""
    assert isinstance(document, dict)
    (line,) = document.get("events", [document])
    return [line["text"], line["handle"], line["project"]] == [HOSTILE] * 3


def log_case(stack: ExitStack, log: StringIO) -> Case:
    with connected() as http:
        notifier = build("ops", LogOptions(), http, FakeClock(NOW))
    return Case(
        notifier=notifier,
        counts=False,
        received=lambda: [json.loads(line) for line in log.getvalue().splitlines()],
        shut=log.close,
        log=log,
        harmless=literal,
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
        harmless=literal,
    )


def email_case(stack: ExitStack, log: StringIO) -> Case:
    office = stack.enter_context(post_office(login=True))

    def shut() -> None:
        office.data = f"451 {MARKER}"

    def harmless(document: object) -> bool:
        assert isinstance(document, dict)
        one_line = not set("\r\n") & set(document["Subject"])
        return one_line and "<img" not in document["html"] and "{{7*7}}" in document["html"]

    return Case(
        notifier=mailer(office.port, **credentials()),
        counts=True,
        received=lambda: [spread(mail) for mail in office.mails],
        shut=shut,
        log=log,
        harmless=harmless,
    )


CASES = {"email": email_case, "log": log_case, "webhook": webhook_case}


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
    texts = [f"about account {number}" for number in range(3)]
    delivery = case.notifier.deliver(digest(*(event(text=text) for text in texts)))
    assert isinstance(delivery, Accepted)
    assert all(text in json.dumps(case.received()) for text in texts)


@pytest.mark.parametrize("kind", EventKind)
def test_every_kind_of_event_can_be_told(case, kind):
    assert isinstance(case.notifier.deliver(digest(event(kind), live=False)), Accepted)
    assert kind.value in json.dumps(case.received())


def test_an_empty_digest_is_accepted_and_tells_nothing(case):
    assert isinstance(case.notifier.deliver(digest()), Accepted)
    assert case.received() == []


def test_text_of_others_arrives_as_text_and_as_nothing_else(case):
    told = event(text=HOSTILE, handle=HOSTILE, project=HOSTILE, note=HOSTILE)
    assert isinstance(case.notifier.deliver(digest(told)), Accepted)
    (document,) = case.received()
    assert case.harmless(document)


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
