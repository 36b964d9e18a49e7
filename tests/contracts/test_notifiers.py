"""What every notifier promises, whatever it speaks to: the suite that third parties use too."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest

from tests.adapters.notifiers.stage import MARKER, NOW, SIGNING_KEY, connected, logged, receiving, webhook
from tests.fakes.clock import FakeClock
from watcher.adapters.notifiers.apprise import AppriseOptions
from watcher.adapters.notifiers.conformance import HOSTILE, NAME, Case, NotifierContract, digest, event
from watcher.adapters.notifiers.kinds import KINDS, build
from watcher.adapters.notifiers.log import LogOptions
from watcher.domain.secret import Secret
from watcher.ports.notifier import Accepted


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


def webhook_case(stack: ExitStack) -> Case:
    receiver, http = stack.enter_context(receiving()), stack.enter_context(connected())

    def shut() -> None:
        receiver.status = 500

    return Case(
        notifier=webhook(receiver.url, http, signing_key=SIGNING_KEY),
        counts=True,
        received=lambda: [json.loads(body) for _, _, _, body in receiver.requests],
        shut=shut,
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


CASES = {"apprise": apprise_case, "log": log_case, "webhook": webhook_case}
SECRETS = (MARKER, SIGNING_KEY.removeprefix("whsec_"))


def test_every_kind_of_notifier_is_held_to_this_contract():
    assert set(CASES) == set(KINDS)


class TestContract(NotifierContract):
    @pytest.fixture(params=list(CASES))
    def case(self, request: pytest.FixtureRequest) -> Iterator[Case]:
        with ExitStack() as stack:
            yield replace(CASES[request.param](stack), secrets=SECRETS)


@pytest.mark.parametrize("kind", ["log", "webhook"])
def test_programs_get_the_text_of_others_as_text_and_as_nothing_else(kind):
    told = event(text=HOSTILE, handle=HOSTILE, project=HOSTILE, note=HOSTILE)
    with ExitStack() as stack:
        case = CASES[kind](stack)
        assert isinstance(case.notifier.deliver(digest(told)), Accepted)
        (document,) = case.received()
    (line,) = document.get("events", [document])
    assert (line["text"], line["handle"], line["project"]) == (HOSTILE, HOSTILE, HOSTILE)
