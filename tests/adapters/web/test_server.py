"""The server beneath the pages: nobody keeps it from answering the others."""

import socket
import time
from contextlib import ExitStack
from urllib.parse import urlsplit

import httpx
import pytest

from watcher.adapters.web import server
from watcher.adapters.web.connection import BoundedConnection


def app(_environ: object, start_response: object) -> list[bytes]:
    assert callable(start_response)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"here"]


def test_many_who_send_a_byte_now_and_then_hold_it_up_for_a_while_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As many as it has threads made `/healthz` time out for as long as they liked: a pod that was well
    would have been restarted.
    """
    monkeypatch.setattr(BoundedConnection, "within", 0.5)
    monkeypatch.setattr(server, "_THREADS", 4)
    with server.serving(app, "127.0.0.1", 0) as url, ExitStack() as slow:
        where = (urlsplit(url).hostname, urlsplit(url).port)
        dripping = [slow.enter_context(socket.create_connection(where)) for _ in range(8)]
        for one in dripping:
            one.sendall(b"GET / HTTP/1.1\r\nHost: here\r\nX-Slow: ")
        answers = []
        for _ in range(100):
            dripping = [one for one in dripping if _drips(one)]
            if not dripping:
                answers.append(httpx.get(url, timeout=10).text)
                break
            time.sleep(0.1)

    assert answers == ["here"]


def _drips(one: socket.socket) -> bool:
    """Sends one more byte; False once the server has cut it off."""
    try:
        one.sendall(b"x")
    except OSError:
        return False
    return True
