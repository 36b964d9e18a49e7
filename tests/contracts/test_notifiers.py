"""What every notifier promises, whatever it speaks to: the suite that third parties use too."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.adapters.channels.post_office import credentials, mailer, post_office, spread
from tests.adapters.channels.stage import (
    MARKER,
    NOW,
    SIGNING_KEY,
    connected,
    leaves,
    logged,
    posting,
    receiving,
)
from tests.fakes.clock import FakeClock
from watcher.adapters.channels.catalog import KINDS, build
from watcher.adapters.channels.conformance import HOSTILE, NAME, Case, NotifierContract, digest, event
from watcher.adapters.channels.kinds.alertmanager import AlertmanagerOptions
from watcher.adapters.channels.kinds.apprise import AppriseOptions
from watcher.adapters.channels.kinds.command import CommandOptions
from watcher.adapters.channels.kinds.log import LogOptions
from watcher.adapters.channels.kinds.ntfy import NtfyOptions
from watcher.adapters.channels.kinds.pagerduty import PagerDutyOptions
from watcher.adapters.channels.kinds.slack import SlackOptions
from watcher.adapters.channels.kinds.webhook import WebhookOptions
from watcher.adapters.clock import SystemClock
from watcher.messages.problem_facts import UnreadableFacts
from watcher.ports.notifier import Accepted, Delivery, Digest, Postponed
from watcher.texts.plain import plain
from watcher.texts.secret import Secret


def log_case(stack: ExitStack) -> Case:
    log = stack.enter_context(logged())
    with connected() as http:
        notifier = build(NAME, LogOptions(), http, FakeClock(NOW))
    return Case(
        notifier=notifier,
        counts=False,
        received=lambda: [json.loads(line) for line in log.getvalue().splitlines()],
        shut=log.close,
    )


def apprise_case(stack: ExitStack) -> Case:
    receiver, http = stack.enter_context(receiving()), stack.enter_context(connected())
    url = receiver.url.replace("http://", f"json://user:{MARKER}@").replace("?", "?-")

    def shut() -> None:
        receiver.status = 500

    return Case(
        notifier=build(NAME, AppriseOptions(url=Secret(url)), http, FakeClock(NOW)),
        counts=True,
        received=lambda: [json.loads(body) for _, _, _, body in receiver.requests],
        shut=shut,
    )


def alertmanager_case(stack: ExitStack) -> Case:
    receiver, http = stack.enter_context(receiving()), stack.enter_context(connected())
    receiver.body = b"[]"
    options = AlertmanagerOptions(url=receiver.root, bearer=Secret(MARKER))
    return Case(
        notifier=build(NAME, options, http, FakeClock(NOW)),
        counts=True,
        received=lambda: [alert for posted in receiver.documents for alert in posted],
        shut=lambda: setattr(receiver, "status", 500),
    )


def email_case(stack: ExitStack) -> Case:
    office = stack.enter_context(post_office(login=True))
    return Case(
        notifier=mailer(office.port, **credentials()),
        counts=True,
        received=lambda: [spread(mail) for mail in office.mails],
        shut=lambda: setattr(office, "data", f"451 {MARKER}"),
    )


def command_case(stack: ExitStack) -> Case:
    folder = Path(stack.enter_context(TemporaryDirectory()))
    script = 'cd "$0" || exit 1; [ -e shut ] && { cat; exit 75; }; cat >> told; echo >> told'
    options = CommandOptions(argv=("/bin/sh", "-c", script, str(folder)))
    with connected() as http:
        notifier = build(NAME, options, http, SystemClock())

    def received() -> list[object]:
        told = folder / "told"
        return [json.loads(line) for line in told.read_text().splitlines()] if told.exists() else []

    return Case(notifier=notifier, counts=False, received=received, shut=(folder / "shut").touch)


CASES = {
    "alertmanager": alertmanager_case,
    "apprise": apprise_case,
    "command": command_case,
    "email": email_case,
    "log": log_case,
    "ntfy": posting(
        lambda receiver: NtfyOptions(topic=Secret(MARKER), token=Secret(MARKER), server=receiver.root)
    ),
    "pagerduty": posting(
        lambda receiver: PagerDutyOptions(routing_key=Secret(f"{MARKER * 3}12345"), api_url=receiver.root)
    ),
    "slack": posting(lambda receiver: SlackOptions(url=Secret(receiver.url))),
    "webhook": posting(
        lambda receiver: WebhookOptions(url=Secret(receiver.url), signing_key=Secret(SIGNING_KEY))
    ),
}
SECRETS = (MARKER, SIGNING_KEY.removeprefix("whsec_"))


def test_every_kind_of_notifier_is_held_to_this_contract():
    assert set(CASES) == set(KINDS)
    assert {word: options.kind for word, options in KINDS.items()} == {word: word for word in KINDS}


class TestContract(NotifierContract):
    @pytest.fixture(params=list(CASES))
    def case(self, request: pytest.FixtureRequest) -> Iterator[Case]:
        with ExitStack() as stack:
            yield replace(CASES[request.param](stack), secrets=SECRETS)


@dataclass
class Notebook:
    """A notifier that does what the port allows: what it has had, by its id or its key, is written once."""

    name: str = NAME
    counts: bool = True
    most: int = 50
    shut: bool = False
    had: set[object] = field(default_factory=set)
    pages: list[object] = field(default_factory=list)

    def deliver(self, digest: Digest) -> Delivery:
        if self.shut:
            return Postponed(why="it is shut")
        if digest.id not in self.had:
            self.pages += [
                {"live": digest.live, "text": event.text}
                for event in digest.events
                if (event.key, digest.live) not in self.had
            ]
        self.had |= {digest.id, *((event.key, digest.live) for event in digest.events)}
        return Accepted()


class TestOneThatRepeatsNothing(NotifierContract):
    """The published suite gave every digest the same `id`, and several events the same `key`.

    A notifier that trusted its port ("the same whenever the same events are sent again") left out what it
    took for a repetition, and was told by the suite that events had not arrived.
    """

    @pytest.fixture
    def case(self) -> Case:
        notebook = Notebook()
        return Case(
            notifier=notebook,
            counts=True,
            received=lambda: notebook.pages,
            shut=lambda: setattr(notebook, "shut", True),
        )


@pytest.mark.parametrize("kind", ["command", "log", "webhook"])
def test_programs_get_the_text_of_others_as_text_and_as_nothing_else(kind):
    told = event(text=HOSTILE, handle=HOSTILE, project=HOSTILE, facts=UnreadableFacts(code=HOSTILE))
    with ExitStack() as stack:
        case = CASES[kind](stack)
        assert isinstance(case.notifier.deliver(digest(told)), Accepted)
        (document,) = case.received()
    (line,) = document.get("events", [document])
    assert (line["text"], line["handle"], line["project"]) == (HOSTILE, HOSTILE, HOSTILE)


@pytest.mark.parametrize("kind", ["alertmanager", "ntfy", "pagerduty", "slack"])
def test_people_get_the_text_of_others_without_anything_that_does_harm(kind):
    told = event(text=HOSTILE, handle=HOSTILE, project=HOSTILE, facts=UnreadableFacts(code=HOSTILE))
    with ExitStack() as stack:
        case = CASES[kind](stack)
        assert isinstance(case.notifier.deliver(digest(told)), Accepted)
        texts = [text for text in leaves(case.received()) if isinstance(text, str)]
    assert any(plain(HOSTILE) in text for text in texts)
    assert not any(sign in text for sign in "\r\x1b\x00\u202e\ud800" for text in texts)


def test_a_mail_shows_the_text_of_others_and_runs_nothing_of_it():
    told = event(text=HOSTILE, handle=HOSTILE, project=HOSTILE, facts=UnreadableFacts(code=HOSTILE))
    with ExitStack() as stack:
        case = email_case(stack)
        assert isinstance(case.notifier.deliver(digest(told)), Accepted)
        (mail,) = case.received()
    assert not set("\r\n") & set(mail["Subject"])
    assert "<img" not in mail["html"]
    assert "{{7*7}}" in mail["html"]
