"""What speaks HTTP: the API alone, the notifiers, the heartbeat, and the way they all take."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass

from watcher.adapters.channels.catalog import build
from watcher.adapters.heartbeat import Heartbeat as Heartbeat
from watcher.adapters.heartbeat import HeartbeatOptions, require_usable
from watcher.adapters.http.client import Http, open_http
from watcher.adapters.http.proxies import proxies_in
from watcher.adapters.http.trust import trust_in
from watcher.ports.clock import Clock
from watcher.ports.notifier import Notifier
from watcher.settings.hidden import secrets_of
from watcher.settings.model import Settings


def open_web(settings: Settings, clock: Clock) -> Http:
    """What speaks HTTP, to be closed: a connection for each reading thread, and some for everything else."""
    return open_http(
        clock=clock,
        timeout=settings.api.timeout,
        connections=settings.api.threads + 4,
        secrets=secrets_of(settings),
    )


@contextmanager
def open_notifiers(settings: Settings, clock: Clock) -> Iterator[tuple[Notifier, ...]]:
    with open_web(settings, clock) as http:
        yield notifiers_from(settings, http, clock)


def notifiers_from(settings: Settings, http: Http, clock: Clock) -> tuple[Notifier, ...]:
    return tuple(build(name, options, http, clock) for name, options in settings.notifiers.items())


@contextmanager
def open_last_words(settings: Settings, clock: Clock) -> Iterator[Heartbeat]:
    """For a run that cannot begin: what of the settings and of the environment cannot be used is left out."""
    options = settings.heartbeat
    try:
        if options.url is not None:
            require_usable(options.url)
    except ValueError:
        options = HeartbeatOptions()
    with (
        open_http(clock=clock, timeout=options.timeout, secrets=secrets_of(settings), last_word=True) as http,
        closing(Heartbeat(options, http=http, clock=clock)) as heartbeat,
    ):
        yield heartbeat


@dataclass(frozen=True, kw_only=True, slots=True)
class Network:
    """Which way requests go, and whose certificates are trusted; for people, without a password."""

    proxy: str | None
    proxy_to_api: str | None
    certificates: str


def network_to(base_url: str, environ: Mapping[str, str]) -> Network:
    """From this environment. Raises `UnusableVariable`."""
    proxies, trust = proxies_in(environ), trust_in(environ)
    to_api = proxies.for_url(base_url)
    return Network(
        proxy=None if proxies.proxy is None else proxies.proxy.url,
        proxy_to_api=None if to_api is None else to_api.url,
        certificates=trust.store,
    )
