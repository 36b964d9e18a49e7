"""Apprise, with its JSON service to a receiver on loopback, where every answer can be had."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.adapters.channels.stage import MARKER, Receiver, digest, event, receiving
from watcher.adapters.channels.catalog import build
from watcher.adapters.channels.kinds.apprise import AppriseNotifier, AppriseOptions
from watcher.messages.events import EventKind
from watcher.ports.notifier import Accepted, Postponed
from watcher.texts.secret import Secret


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def notifier(
    receiver: Receiver, extra: str = "", timeout: timedelta = timedelta(seconds=30)
) -> AppriseNotifier:
    url = receiver.url.replace("http://", "json://").replace("?", "?-") + extra
    return build("ops", AppriseOptions(url=Secret(url), timeout=timeout), None, None)


def received(receiver: Receiver) -> list[dict[str, str]]:
    return [json.loads(body) for _, _, _, body in receiver.requests]


def test_the_headline_is_the_title_and_the_worst_event_the_type(receiver):
    told = digest(event(text="it renews"), event(EventKind.CLOCK_OFF, text="it is off"))
    assert isinstance(notifier(receiver).deliver(told), Accepted)
    (message,) = received(receiver)
    assert message["title"] == "Lease watcher, critical: 1 clock that is off, $150.00"
    assert message["type"] == "failure"
    assert message["message"].startswith("CRITICAL")


def test_what_would_be_done_is_said_so(receiver):
    notifier(receiver).deliver(digest(event(), live=False))
    assert received(receiver)[0]["message"].startswith("Observe mode")


@pytest.mark.parametrize("status", [301, 400, 401, 404, 410, 429, 500, 503])
def test_what_is_not_confirmed_is_uncertain_and_tried_again_once_asked(receiver, status):
    receiver.status = status
    receiver.headers = {"Location": "/elsewhere"}
    delivery = notifier(receiver, "&retry=3&redirect=yes").deliver(digest(event()))
    assert isinstance(delivery, Postponed)
    assert "uncertain" in delivery.why
    assert str(status) in delivery.why
    assert len(receiver.requests) == 1


def test_a_service_that_hangs_is_left_after_the_timeout(receiver):
    receiver.hangs = True
    delivery = notifier(receiver, timeout=timedelta(seconds=1)).deliver(digest(event()))
    assert isinstance(delivery, Postponed)
    assert "uncertain" in delivery.why


def test_a_dropped_connection_is_uncertain(receiver):
    receiver.drops = True
    assert isinstance(notifier(receiver).deliver(digest(event())), Postponed)


def test_nobody_is_called_by_a_handle(receiver):
    notifier(receiver).deliver(digest(event(text="@here @Everyone <!channel> <@U123> @hereford")))
    (message,) = received(receiver)
    assert not any(call in message["message"] for call in ("@here ", "@Everyone", "<!channel>", "<@U123>"))
    assert "@hereford" in message["message"]


def test_what_apprise_raises_is_an_answer(receiver, monkeypatch):
    opened = notifier(receiver)

    def broken(*_, **__):
        raise RuntimeError(MARKER)

    monkeypatch.setattr("apprise.Apprise.notify", broken)
    assert opened.deliver(digest(event())) == Postponed(
        why="JSON: Apprise failed (RuntimeError), whether it arrived is uncertain"
    )


@pytest.mark.parametrize("url", [f"nonsense://{MARKER}", MARKER, f"discord://{MARKER}"])
def test_a_url_that_apprise_cannot_use_is_refused_and_not_shown(url, capfd):
    with pytest.raises(ValueError, match=r"notifiers\.ops: Apprise cannot use this URL") as caught:
        build("ops", AppriseOptions(url=Secret(url)), None, None)
    assert MARKER not in str(caught.value)
    assert caught.value.__cause__ is None
    assert MARKER not in "".join(capfd.readouterr())


def test_without_the_package_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(ValueError, match=r"pip install 'lease-watcher\[apprise\]'"):
        build("ops", AppriseOptions(url=Secret("json://127.0.0.1")), None, None)


def test_nothing_is_imported_until_one_is_opened():
    code = "import sys, watcher.settings.model; sys.exit('apprise' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
