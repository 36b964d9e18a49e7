"""One request, one outcome, never longer or larger than allowed.

httpx and httpcore log whole URLs at INFO and DEBUG; `watcher.adapters.logs` sets both to WARNING.
"""

import os
import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum, auto
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

from watcher import __version__
from watcher.adapters.http.addresses import forbidden, is_private, not_outside
from watcher.adapters.http.answer import Answer, Unanswered, WhyUnanswered
from watcher.adapters.http.connect import Inside, NotReached, Objection, OutOfBounds, anywhere
from watcher.adapters.http.library import httpx
from watcher.adapters.http.proxies import Proxies, proxies_in
from watcher.adapters.http.transport import PROGRESS, NoAnswer, NothingSent, Progress, Transport, pool
from watcher.adapters.http.trust import system_trust, trust_in
from watcher.adapters.http.unpacked import unpacked
from watcher.ports.clock import Clock
from watcher.ports.environment import UnusableVariable
from watcher.texts.secret import Secret
from watcher.texts.striking import LONG, Strikeout

MOST_BYTES = 8 * 1024 * 1024
_ENCODING: Final = "content-encoding"
_NOTHING: Final = httpx.ByteStream(b"")


class Way(Enum):
    """How a request goes, and where it may lead. What one way allows never serves another."""

    ANYWHERE = auto()
    OUTSIDE = auto()
    PROXY = auto()


