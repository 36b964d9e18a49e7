"""httpx over connections of ours: where a name may lead, and how long one request may take as a whole.

httpx lets nobody see a name's addresses, and httpcore bounds every piece of an exchange by itself, each time
anew. Both offer a public way underneath: httpx a `BaseTransport`, httpcore a `NetworkBackend`. Its home.
"""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Final

import httpcore

from watcher.adapters.http.connect import Address, NotReached, Objection, OutOfBounds, connect
from watcher.adapters.http.library import httpx
from watcher.adapters.http.proxies import Proxy
from watcher.adapters.http.trust import distrust
from watcher.ports.clock import Clock

PROGRESS: Final = "progress"
"""Under which extension a request carries its `Progress`."""

_AT_ONCE: Final = 0.001
"""Seconds for what has come already; to wait for none at all is an error of another kind."""
_EVER: Final = 3_600.0


class NothingSent(httpx.TransportError):
    """Certainly not a byte of the request left."""


class NoAnswer(httpx.TransportError):
    """Sent, at least in part: it may have been carried out."""


class NoTls(NotReached):
    """A server that cannot be spoken to in private, or that nobody trusted vouches for."""


class Progress:
    """How far one request came, and how long it may still take as a whole: pool, TCP, TLS, head and body.

    `latest`: from then on, by the wall clock, not a byte of it is sent either.
    """

    def __init__(self, clock: Clock, seconds: float, latest: datetime | None) -> None:
        self.sent = False
        self.tunnelled = False
        """Whether a proxy has let it through; so a silence before is the proxy's."""
        self._clock = clock
        self._until = clock.monotonic() + seconds
        self._latest = latest

    def left(self) -> float:
        """Seconds; none if not above zero."""
        return self._until - self._clock.monotonic()

    def passed(self) -> bool:
        return self.left() <= 0

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Called by httpcore before and after each step; raising before the sending prevents it."""
        match event:
            case "http11.send_request_headers.started" if info["request"].method != b"CONNECT":
                if self.passed() or (self._latest is not None and self._clock.now() >= self._latest):
                    raise NothingSent("the connection came too late")
                self.sent = True
            case "proxy.start_tls.started":
                self.tunnelled = True


class Transport(httpx.BaseTransport):
    """One pool of connections, shared by threads. Every request carries its `Progress`.

    Raises `NotReached`, `NothingSent`, `NoAnswer`. None of their words is out of a header or a body.
    """

    def __init__(self, pool: httpcore.ConnectionPool, proxy: Proxy | None = None) -> None:
        self._pool = pool
        self._proxy = proxy

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        progress: Progress = request.extensions[PROGRESS]
        url = request.url
        inner = httpcore.Request(
            request.method,
            httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions={**request.extensions, "trace": progress.trace},
        )
        try:
            with _within(progress):
                answer = self._pool.handle_request(inner)
        except NotReached as error:
            if self._proxy is None or isinstance(error, OutOfBounds):
                raise
            place = f"the proxy {self._proxy.url}"
            if progress.tunnelled:
                # Many a company's proxy shows certificates of its own.
                raise NothingSent(f"{error} (through {place})") from None
            what = ":" if isinstance(error, NoTls) else " did not answer:"
            raise NothingSent(f"{place}{what} {error}") from None
        except _ERRORS as error:
            raise self._told(error, progress) from None
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer), extensions=answer.extensions
        )

    def close(self) -> None:
        self._pool.close()

    def _told(self, error: Exception, progress: Progress) -> NothingSent | NoAnswer:
        if progress.sent:
            late = isinstance(error, httpcore.TimeoutException)
            return NoAnswer("no answer in time" if late else "the connection broke before the answer")
        if isinstance(error, httpcore.PoolTimeout):
            return NothingSent("no connection in time")
        if self._proxy is not None and not progress.tunnelled:
            return NothingSent(f"the proxy {self._proxy.url} {_fault(error)}")
        match error:
            case httpcore.TimeoutException():
                return NothingSent("no connection in time")
            case httpcore.NetworkError():
                return NothingSent("no connection")
            case _:
                # The name of an error only: its text may quote a header.
                return NothingSent(type(error).__name__)


def _fault(error: Exception) -> str:
    """What a proxy did that lets nothing through."""
    match error:
        case httpcore.ProxyError():
            # Begins with the status; the rest is text of others.
            code = str(error)[:3]
            wants = ": it wants a user name and a password" if code == "407" else ""
            return f"refused with {code}{wants}" if code.isdecimal() else "refused"
        case httpcore.TimeoutException():
            return "did not answer in time"
        case _:
            return "did not answer: the connection broke"


def pool(
    tls: ssl.SSLContext, *, connections: int, proxy: Proxy | None, clock: Clock, objection: Objection
) -> httpcore.ConnectionPool:
    """Connections for so many threads, to addresses that `objection` has nothing against."""
    backend = _Network(clock, objection)
    if proxy is None:
        return httpcore.ConnectionPool(
            ssl_context=tls,
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=_IDLE,
            network_backend=backend,
        )
    auth = None
    if proxy.credentials is not None:
        user, password = proxy.credentials
        auth = (user.encode(), password.reveal().encode())
    return httpcore.HTTPProxy(
        proxy.url,
        proxy_auth=auth,
        ssl_context=tls,
        # For a proxy that is itself spoken to over TLS.
        proxy_ssl_context=tls if proxy.url.startswith("https:") else None,
        max_connections=connections,
        max_keepalive_connections=connections,
        keepalive_expiry=_IDLE,
        network_backend=backend,
    )


_IDLE: Final = 5.0
"""Seconds that a connection waits for the next request, as httpx has it: those in between drop idle ones."""

_ERRORS: Final = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
)
_BOUND: ContextVar[Progress | None] = ContextVar("bound", default=None)


@contextmanager
def _within(progress: Progress) -> Iterator[None]:
    """What this thread does in here waits no longer than is left, on connections of `_Network`."""
    token = _BOUND.set(progress)
    try:
        yield
    finally:
        _BOUND.reset(token)


def _bounded(timeout: float | None) -> float | None:
    progress = _BOUND.get()
    if progress is None:
        return timeout
    most = max(progress.left(), _AT_ONCE)
    return most if timeout is None else min(timeout, most)


class _Network(httpcore.NetworkBackend):
    """Connects to one of a name's addresses; the one that answered last is tried first."""

    def __init__(self, clock: Clock, objection: Objection) -> None:
        self._clock = clock
        self._objection = objection
        self._sockets = httpcore.SyncBackend()
        self._answered: dict[tuple[str, int], str] = {}

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *_: object, **__: object
    ) -> httpcore.NetworkStream:
        """Raises `NotReached`, before anything was sent."""
        seconds = _bounded(timeout)
        stream, address = connect(
            host,
            port,
            _EVER if seconds is None else seconds,
            clock=self._clock,
            objection=self._objection,
            first=self._answered.get((host, port)),
            to=self._connected,
        )
        self._answered[host, port] = address
        return _Stream(stream)

    def _connected(self, address: Address, seconds: float) -> httpcore.NetworkStream:
        """To this very address: nothing is left to be resolved. Raises OSError, as the system said it."""
        try:
            return self._sockets.connect_tcp(address.text, address.place[1], seconds)
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            raise error.__cause__ if isinstance(error.__cause__, OSError) else OSError() from None


class _Stream(httpcore.NetworkStream):
    """A connection of httpcore's, whose waits heed `_within`."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _bounded(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _bounded(timeout))

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Raises `NoTls` too, in words: httpcore's pool forgets what was the cause."""
        try:
            return _Stream(self._stream.start_tls(ssl_context, server_hostname, _bounded(timeout)))
        except httpcore.ConnectError as error:
            if isinstance(error.__cause__, ssl.SSLError):
                raise NoTls(distrust(error.__cause__)) from None
            raise


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._answer.iter_stream()
        except httpcore.TimeoutException:
            raise httpx.ReadTimeout("the answer stopped coming") from None
        except _ERRORS:
            raise NoAnswer("the connection ended within the answer") from None

    def close(self) -> None:
        self._answer.close()
