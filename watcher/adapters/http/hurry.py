"""Reaching one of a name's addresses, and waiting for the head of an answer, bounded as a whole.

httpcore bounds every piece of both by itself, each time anew. It is done below httpcore, at the connection,
for above it nothing is heard before the head is whole, and a name's addresses are never seen.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from socket import IPPROTO_TCP, TCP_NODELAY, socket
from typing import Any

from watcher.adapters.http.reach import Objection, anywhere, reach
from watcher.ports.clock import Clock

Left = Callable[[], float]
"""Seconds that are left; none if not above zero."""

_LEFT: ContextVar[Left | None] = ContextVar("left", default=None)
_AT_ONCE = 0.001
"""Seconds for what has come already; to wait for none at all is an error of another kind."""
_EVER = 3_600.0


@contextmanager
def within(left: Left) -> Iterator[None]:
    """What this thread does in here waits no longer than that, on connections of a `Hurried` backend."""
    token = _LEFT.set(left)
    try:
        yield
    finally:
        _LEFT.reset(token)


def _bounded(timeout: float | None) -> float | None:
    left = _LEFT.get()
    if left is None:
        return timeout
    most = max(left(), _AT_ONCE)
    return most if timeout is None else min(timeout, most)


class Hurried:
    """A network backend of httpcore's, shared by threads, whose connections heed `within`.

    `stream` makes httpcore's of a socket, `objection` says which addresses a name must not lead to. The
    address that answered last is tried first.
    """

    def __init__(
        self, backend: Any, *, stream: Callable[[socket], Any], clock: Clock, objection: Objection = anywhere
    ) -> None:
        self._backend = backend
        self._stream = stream
        self._clock = clock
        self._objection = objection
        self._answered: dict[tuple[str, int], str] = {}

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, **_: Any) -> Any:
        """Raises `NotReached`, before anything was sent."""
        seconds = _bounded(timeout)
        sock, address = reach(
            host,
            port,
            _EVER if seconds is None else seconds,
            clock=self._clock,
            objection=self._objection,
            first=self._answered.get((host, port)),
        )
        self._answered[host, port] = address
        sock.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        return _Connection(self._stream(sock))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backend, name)


class _Connection:
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        read: bytes = self._stream.read(max_bytes, timeout=_bounded(timeout))
        return read

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> Any:
        return _Connection(self._stream.start_tls(ssl_context, server_hostname, _bounded(timeout)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
