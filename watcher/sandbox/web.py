"""The HTTP server: cheroot, made to keep the API's manners even where it answers by itself."""

import io
import json
import logging
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from cheroot import server as cheroot
from cheroot import wsgi

# Where the WSGI environment holds cheroot's own request, for what WSGI has no word for.
REQUEST: Final = "watcher.sandbox.request"
HOST: Final = "127.0.0.1"
_THREADS: Final = 4
"""At first: most sandboxes are asked by two or three, and each thread costs a start."""
_MOST_THREADS: Final = 32

_log = logging.getLogger(__name__)


class _Request(cheroot.HTTPRequest):
    """A request whose refusals by the server itself carry the envelope, too."""

    # Set for an answer that is to go out without a Date.
    undated = False

    def simple_response(self, status: str, msg: str = "") -> None:
        """What cheroot says about a request it cannot parse."""
        code = "BAD_REQUEST" if str(status).startswith("4") else "INTERNAL"
        error = {"code": code, "message": msg or str(status), "requestId": "req_unparsed"}
        body = json.dumps({"error": error}).encode()
        head = [
            f"{self.server.protocol} {status}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            f"Date: {self.server.http_date()}",
            "X-Request-Id: req_unparsed",
            "Connection: close",
        ]
        self.close_connection = True
        with suppress(OSError):
            self.conn.wfile.write("\r\n".join([*head, "", ""]).encode("latin-1") + body)

    def send_headers(self) -> None:
        """Send the head; without the Date cheroot always adds, if the answer is to have none."""
        if not self.undated:
            super().send_headers()
            return
        wire, self.conn.wfile = self.conn.wfile, io.BytesIO()
        try:
            super().send_headers()
            head: bytes = self.conn.wfile.getvalue()
        finally:
            self.conn.wfile = wire
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"date:")]
        wire.write(b"\r\n".join(lines))


class _Connection(cheroot.HTTPConnection):
    RequestHandlerClass = _Request


class _Gateway(wsgi.Gateway_10):
    """Counts what arrives, and lets the application reach the connection under it."""

    # Not cheroot's (1, 0): the map from WSGI version to gateway is built from the subclasses.
    version = ("sandbox", 0)

    def get_environ(self) -> dict[str, Any]:  # type: ignore[override] # cheroot's own stub says None
        environ: dict[str, Any] = super().get_environ()  # type: ignore[no-untyped-call]
        environ[REQUEST] = self.req
        self.req.server.arrived(environ["REQUEST_METHOD"], environ["PATH_INFO"])
        return environ


class WebServer(wsgi.Server):
    """A loopback server that starts and stops within milliseconds."""

    ConnectionClass = _Connection
    # How long stopping may take to notice: cheroot's selector looks up this often.
    expiration_interval = 0.02
    keep_alive_conn_limit = 256
    max_request_header_size = 64 * 1024
    max_request_body_size = 1024 * 1024

    def __init__(
        self,
        app: Callable[..., Any],
        *,
        port: int,
        http_date: Callable[[], str],
        arrived: Callable[[str, str], None],
    ) -> None:
        super().__init__(
            (HOST, port),
            app,
            numthreads=_THREADS,
            max=_MOST_THREADS,
            server_name="layers-sandbox",
            request_queue_size=128,
            timeout=30,
            shutdown_timeout=1,
        )
        self.gateway = _Gateway
        self.http_date = http_date
        self.arrived = arrived

    def process_conn(self, conn: cheroot.HTTPConnection) -> None:
        """Give it to a thread. One is always left over: others may hang, as they are told to."""
        if self.requests.idle - self.requests.qsize < 2:
            self.requests.grow(1)
        super().process_conn(conn)

    def stop(self) -> None:
        """Wakes the loop first: by itself it looks up every 20 ms, and who stops it looks every 10 ms.
        Cheroot has no other way to tell it, and that was a tenth of what most tests took.
        """
        if self.ready:
            self._connections._stop_requested = True  # type: ignore[attr-defined]
            with suppress(OSError):
                socket.create_connection((HOST, self.port)).close()
        super().stop()

    @property
    def port(self) -> int:
        """The port in use, once prepared."""
        port: int = self.socket.getsockname()[1]
        return port

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
        """What cheroot would print, as an ordinary log line."""
        _log.log(level, "%s", msg, exc_info=traceback)

    def forget(self) -> None:
        """Leave the process-wide statistics cheroot enters every server into, and never takes out."""
        getattr(logging, "statistics", {}).pop(f"Cheroot HTTPServer {id(self)}", None)


def drop(environ: dict[str, Any]) -> None:
    """Cut the connection under a request, so that its sender gets the end of the stream and no answer."""
    request = environ[REQUEST]
    request.close_connection = True
    # cheroot then believes that it answered.
    request.sent_headers = True
    with suppress(OSError):
        request.conn.socket.shutdown(socket.SHUT_RDWR)
