"""Waiting for the head of an answer, bounded as a whole: httpcore bounds every piece of it by itself.

It is done below httpcore, at the connection, for above it nothing is heard before the head is whole.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

Left = Callable[[], float]
"""Seconds that are left; none if not above zero."""

_LEFT: ContextVar[Left | None] = ContextVar("left", default=None)
_AT_ONCE = 0.001
"""Seconds for what has come already; to wait for none at all is an error of another kind."""


@contextmanager
def within(left: Left) -> Iterator[None]:
    """What this thread reads in here waits no longer than that, on connections of a `Hurried` backend."""
    token = _LEFT.set(left)
    try:
        yield
    finally:
        _LEFT.reset(token)


class Hurried:
    """A network backend of httpcore's, whose connections heed `within`."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def connect_tcp(self, *args: Any, **options: Any) -> Any:
        return _Connection(self._backend.connect_tcp(*args, **options))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backend, name)


class _Connection:
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = _LEFT.get()
        if left is not None:
            most = max(left(), _AT_ONCE)
            timeout = most if timeout is None else min(timeout, most)
        read: bytes = self._stream.read(max_bytes, timeout=timeout)
        return read

    def start_tls(self, *args: Any, **options: Any) -> Any:
        return _Connection(self._stream.start_tls(*args, **options))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