_OBJECTIONS: Final[Mapping[Way, Objection]] = {
    Way.ANYWHERE: forbidden,
    Way.OUTSIDE: not_outside,
    # Where the proxy is is for whoever set up this machine to say.
    Way.PROXY: anywhere,
}


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
        progress = Progress(self._clock, seconds, latest)
        proxy = self._proxies.for_url(url)
        client = self._clients[Way.PROXY if proxy else Way.OUTSIDE if outside_only else Way.ANYWHERE]
        if proxy is not None and (why := _objection_from_here(url, outside_only=outside_only)):
            return self._struck(_unanswered(why), bearer)
        try:
            request = client.build_request(
                method,
                url,
                headers=headers,
                content=content,
                timeout=seconds,
                extensions={PROGRESS: progress},
            )
            if bearer is not None:
                # Here and in no variable of ours: httpx hides this header when it is printed.
                request.headers["Authorization"] = f"Bearer {bearer.reveal()}"
            response = client.send(request, stream=True)
        except (httpx.HTTPError, httpx.InvalidURL, NotReached, UnicodeError) as error:
            # A value, not an exception: httpx's would carry the request, and its headers, along.
            return self._struck(_unanswered(error), bearer)
        try:
            return self._struck(self._whole(response, progress), bearer)
        finally:
            response.close()
            # In httpx an answer and its stream hold each other. Let go of, they are gone at once; else they
            # wait, dozens of objects a request, until Python looks through everything: in hundreds of turns.
            response.stream = _NOTHING

    def _struck(self, outcome: Answer | Unanswered, bearer: Secret | None) -> Answer | Unanswered:
        def line(text: str) -> str:
            return self._hidden.text(text if bearer is None else self._of(bearer).text(text))

        if isinstance(outcome, Unanswered):
            return replace(outcome, detail=line(outcome.detail))
        body = outcome.body if bearer is None else self._of(bearer).body(outcome.body)
        headers = outcome.headers
        # Looked through as one text: where nothing is struck out of it, each of them is as it was.
        if line(together := " ".join(headers.values())) != together:
            headers = {name: line(value) for name, value in headers.items()}
        return Answer(
            status=outcome.status,
            headers=headers,
            body=body,
            repeats_secret=body is not outcome.body,
        )

    def _whole(self, response: httpx.Response, progress: Progress) -> Answer | Unanswered:
        oversized = Unanswered(
            trouble=WhyUnanswered.OVERSIZED, detail=f"the answer is larger than {self._most_bytes} bytes"
        )
        declared = response.headers.get("content-length", "")
        if declared.isdecimal() and int(declared[:20]) > self._most_bytes:
            return oversized
        body = bytearray()
        try:
            # Raw: what httpx unpacks by itself has no bound.
            for piece in response.iter_raw():
                body += piece
                if len(body) > self._most_bytes:
                    return oversized
                if progress.passed():
                    return Unanswered(trouble=WhyUnanswered.TOO_SLOW, detail="the answer did not end in time")
        except httpx.TimeoutException as error:
            return Unanswered(trouble=WhyUnanswered.TOO_SLOW, detail=str(error))
        except httpx.TransportError as error:
            return Unanswered(trouble=WhyUnanswered.TRUNCATED, detail=str(error))
        # httpx lists header names in lower case, and joins repeated ones.
        headers = dict(response.headers)
        plain = unpacked(bytes(body), headers.get(_ENCODING, ""), most=self._most_bytes)
        if plain is None:
            return Answer(status=response.status_code, headers=headers, body=bytes(body))
        if len(plain) > self._most_bytes:
            return oversized
        said = {name: value for name, value in headers.items() if name not in (_ENCODING, "content-length")}
        return Answer(status=response.status_code, headers=said, body=plain)

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

    Proxies and trust are those of `environ`, the process's own if not given. Raises `UnusableVariable`
    where they cannot be used; not for a `last_word`, which does without what cannot.
    """
    proxies, tls = (_usable if last_word else _wanted)(os.environ if environ is None else environ)
    credentials = proxies.proxy and proxies.proxy.credentials
    return Http(
        {
            way: _client(way, proxies, tls, clock=clock, timeout=timeout, connections=connections)
            for way in Way
            if way is not Way.PROXY or proxies.proxy is not None
        },
        proxies=proxies,
        clock=clock,
        timeout=timeout,
        most_bytes=most_bytes,
        secrets=[*secrets, credentials[1]] if credentials else secrets,
    )


def _wanted(environ: Mapping[str, str]) -> tuple[Proxies, ssl.SSLContext]:
    """The environment's, on purpose: servers often reach the world only through `HTTPS_PROXY`, which sees a
    TLS tunnel and no key, and private certificates come by `SSL_CERT_FILE`. Raises `UnusableVariable`.
    """
    return proxies_in(environ), trust_in(environ).context


def _usable(environ: Mapping[str, str]) -> tuple[Proxies, ssl.SSLContext]:
    """What can be used of it: else no proxy, and the authorities that are always there. Raises nothing."""
    try:
        proxies = proxies_in(environ)
    except UnusableVariable:
        proxies = Proxies()
    try:
        return proxies, trust_in(environ).context
    except UnusableVariable:
        return proxies, system_trust().context


def _client(
    way: Way, proxies: Proxies, tls: ssl.SSLContext, *, clock: Clock, timeout: timedelta, connections: int
) -> httpx.Client:
    proxy = proxies.proxy if way is Way.PROXY else None
    connected = pool(tls, connections=connections, proxy=proxy, clock=clock, objection=_OBJECTIONS[way])
    return httpx.Client(
        transport=Transport(connected, proxy),
        # Read by us; and no password is taken from a .netrc.
        trust_env=False,
        follow_redirects=False,
        timeout=httpx.Timeout(timeout.total_seconds()),
        # Every request stands alone: what a load balancer remembers about us must not choose who answers.
        cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
        headers={
            "User-Agent": f"lease-watcher/{__version__}",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
        },
    )


def _objection_from_here(url: str, *, outside_only: bool) -> OutOfBounds | None:
    """The proxy connects: nothing is seen here but how the host is written, and where it leads from here."""
    host = urlsplit(url).hostname or ""
    if (why := forbidden(host)) is not None:
        return why
    return Inside(f"{host} is inside a private network") if outside_only and is_private(url) else None


def _unanswered(error: Exception) -> Unanswered:
    match error:
        case Inside():
            return Unanswered(trouble=WhyUnanswered.INSIDE, detail=str(error))
        case OutOfBounds():
            return Unanswered(trouble=WhyUnanswered.OUT_OF_BOUNDS, detail=str(error))
        case NotReached() | NothingSent():
            return Unanswered(trouble=WhyUnanswered.NO_CONNECTION, detail=str(error))
        case NoAnswer():
            return Unanswered(trouble=WhyUnanswered.NO_ANSWER, detail=str(error))
        case httpx.InvalidURL() | httpx.UnsupportedProtocol() | UnicodeError():
            # Its text may quote the URL.
            return Unanswered(trouble=WhyUnanswered.NO_CONNECTION, detail=type(error).__name__)
        case _:
            # Whatever is not certain to be unsent may have been carried out.
            return Unanswered(trouble=WhyUnanswered.NO_ANSWER, detail=type(error).__name__)
