"""A server that repeats what it was sent: in front of the sandbox, it puts the key wherever it can."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True, kw_only=True)
class Said:
    """One answer on its way through."""

    method: str
    path: str
    sent: str
    """What the request's Authorization held, without its scheme."""
    status: int
    phrase: str = "OK"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)

    def with_body(self, document: Any, **changes: Any) -> "Said":
        return replace(self, body=json.dumps(document).encode(), **changes)


Change = Callable[[Said], Said]


@dataclass
class Front:
    url: str
    change: Change
    """What becomes of each answer; may be set anew between turns."""


@contextmanager
def in_front_of(url: str) -> Iterator[Front]:
    """Pass everything on to `url`, and what it answers back through `change`."""
    behind = urlsplit(url)

    class Relay(BaseHTTPRequestHandler):
        def _relay(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            assert behind.hostname is not None
            onward = HTTPConnection(behind.hostname, behind.port)
            onward.request(self.command, self.path, content, dict(self.headers))
            answer = onward.getresponse()
            kept = ("content-type", "date", "x-request-id")
            said = front.change(
                Said(
                    method=self.command,
                    path=self.path,
                    sent=(self.headers.get("Authorization") or "").partition(" ")[2],
                    status=answer.status,
                    headers=tuple((k, v) for k, v in answer.getheaders() if k.lower() in kept),
                    body=answer.read(),
                )
            )
            onward.close()
            self.send_response_only(said.status, said.phrase)
            for name, value in (*said.headers, ("Content-Length", str(len(said.body)))):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said.body)

        do_GET = do_POST = do_DELETE = _relay

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Relay)
    front = Front(url=f"http://127.0.0.1:{server.server_port}", change=lambda said: said)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield front
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
