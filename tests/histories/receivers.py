"""Whoever is told over HTTP: a receiver for every address, which can be away or refuse."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_ANSWER = b'{"id": "ok"}'
"""What ntfy says, and nobody else reads."""


@dataclass(kw_only=True)
class Receivers:
    """`answers`: the status for a path, 200 unless said otherwise. `got`: path, status, JSON of each post."""

    url: str
    answers: dict[str, int] = field(default_factory=dict)
    got: list[tuple[str, int, Any]] = field(default_factory=list)


@contextmanager
def receiving() -> Iterator[Receivers]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """What Alertmanager is asked for: the alerts that stand. None do."""
            self._answer(200, b"[]")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status = held.answers.get(self.path, 200)
            held.got.append((self.path, status, json.loads(body)))
            self._answer(status, _ANSWER)

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    held = Receivers(url=f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield held
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
