"""Serves the page over plain HTTP; whoever offers it to the world puts TLS before it."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any, Final

from watcher.adapters.keep.page import MOST_BYTES
from watcher.adapters.logs import logger

_THREADS: Final = 4
_HEADER_BYTES: Final = 16 * 1024


@contextmanager
def serving(app: Callable[..., Any], host: str, port: int) -> Iterator[str]:
    """Serve until the block ends; yields the address in use (port 0 takes a free one).

    Nothing of it runs afterwards. Raises OSError where the address cannot be had.
    """
    from cheroot import wsgi

    class Server(wsgi.Server):
        # How long stopping may take to notice.
        expiration_interval = 0.05
        max_request_header_size = _HEADER_BYTES
        # The page itself refuses what is larger, in words; this is for whoever sends very much.
        max_request_body_size = 8 * MOST_BYTES

        def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
            """What cheroot would print, without the path: that holds the link."""
            if level >= logging.ERROR or traceback:
                logger("watcher.keep").error("keep.failed", why=msg.splitlines()[0] if msg else "")

    server = Server(
        (host, port), app, numthreads=_THREADS, server_name="lease-watcher", timeout=10, shutdown_timeout=1
    )
    try:
        server.prepare()
        thread = Thread(target=server.serve, name="keep", daemon=True)
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
