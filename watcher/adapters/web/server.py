"""Serves an application over plain HTTP; whoever offers it to the world puts TLS before it."""

import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any, Final

from watcher.adapters.logs import logger

App = Callable[..., Any]
"""A WSGI application."""

_THREADS: Final = 32
"""Who opens a connection and says nothing holds one until it times out."""
_HEADER_BYTES: Final = 16 * 1024
_BODY_BYTES: Final = 64 * 1024


@contextmanager
def serving(app: App, host: str, port: int, *, name: str = "web") -> Iterator[str]:
    """Serve until the block ends; yields the address in use (port 0 takes a free one).

    Nothing of it runs afterwards. Raises OSError where the address cannot be had.
    """
    from cheroot import wsgi

    from watcher.adapters.web.connection import BoundedConnection

    class Server(wsgi.Server):
        ConnectionClass = BoundedConnection
        # How long stopping may take to notice.
        expiration_interval = 0.05
        max_request_header_size = _HEADER_BYTES
        # An application refuses what is too large for it, in words; this is for whoever sends very much.
        max_request_body_size = _BODY_BYTES

        def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
            """What cheroot would print, without the path: that may hold a link."""
            if level >= logging.ERROR or traceback:
                logger(f"watcher.{name}").error(f"{name}.failed", why=msg.splitlines()[0] if msg else "")

    _require_free(host, port)
    server = Server(
        (host, port), app, numthreads=_THREADS, server_name="lease-watcher", timeout=10, shutdown_timeout=1
    )
    try:
        server.prepare()
        thread = Thread(target=server.serve, name=name, daemon=True)
        thread.start()
        try:
            bound_host, bound_port = server.socket.getsockname()[:2]
            yield f"http://{f'[{bound_host}]' if ':' in bound_host else bound_host}:{bound_port}"
        finally:
            server.stop()
            thread.join()
    finally:
        # cheroot enters every server into process-wide statistics, and never takes it out.
        getattr(logging, "statistics", {}).pop(f"Cheroot HTTPServer {id(server)}", None)


def _require_free(host: str, port: int) -> None:
    """Raise OSError where the address cannot be had: cheroot would leave its socket open then."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
        probe.listen()
