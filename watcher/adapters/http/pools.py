"""httpx's clients, one for each way to go, as the environment and the rules about addresses want them."""

import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final

import httpx

from watcher import __version__
from watcher.adapters.http import trust
from watcher.adapters.http.hurry import Hurried
from watcher.adapters.http.private import forbidden, not_outside
from watcher.adapters.http.proxies import Proxies, Proxy, Unusable, proxies_in
from watcher.adapters.http.reach import Objection, anywhere
from watcher.ports.clock import Clock


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Outfit:
    """What the environment says about the network."""

    proxies: Proxies
    tls: ssl.SSLContext


def outfit_of(environ: Mapping[str, str]) -> Outfit:
    """The environment's, on purpose: servers often reach the world only through `HTTPS_PROXY`, which sees a
    TLS tunnel and no key, and private certificates come by `SSL_CERT_FILE`. Raises `Unusable`.
    """
    return Outfit(proxies=proxies_in(environ), tls=_tls_in(environ))


def usable_outfit(environ: Mapping[str, str]) -> Outfit:
    """What can be used of it: else no proxy, and the authorities that are always there. Raises nothing."""
    try:
        proxies = proxies_in(environ)
    except Unusable:
        proxies = Proxies()
    try:
        return Outfit(proxies=proxies, tls=_tls_in(environ))
    except Unusable:
        with suppress(OSError):
            return Outfit(proxies=proxies, tls=_tls(None, None))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.load_default_certs()
    return Outfit(proxies=proxies, tls=tls)


def clients_for(
    outfit: Outfit, *, clock: Clock, timeout: timedelta, connections: int
) -> dict[Way, httpx.Client]:
    """A client for each way there is, each for so many threads."""
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    proxy = outfit.proxies.proxy
    return {
        way: httpx.Client(
            transport=_transport(
                outfit.tls, limits, proxy if way is Way.PROXY else None, clock=clock, objection=objection
            ),
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
        for way, objection in _OBJECTIONS.items()
        if way is not Way.PROXY or proxy is not None
    }


def _transport(
    tls: ssl.SSLContext, limits: httpx.Limits, proxy: Proxy | None, *, clock: Clock, objection: Objection
) -> httpx.HTTPTransport:
    through = None
    if proxy is not None:
        user, password = proxy.credentials or ("", None)
        through = httpx.Proxy(
            proxy.url,
            # For a proxy that is itself spoken to over TLS.
            ssl_context=tls if proxy.url.startswith("https:") else None,
            auth=(user, password.reveal()) if password is not None else None,
        )
    transport = httpx.HTTPTransport(verify=tls, limits=limits, proxy=through, trust_env=False)
    # httpx hands httpcore's backends to nobody, so they are taken; tests show that it still works. A release
    # of theirs that keeps them elsewhere must not pass unseen: without ours no address is judged.
    pool: Any = transport._pool
    backend = pool._network_backend
    stream = type(backend).connect_tcp.__globals__["SyncStream"]
    pool._network_backend = Hurried(backend, stream=stream, clock=clock, objection=objection)
    return transport


def _tls_in(environ: Mapping[str, str]) -> ssl.SSLContext:
    for wrong in trust.unusable_trust(environ):
        raise wrong
    return _tls(environ.get(trust.FILE) or None, environ.get(trust.FOLDER) or None)


@cache
def _tls(file: str | None, folder: str | None) -> ssl.SSLContext:
    """One for the process: it takes longer to build than a request takes."""
    if file is not None:
        return ssl.create_default_context(cafile=file)
    if folder is not None:
        return ssl.create_default_context(capath=folder)
    return httpx.create_ssl_context(trust_env=False)
