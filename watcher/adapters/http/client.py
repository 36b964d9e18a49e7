"""The only import of httpx: one request, one outcome, never longer or larger than allowed.

httpx and httpcore log whole URLs at INFO and DEBUG; `watcher.adapters.logs` sets both to WARNING.
"""

import ssl
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Any, Self

import httpx

from watcher import __version__
from watcher.adapters.http.hurry import Hurried, within
from watcher.adapters.http.values import Answer, Trouble, Unanswered
from watcher.domain.secret import Secret
from watcher.domain.striking import LONG, Strikeout
from watcher.ports.clock import Clock

MOST_BYTES = 8 * 1024 * 1024

_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)


class Http:
    """A pool of connections, shared by threads. Made by `open_http`."""

    def __init__(
        self,
        client: httpx.Client,
        *,
        clock: Clock,
        timeout: timedelta,
        most_bytes: int,
        secrets: Iterable[Secret] = (),
    ) -> None:
        self._client = client
        self._clock = clock
        self._timeout = timeout
        self._most_bytes = most_bytes
        self._hidden = Strikeout(secrets, shortest=LONG)
        self._of: Callable[[Secret], Strikeout] = cache(lambda secret: Strikeout((secret,)))

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        bearer: Secret | None = None,
        timeout: timedelta | None = None,
        latest: datetime | None = None,
    ) -> Answer | Unanswered:
        """Send once, follow nothing, retry nothing, raise nothing of the network's.

        What comes back is text of others, which may repeat what it was sent: `bearer` is struck out of all of
        it, all `secrets` out of headers and of the reasons for no answer.

        `latest`: from then on, by the wall clock, not a byte of the request is sent either. The clock that
        never jumps stands still while a machine sleeps or is moved.

        `timeout` bounds the whole: after it not a byte of the request is sent (`NO_CONNECTION`), and no
        answer is read on. A single read of its body under way may outlast it, by `timeout` at most.
        """
        seconds = (timeout or self._timeout).total_seconds()
        deadline = _Deadline(self._clock, seconds, latest)
        try:
            request = self._client.build_request(
                method,
                url,
                headers=headers,
                content=content,
                timeout=seconds,
                extensions={"trace": deadline.trace},
            )
            if bearer is not None:
                # Here and in no variable of ours: httpx hides this header when it is printed.
                request.headers["Authorization"] = f"Bearer {bearer.reveal()}"
            with within(deadline.left):
                response = self._client.send(request, stream=True)
        except (httpx.HTTPError, httpx.InvalidURL, _NothingSent) as error:
            # A value, not an exception: httpx's would carry the request, and its headers, along.
            return self._struck(_unanswered(error), bearer)
        try:
            return self._struck(self._whole(response, deadline), bearer)
        finally:
            response.close()

    def _struck(self, outcome: Answer | Unanswered, bearer: Secret | None) -> Answer | Unanswered:
        def line(text: str) -> str:
            return self._hidden.text(text if bearer is None else self._of(bearer).text(text))

        if isinstance(outcome, Unanswered):
            return replace(outcome, detail=line(outcome.detail))
        body = outcome.body if bearer is None else self._of(bearer).body(outcome.body)
        return Answer(
            status=outcome.status,
            headers={name: line(value) for name, value in outcome.headers.items()},
            body=body,
            repeats_secret=body is not outcome.body,
        )

    def _whole(self, response: httpx.Response, deadline: "_Deadline") -> Answer | Unanswered:
        oversized = Unanswered(
            trouble=Trouble.OVERSIZED, detail=f"the answer is larger than {self._most_bytes} bytes"
        )
        declared = response.headers.get("content-length", "")
        if declared.isdecimal() and int(declared[:20]) > self._most_bytes:
            return oversized
        body = bytearray()
        try:
            # Raw: nothing compressed was asked for, so what is counted is what is kept.
            for piece in response.iter_raw():
                body += piece
                if len(body) > self._most_bytes:
                    return oversized
                if deadline.passed():
                    return Unanswered(trouble=Trouble.TOO_SLOW, detail="the answer did not end in time")
        except httpx.TimeoutException:
            return Unanswered(trouble=Trouble.TOO_SLOW, detail="the answer stopped coming")
        except httpx.TransportError:
            return Unanswered(trouble=Trouble.TRUNCATED, detail="the connection ended within the answer")
        # httpx lists header names in lower case, and joins repeated ones.
        return Answer(status=response.status_code, headers=dict(response.headers), body=bytes(body))

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_http(
    *,
    clock: Clock,
    timeout: timedelta,
    connections: int = 16,
    most_bytes: int = MOST_BYTES,
    secrets: Iterable[Secret] = (),
) -> Http:
    """A client for `connections` threads, without a connection yet. No word of `secrets` comes out of it."""
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    client = httpx.Client(
        verify=_tls(),
        # On purpose: servers often reach the world only through HTTPS_PROXY (which sees a TLS tunnel, no
        # key), and private certificates come by SSL_CERT_FILE. httpx takes no password from a .netrc here.
        trust_env=True,
        # Plain http goes to this machine only, so never through a proxy: it would read the key.
        mounts={"http://": httpx.HTTPTransport(verify=_tls(), limits=limits)},
        follow_redirects=False,
        timeout=httpx.Timeout(timeout.total_seconds()),
        limits=limits,
        # Every request stands alone: what a load balancer remembers about us must not choose who answers.
        cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
        headers={
            "User-Agent": f"lease-watcher/{__version__}",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
        },
    )
    _hurry(client)
    return Http(client, clock=clock, timeout=timeout, most_bytes=most_bytes, secrets=secrets)


