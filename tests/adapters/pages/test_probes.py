"""How the daemon is doing, asked over real HTTP."""

import json
import socket
from collections.abc import Iterator
from datetime import timedelta
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from tests.builders import NOW
from watcher.adapters.pages.probes import HealthPage
from watcher.adapters.pages.server import NotServed, Pages, ServedPage
from watcher.decide.readiness import Vitals, readiness

GOOD = Vitals(poll=timedelta(minutes=15), last_good_at=NOW)


def page(vitals: Vitals = GOOD, *, alive: bool = True) -> HealthPage:
    return HealthPage(
        alive=lambda: alive,
        readiness=lambda: readiness(vitals, NOW + timedelta(minutes=1)),
        metrics=lambda: ("text/plain; version=0.0.4", b"lease_watcher_ready 1\n"),
    )


@pytest.fixture
def pages() -> Iterator[Pages]:
    found = Pages()
    yield found
    found.close()


def ask(url: str, path: str, method: str = "GET") -> tuple[int, bytes]:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=10)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def served(pages: Pages, app: HealthPage) -> str:
    pages.change({"health": ServedPage(address=("127.0.0.1", 0), app=app)})
    return pages.urls["health"]


def test_a_daemon_that_does_its_job_is_alive_and_ready(pages: Pages) -> None:
    url = served(pages, page())
    assert ask(url, "/healthz")[0] == 200
    status, body = ask(url, "/readyz")
    assert (status, json.loads(body)) == (
        200,
        {
            "schema": "ready/1",
            "ready": True,
            "why": [],
            "last_good_turn": "2026-05-18T12:00:00+00:00",
            "age_seconds": 60.0,
            "bound_seconds": 1800.0,
        },
    )
    assert ask(url, "/metrics") == (200, b"lease_watcher_ready 1\n")
    assert ask(url, "/readyz", "HEAD") == (200, b"")


def test_one_that_does_not_says_why(pages: Pages) -> None:
    url = served(pages, page(Vitals(poll=timedelta(minutes=15), ledger="the disk is full")))
    status, body = ask(url, "/readyz")
    assert status == 503
    assert [each["reason"] for each in json.loads(body)["why"]] == ["no_good_turn", "ledger_not_writable"]


def test_one_whose_thread_hangs_is_not_alive(pages: Pages) -> None:
    assert ask(served(pages, page(alive=False)), "/healthz")[0] == 503


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/", 404), ("POST", "/readyz", 405), ("DELETE", "/metrics", 405)]
)
def test_nothing_else_can_be_asked(pages: Pages, method: str, path: str, status: int) -> None:
    assert ask(served(pages, page()), path, method)[0] == status


def test_a_server_whose_address_stays_goes_on_with_another_page(pages: Pages) -> None:
    url = served(pages, page())
    pages.change({"health": ServedPage(address=("127.0.0.1", 0), app=page(alive=False))})
    assert pages.urls["health"] == url
    assert ask(url, "/healthz")[0] == 503


def test_an_address_that_cannot_be_had_changes_nothing(pages: Pages) -> None:
    url = served(pages, page())
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = taken.getsockname()[:2]
        said = f"health.listen: 127.0.0.1:{address[1]} cannot be had: address already in use"
        with pytest.raises(NotServed, match=said):
            pages.change(
                {
                    "keep": ServedPage(address=("127.0.0.1", 0), app=page()),
                    "health": ServedPage(address=address, app=page()),
                }
            )
    assert dict(pages.urls) == {"health": url}
    assert ask(url, "/healthz")[0] == 200


def test_a_page_that_is_not_wanted_any_more_is_gone(pages: Pages) -> None:
    url = served(pages, page())
    pages.change({})
    with pytest.raises(OSError, match="refused"):
        ask(url, "/healthz")
