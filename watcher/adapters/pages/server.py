"""Serves applications over plain HTTP, one by one or several that change together.

Whoever offers them to the world puts TLS before them.
"""

import logging
import resource
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from errno import EAFNOSUPPORT
from http import HTTPStatus
from threading import Event, Thread
from typing import Any, Final

from watcher.adapters.clock import SystemClock
from watcher.adapters.logs import logger

App = Callable[..., Any]
"""A WSGI application."""
Address = tuple[str, int]
"""Host and port."""
_EVERYWHERE: Final = "::"
"""Every address of this machine, IPv4's too."""

WITHIN: Final = 60.0
"""Seconds a connection may last beside the answers being made for it: who sends a byte now and then, each in
time, would stay for ever.
"""
CROWDED_WITHIN: Final = 1.0
"""The same while there are nearly as many connections as there may be. Who really asks needs milliseconds."""

_THREADS: Final = 2
"""They make answers. Connections are held by one loop: who says nothing holds no thread."""
_MOST_CONNECTIONS: Final = 4_000
_OTHER_FILES: Final = 128
"""Descriptors that the process needs beside those of visitors: the ledger, the API, notifiers, logs."""
_HEADER_BYTES: Final = 16 * 1024
_BODY_BYTES: Final = 64 * 1024
"""An application refuses what is too large for it, in words; this is for whoever sends very much."""
_ENDS_WITHIN: Final = 1.0
"""Seconds that an answer under way is waited for when the server stops."""


@contextmanager
def serving(app: App, host: str, port: int, *, name: str = "web") -> Iterator[str]:
    """Serve until the block ends; yields the address in use (port 0 takes a free one).

    Nothing of it runs afterwards. Raises OSError where the address cannot be had.
    """
    from waitress import wasyncore
    from waitress.channel import HTTPChannel
    from waitress.server import create_server

    clock = SystemClock()

    class Connection(HTTPChannel):  # type: ignore[misc] # waitress ships no types
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self.began = clock.monotonic()
            super().__init__(*args, **kwargs)

    def end_what_lasts(_now: float) -> None:
        """In waitress's place, which goes by the wall clock and by the last byte."""
        crowded = len(server.active_channels) > most * 3 // 4
        oldest = clock.monotonic() - (CROWDED_WITHIN if crowded else WITHIN)
        for connection in tuple(server.active_channels.values()):
            if not connection.requests and connection.began < oldest:
                connection.will_close = True

    # "Task queue depth is 1": one who asks waits for another.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    most = _most_connections()
    listening = _listening(host, port)
    with listening:
        server = create_server(
            _without_its_path(app, name),
            sockets=[listening],
            threads=_THREADS,
            asyncore_use_poll=True,  # `select` knows no more than 1,024 descriptors
            connection_limit=most,
            cleanup_interval=0,
            asyncore_loop_timeout=2,  # seconds between two looks while nobody asks: each wakes the machine
            log_socket_errors=False,
            max_request_header_size=_HEADER_BYTES,
            max_request_body_size=_BODY_BYTES,
            ident="lease-watcher",
        )
        server.channel_class, server.maintenance = Connection, end_what_lasts
        thread = Thread(target=server.run, name=name, daemon=True)
        thread.start()
        try:
            yield f"http://{_in_a_url(server.effective_host)}:{server.effective_port}"
        finally:
            server.task_dispatcher.shutdown(cancel_pending=False, timeout=_ENDS_WITHIN)
            # In the loop's own thread: with its last descriptor it ends. Not before it was woken for it: one
            # that is awake already would close what it is about to be woken by.
            woken = Event()
            server.trigger.pull_trigger(lambda: woken.wait() and wasyncore.close_all(server._map))
            woken.set()
            thread.join()


def _most_connections() -> int:
    """As many as leave the rest of the process its descriptors; at least a few."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed == resource.RLIM_INFINITY:
        return _MOST_CONNECTIONS
    return max(min(_MOST_CONNECTIONS, allowed - _OTHER_FILES), 32)


def _listening(host: str, port: int) -> socket.socket:
    """A socket bound to the first address of the host; waitress lets it listen. Raises OSError."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    try:
        bound = socket.socket(family, kind, protocol)
    except OSError as error:
        if host != _EVERYWHERE or error.errno != EAFNOSUPPORT:
            raise
        # Of a machine that has no IPv6 these are all.
        return _listening("0.0.0.0", port)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family is socket.AF_INET6:
            # Whatever the machine's default.
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        bound.bind(address)
        bound.listen()
    except OSError:
        bound.close()
        raise
    return bound


def _in_a_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _without_its_path(app: App, name: str) -> App:
    """The application; of what it fails of, waitress would log the path, and that may hold a link."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        try:
            return list(app(environ, start_response))
        except Exception as error:
            logger(f"watcher.{name}").error(f"{name}.failed", why=type(error).__name__, exc_info=True)
            failed = HTTPStatus.INTERNAL_SERVER_ERROR
            start_response(f"{failed.value} {failed.phrase}", [("Content-Type", "text/plain")])
            return [b"this did not work\n"]

    return answer


@dataclass(frozen=True, kw_only=True, slots=True)
class ServedPage:
    """An application and where it is to be served."""

    address: Address
    app: App


class NotServed(Exception):
    """An address cannot be had. Its text says which option, which address and why, and what to do."""

    def __init__(self, name: str, address: Address, error: OSError) -> None:
        host, port = address
        super().__init__(
            f"{name}.listen: {host}:{port} cannot be had: {(error.strerror or str(error)).lower()}; "
            "end what listens there, or name another address"
        )


class _Served:
    """One server. What it serves may be replaced while it runs. Raises `NotServed`."""

    def __init__(self, name: str, page: ServedPage) -> None:
        self.page = page
        self._stack = ExitStack()
        try:
            self.url = self._stack.enter_context(serving(self._answer, *page.address, name=name))
        except OSError as error:
            raise NotServed(name, page.address, error) from error

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        answer: Iterable[bytes] = self.page.app(environ, start_response)
        return answer

    def close(self) -> None:
        self._stack.close()


class Pages:
    """Used by one thread, each named by the table of its options. `close` ends every server."""

    def __init__(self) -> None:
        self._open: dict[str, _Served] = {}

    @property
    def urls(self) -> Mapping[str, str]:
        """Where each page is served, by its name."""
        return {name: served.url for name, served in self._open.items()}

    def change(self, wanted: Mapping[str, ServedPage]) -> None:
        """Serve exactly these from now on. A server whose address stays goes on without a pause.

        Raises `NotServed` where an address cannot be had; then everything is as it was.
        """
        fresh: dict[str, _Served] = {}
        with ExitStack() as undo:
            for name, page in wanted.items():
                old = self._open.get(name)
                if old is None or old.page.address != page.address:
                    fresh[name] = _Served(name, page)
                    undo.callback(fresh[name].close)
            undo.pop_all()
        for name, served in self._open.items():
            if name in wanted and name not in fresh:
                served.page = wanted[name]
                fresh[name] = served
            else:
                served.close()
        self._open = fresh

    def close(self) -> None:
        self.change({})
