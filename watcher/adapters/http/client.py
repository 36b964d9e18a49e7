"""One request, one outcome, never longer or larger than allowed.

httpx and httpcore log whole URLs at INFO and DEBUG; `watcher.adapters.logs` sets both to WARNING.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from watcher.adapters.http.hurry import within
from watcher.adapters.http.pools import Way, clients_for, outfit_of, usable_outfit
from watcher.adapters.http.private import forbidden, is_private
from watcher.adapters.http.proxies import Proxies, Proxy
from watcher.adapters.http.reach import Inside, NotReached, OutOfBounds
from watcher.adapters.http.values import Answer, Trouble, Unanswered
from watcher.ports.clock import Clock
from watcher.texts.secret import Secret
from watcher.texts.striking import LONG, Strikeout

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
    """Pools of connections, shared by threads. Made by `open_http`.

    There is one for each way to go, so that none of what one way allows serves another.
    """

    def __init__(
        self,
        clients: Mapping[Way, httpx.Client],
        *,
        proxies: Proxies,
        clock: Clock,
        timeout: timedelta,
        most_bytes: int,
        secrets: Iterable[Secret] = (),
    ) -> None:
        self._clients = clients
        self._proxies = proxies
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
        outside_only: bool = False,
    ) -> Answer | Unanswered:
        """Send once, follow nothing, retry nothing, raise nothing of the network's.

        What comes back is text of others, which may repeat what it was sent: `bearer` is struck out of all of
        it, all `secrets` out of headers and of the reasons for no answer.

        `outside_only`: to the open internet or to this machine, never into the network in between; through a
        proxy that is the proxy's to see to, and judged by what the name means here.

        `latest`: from then on, by the wall clock, not a byte of the request is sent either. The clock that
        never jumps stands still while a machine sleeps or is moved.

        `timeout` bounds the whole: after it not a byte of the request is sent (`NO_CONNECTION`), and no
        answer is read on. A single read of its body under way may outlast it, by `timeout` at most.
        """
        seconds = (timeout or self._timeout).total_seconds()
        deadline = _Deadline(self._clock, seconds, latest)
        proxy = self._proxies.for_url(url)
        client = self._clients[Way.PROXY if proxy else Way.OUTSIDE if outside_only else Way.ANYWHERE]
        if proxy is not None and (why := _objection_from_here(url, outside_only=outside_only)):
            return self._struck(_unanswered(why, proxy), bearer)
        try:
            request = client.build_request(
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
                response = client.send(request, stream=True)
        except (httpx.HTTPError, httpx.InvalidURL, NotReached, _NothingSent) as error:
            # A value, not an exception: httpx's would carry the request, and its headers, along.
            return self._struck(_unanswered(error, proxy), bearer)
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
        for client in self._clients.values():
            client.close()

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
    environ: Mapping[str, str] | None = None,
    last_word: bool = False,
) -> Http:
    """A client for `connections` threads, without a connection yet. No word of `secrets` comes out of it.

    Proxies and trust are those of `environ`, the process's own if not given. Raises `Unusable`, which names
    the variable, where they cannot be used; not for a `last_word`, which does without what cannot.
    """
    outfit = (usable_outfit if last_word else outfit_of)(os.environ if environ is None else environ)
    credentials = outfit.proxies.proxy and outfit.proxies.proxy.credentials
    return Http(
        clients_for(outfit, clock=clock, timeout=timeout, connections=connections),
        proxies=outfit.proxies,
        clock=clock,
        timeout=timeout,
        most_bytes=most_bytes,
        secrets=[*secrets, credentials[1]] if credentials else secrets,
    )


def _objection_from_here(url: str, *, outside_only: bool) -> OutOfBounds | None:
    """The proxy connects: nothing is seen here but how the host is written, and where it leads from here."""
    host = urlsplit(url).hostname or ""
    if (why := forbidden(host)) is not None:
        return why
    return Inside(f"{host} is inside a private network") if outside_only and is_private(url) else None


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


def _unanswered(error: Exception, proxy: Proxy | None) -> Unanswered:
    match error:
        case _NothingSent():
            return Unanswered(trouble=Trouble.NO_CONNECTION, detail="the connection came too late")
        case Inside():
            return Unanswered(trouble=Trouble.INSIDE, detail=str(error))
        case OutOfBounds():
            return Unanswered(trouble=Trouble.OUT_OF_BOUNDS, detail=str(error))
        case NotReached():
            who = f"the proxy {error}" if proxy is not None else str(error)
            return Unanswered(trouble=Trouble.NO_CONNECTION, detail=who)
        case httpx.ConnectError():
            # An untrusted certificate, no TLS at all: OpenSSL's own words.
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
