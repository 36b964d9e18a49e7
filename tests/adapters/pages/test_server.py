"""The server beneath the pages: nobody keeps it from answering the others."""

import socket
import threading
import time
from contextlib import ExitStack
from errno import EAFNOSUPPORT
from urllib.parse import urlsplit

import httpx
import pytest
from waitress import trigger

from tests.adapters.channels.stage import logged
from watcher.adapters.pages import server


def app(_environ: object, start_response: object) -> list[bytes]:
    assert callable(start_response)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"here"]


def where(url: str) -> tuple[str | None, int | None]:
    return urlsplit(url).hostname, urlsplit(url).port


def test_those_who_say_nothing_hold_no_thread() -> None:
    """Forty silent connections, one for each thread and some more, kept `/healthz` from answering beyond a
    liveness probe's patience: a pod that was well would have been restarted.
    """
    before = threading.active_count()
    with server.serving(app, "127.0.0.1", 0) as url, ExitStack() as silent:
        for _ in range(200):
            silent.enter_context(socket.create_connection(where(url)))
        assert httpx.get(url, timeout=5).text == "here"
        assert threading.active_count() - before == 3
    assert threading.active_count() == before


def test_more_of_them_than_there_may_be_are_cut_off_and_the_next_is_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Fifteen hundred silent connections stopped it for as long as they stayed."""
    monkeypatch.setattr(server, "_most_connections", lambda: 40)
    with server.serving(app, "127.0.0.1", 0) as url, ExitStack() as silent:
        for _ in range(120):
            silent.enter_context(socket.create_connection(where(url)))
        assert httpx.get(url, timeout=20).text == "here"


def test_who_sends_a_byte_now_and_then_is_cut_off_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """They stayed for as long as they liked, each byte in time."""
    monkeypatch.setattr(server, "WITHIN", 0.5)
    with server.serving(app, "127.0.0.1", 0) as url, socket.create_connection(where(url)) as dripping:
        dripping.sendall(b"GET / HTTP/1.1\r\nHost: here\r\nX-Slow: ")
        until = time.monotonic() + 30
        while _drips(dripping):
            assert time.monotonic() < until
            time.sleep(0.1)


def _drips(one: socket.socket) -> bool:
    """Sends one more byte; False once the server has cut it off."""
    try:
        one.sendall(b"x")
    except OSError:
        return False
    return True


def test_an_application_that_fails_is_logged_without_the_path() -> None:
    def failing(_environ: object, _start_response: object) -> list[bytes]:
        raise RuntimeError("disk full")

    with logged() as log, server.serving(failing, "127.0.0.1", 0, name="keep") as url:
        answer = httpx.get(f"{url}/keep/a-secret-link", timeout=5)
    assert (answer.status_code, answer.text) == (500, "this did not work\n")
    assert "keep.failed" in log.getvalue()
    assert "a-secret-link" not in log.getvalue()


def test_an_answer_under_way_is_given_before_it_stops() -> None:
    asked, release = threading.Event(), threading.Event()

    def slow(_environ: object, start_response: object) -> list[bytes]:
        asked.set()
        release.wait(0.3)
        return app(_environ, start_response)

    with ExitStack() as running:
        url = running.enter_context(server.serving(slow, "127.0.0.1", 0))
        answers: list[str] = []
        visitor = threading.Thread(target=lambda: answers.append(httpx.get(url, timeout=10).text))
        visitor.start()
        assert asked.wait(10)
        running.close()
    visitor.join(10)
    assert answers == ["here"]


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_every_address_is_listened_at_of_either_kind(host: str) -> None:
    """The probes of the daemon's overlay asked at an address of IPv6, and it listened at `0.0.0.0`."""
    with server.serving(app, "::", 0) as url, socket.create_connection((host, where(url)[1] or 0), timeout=5):
        pass


def test_where_there_is_no_ipv6_every_address_is_ipv4s(monkeypatch: pytest.MonkeyPatch) -> None:
    made = socket.socket

    def without(family: int, *more: int) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(EAFNOSUPPORT, "Address family not supported by protocol")
        return made(family, *more)

    with monkeypatch.context() as patched:
        patched.setattr(server.socket, "socket", without)
        with pytest.raises(OSError, match="family"):
            server._listening("::1", 0)
        bound = server._listening("::", 0)
    with bound, socket.create_connection(("127.0.0.1", bound.getsockname()[1]), timeout=5):
        pass


def test_it_ends_well_although_it_was_just_awake(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer had woken the loop as it was told to end: it closed what it was about to be woken by, and
    the write met a descriptor that was closed, or one that something else had opened since.
    """
    wake = trigger.trigger._physical_pull

    def twice(self: trigger.trigger) -> None:
        wake(self)
        time.sleep(0.05)
        wake(self)

    with server.serving(app, "127.0.0.1", 0) as url:
        assert httpx.get(url, timeout=5).text == "here"
        monkeypatch.setattr(trigger.trigger, "_physical_pull", twice)
