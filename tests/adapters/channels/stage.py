"""Digests, a receiver on a real socket, and a log that is put back afterwards."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from threading import Event as Flag
from threading import Thread
from typing import Any

from tests.fakes.clock import FakeClock
from watcher.adapters import logs
from watcher.adapters.channels.catalog import build
from watcher.adapters.channels.conformance import NAME, NOW, Case, digest, event
from watcher.adapters.channels.kinds.webhook import WebhookNotifier, WebhookOptions
from watcher.adapters.channels.options import NotifierOptions
from watcher.adapters.clock import SystemClock
from watcher.adapters.http.client import Http, open_http
from watcher.texts.secret import Secret

__all__ = [
    "MARKER",
    "NOW",
    "RENEWS",
    "SIGNING_KEY",
    "Receiver",
    "connected",
    "digest",
    "event",
    "leaves",
    "logged",
    "posting",
    "receiving",
    "webhook",
]

RENEWS = NOW + timedelta(hours=31)
MARKER = "t0ps3cret"
"""A part of the address that must be shown to nobody."""
SIGNING_KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def leaves(document: object) -> Iterator[object]:
    """Every value in a JSON document that is neither an object nor a list."""
    match document:
        case dict():
            for value in document.values():
                yield from leaves(value)
        case list():
            for value in document:
                yield from leaves(value)
        case _:
            yield document


@dataclass
class Receiver:
    """What it answers, and what it got. `hangs` and `drops`: it takes the request and answers nothing.

    `then`: the bodies of later answers, if they are others than `body`.
    """

    port: int
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    then: list[bytes] = field(default_factory=list)
    hangs: bool = False
    drops: bool = False
    requests: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{self.root}/hooks/{MARKER}?token={MARKER}"

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def documents(self) -> list[Any]:
        """What was posted to it, as JSON."""
        return [json.loads(body) for method, _, _, body in self.requests if method == "POST"]


@contextmanager
def receiving() -> Iterator[Receiver]:
    ending = Flag()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.requests.append((self.command, self.path, headers, body))
            if receiver.hangs:
                ending.wait(30)
            if receiver.hangs or receiver.drops:
                self.close_connection = True
                return
            # `send_response` would add a Date of today; a test says so itself if it wants one.
            self.send_response_only(receiver.status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            answer, receiver.body = receiver.body, receiver.then.pop(0) if receiver.then else receiver.body
            self.send_header("Content-Length", "0" if receiver.status == 204 else str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(port=server.server_port)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiver
    finally:
        ending.set()
        server.shutdown()
        thread.join()
        server.server_close()


def posting(options: Callable[[Receiver], NotifierOptions]) -> Callable[[ExitStack], Case]:
    """How a kind that posts JSON is held to the contract of all: its options for a receiver of ours."""

    def case(stack: ExitStack) -> Case:
        receiver, http = stack.enter_context(receiving()), stack.enter_context(connected())
        return Case(
            notifier=build(NAME, options(receiver), http, FakeClock(NOW)),
            counts=True,
            received=lambda: receiver.documents,
            shut=lambda: setattr(receiver, "status", 500),
        )

    return case


@contextmanager
def connected() -> Iterator[Http]:
    with open_http(clock=SystemClock(), timeout=timedelta(seconds=5)) as http:
        yield http


def webhook(
    url: str, http: Http, *, signing_key: str | None = None, timeout: timedelta = timedelta(seconds=5)
) -> WebhookNotifier:
    key = Secret(signing_key) if signing_key else None
    options = WebhookOptions(url=Secret(url), signing_key=key, timeout=timeout)
    return build("ops", options, http, FakeClock(NOW))


@contextmanager
def logged(**settings: Any) -> Iterator[StringIO]:
    """What is logged within, as `logs.configure` writes it; logging is put back as it was."""
    root = logging.getLogger()
    levels = {each: each.level for each in (root, *map(logging.getLogger, logs._TALKATIVE))}
    handlers = root.handlers[:]
    stream = StringIO()
    logs.configure(**({"clock": FakeClock(NOW), "human": False, "stream": stream} | settings))
    try:
        yield stream
    finally:
        root.handlers[:] = handlers
        for each, level in levels.items():
            each.setLevel(level)