def _hurry(client: httpx.Client) -> None:
    """httpx hands httpcore's backends to nobody, so they are taken; a test shows that it still works.

    A release of theirs that keeps them elsewhere costs this bound, and nothing more.
    """
    transports: list[Any] = [client._transport, *client._mounts.values()]
    for transport in transports:
        with suppress(AttributeError):  # also where NO_PROXY says so: there is none
            transport._pool._network_backend = Hurried(transport._pool._network_backend)


@cache
def _tls() -> ssl.SSLContext:
    """One for the process: it takes longer to build than a request takes."""
    return httpx.create_ssl_context()


class _NothingSent(Exception):
    """The deadline passed before the first byte of the request."""


class _Deadline:
    """Bounds the sum of what httpx's timeouts bound one by one: the pool, TCP, TLS, each read."""

    def __init__(self, clock: Clock, seconds: float, latest: datetime | None) -> None:
        self._clock = clock
        self._at = clock.monotonic() + seconds
        self._latest = latest

    def left(self) -> float:
        return self._at - self._clock.monotonic()

    def passed(self) -> bool:
        return self.left() <= 0

    def _too_late(self) -> bool:
        return self._latest is not None and self._clock.now() >= self._latest

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Called by httpcore before and after each step; raising before the sending prevents it."""
        if (
            event == "http11.send_request_headers.started"
            and (self.passed() or self._too_late())
            and info["request"].method != b"CONNECT"
        ):
            raise _NothingSent


def _unanswered(error: Exception) -> Unanswered:
    match error:
        case _NothingSent():
            return Unanswered(trouble=Trouble.NO_CONNECTION, detail="the connection came too late")
        case httpx.ConnectError():
            # The system's own words: refused, unknown host, an untrusted certificate.
            return Unanswered(trouble=Trouble.NO_CONNECTION, detail=str(error) or "no connection")
        case _ if isinstance(error, _NEVER_SENT):
            return Unanswered(trouble=Trouble.NO_CONNECTION, detail=_in_words(error))
        case _:
            # Whatever is not certain to be unsent may have been carried out.
            return Unanswered(trouble=Trouble.NO_ANSWER, detail=_in_words(error))


def _in_words(error: Exception) -> str:
    """The name of an error only: its text may quote a header."""
    match error:
        case httpx.ConnectTimeout() | httpx.PoolTimeout():
            return "no connection in time"
        case httpx.TimeoutException():
            return "no answer in time"
        case httpx.ReadError() | httpx.WriteError() | httpx.RemoteProtocolError():
            return "the connection broke before the answer"
        case httpx.ProxyError():
            return "the proxy refused"
        case _:
            return type(error).__name__
