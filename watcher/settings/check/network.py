"""Addresses of others, and ours: the API, links, what watches the watcher; and the way there."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeVar
from urllib.parse import SplitResult, urlsplit

from watcher.adapters.heartbeat import require_usable as require_told
from watcher.adapters.http.addresses import forbidden, is_host, is_this_machine
from watcher.adapters.http.proxies import proxies_in
from watcher.adapters.http.trust import KEYS, unusable_trust
from watcher.adapters.metrics.options import require_usable
from watcher.adapters.pages.door import require_long_token
from watcher.adapters.pages.options import (
    address_of,
    is_open_to_others,
    key_of,
    require_mail_address,
    require_public_url,
)
from watcher.ports.environment import UnusableVariable
from watcher.settings.declare import Path, file_twin
from watcher.settings.findings import Complaint, Gravity
from watcher.settings.model import Settings


def base_url(settings: Settings) -> Iterator[Complaint]:
    path = ("api", "base_url")
    parts = _split(settings.api.base_url)
    fix = 'write base_url = "https://api.layers.com"'
    if parts is None or parts.scheme not in ("http", "https"):
        yield Complaint(path=path, message="is no address of a web server", fix=fix)
    elif parts.username is not None or parts.query or parts.fragment:
        yield Complaint(path=path, message="must not hold a user, a query or a fragment", fix=fix)
    elif parts.scheme == "http" and not is_this_machine(parts.hostname or ""):
        yield Complaint(
            path=path,
            message="would send the API key in the clear: plain http is for loopback only",
            fix="write it with https://",
        )
    elif (why := forbidden(parts.hostname or "")) is not None:
        yield Complaint(path=path, message=str(why), fix=fix)


def _split(url: str) -> SplitResult | None:
    """The parts of an absolute URL with a host and a possible port; None if it is none."""
    try:
        parts = urlsplit(url)
        usable = is_host(parts.hostname or "") and (parts.port is None or parts.port > 0)
    except ValueError:
        return None
    return parts if usable and url.isascii() and not any(sign.isspace() for sign in url) else None


T = TypeVar("T")

_NEEDED: Final = {
    "listen": 'add `listen = "127.0.0.1:8090"`',
    "url": "add `url`, the address at which people reach the page",
    "key": f"give `key`, a file in `{file_twin('key')}`, or the credential `keep.key`",
}


def links(settings: Settings) -> Iterator[Complaint]:
    keep = settings.keep
    given = [name for name in (*_NEEDED, "old_key") if getattr(keep, name) is not None]
    for name, fix in _NEEDED.items():
        if given and name not in given:
            yield Complaint(
                path=("keep", name),
                message=f"is missing beside `{given[0]}`: there are no links without it",
                fix=fix,
                rests_on=tuple(("keep", each) for each in given),
            )
    yield from _unusable(
        ("keep", "listen"), keep.listen, address_of, 'write it as in listen = "127.0.0.1:8090"'
    )
    fix = 'write it as in url = "https://watcher.example"'
    yield from _unusable(("keep", "url"), keep.url, require_public_url, fix)
    for name, secret in (("key", keep.key), ("old_key", keep.old_key)):
        yield from _unusable(("keep", name), secret, key_of, "make a new one")


def calendar(settings: Settings) -> Iterator[Complaint]:
    asked = settings.calendar
    yield from _unusable(("calendar", "token"), asked.token, require_long_token, "make a new one")
    listen = 'write it as in listen = "127.0.0.1:9465"'
    yield from _unusable(("calendar", "listen"), asked.listen, address_of, listen)
    whose = 'write it as in organizer = "leases@example.com"'
    yield from _unusable(("calendar", "organizer"), asked.organizer, require_mail_address, whose)
    for path, other in (("keep", settings.keep.listen), ("health", settings.health.listen)):
        if asked.token is not None and asked.listen == other:
            yield Complaint(
                path=("calendar", "listen"),
                message=f"is the address of `{path}.listen` too",
                fix="give it a port of its own",
                rests_on=((path, "listen"),),
            )


def supervision(settings: Settings) -> Iterator[Complaint]:
    yield from _health(settings)
    yield from _status(settings)
    yield from _metrics(settings)
    for name, url in (("url", settings.heartbeat.url), ("plain_url", settings.heartbeat.plain_url)):
        fix = f'write it as in {name} = "https://hc-ping.com/…"'
        yield from _unusable(("heartbeat", name), url, require_told, fix)


def _health(settings: Settings) -> Iterator[Complaint]:
    listen, path = settings.health.listen, ("health", "listen")
    yield from _unusable(path, listen, address_of, 'write it as in listen = "127.0.0.1:9464"')
    if listen is not None and listen == settings.keep.listen:
        yield Complaint(
            path=path,
            message="is the address of `keep.listen` too: what people reach must not show metrics",
            fix="give it a port of its own",
            rests_on=(("keep", "listen"),),
        )


def _status(settings: Settings) -> Iterator[Complaint]:
    """Who may see it: whoever is on this machine, or else who knows the token."""
    listen, token, path = settings.status.listen, settings.status.token, ("status", "listen")
    yield from _unusable(path, listen, address_of, 'write it as in listen = "127.0.0.1:9466"')
    yield from _unusable(("status", "token"), token, require_long_token, "make a new one")
    calendar_at = None if settings.calendar.token is None else settings.calendar.listen
    others = {"keep": settings.keep.listen, "health": settings.health.listen, "calendar": calendar_at}
    for table, other in others.items():
        if listen is not None and listen == other:
            yield Complaint(
                path=path,
                message=f"is the address of `{table}.listen` too",
                fix="give it a port of its own",
                rests_on=((table, "listen"),),
            )
    if listen is not None and token is None and _reaches_others(listen):
        yield Complaint(
            path=path,
            message="can be reached by others, who would see every account and price",
            fix=f"listen on 127.0.0.1, or give `token`, a file in `{file_twin('token')}`, or the credential "
            "`status.token`",
        )


def _reaches_others(listen: str) -> bool:
    try:
        return is_open_to_others(listen)
    except ValueError:
        return False


def _metrics(settings: Settings) -> Iterator[Complaint]:
    metrics, path = settings.metrics, ("metrics", "pushgateway")
    names = ("token", "username", "password")
    given = next((name for name in names if getattr(metrics, name) is not None), None)
    fix = 'write it as in pushgateway = "https://pushgateway.example"'
    yield from _unusable(path, metrics, require_usable, fix, *(("metrics", name) for name in names))
    if given is not None and metrics.pushgateway is None:
        yield Complaint(
            path=path,
            message=f"is missing beside `{given}`: nothing is pushed without it",
            fix=f"add `pushgateway`, or drop the {given}",
            rests_on=(("metrics", given),),
        )


def _unusable(
    path: tuple[str, str], value: T | None, reader: Callable[[T], object], fix: str, *rests_on: Path
) -> Iterator[Complaint]:
    """An option that its reader refuses; a secret may have come from its file."""
    try:
        if value is not None:
            reader(value)
    except ValueError as error:
        table, name = path
        whence = (*rests_on, (table, file_twin(name)))
        yield Complaint(path=path, message=str(error), fix=fix, rests_on=whence)


def network(environ: Mapping[str, str]) -> Iterator[Complaint]:
    """Every variable that the API, the notifiers or the heartbeat could not be reached with."""
    wrong = list(unusable_trust(environ))
    try:
        proxies_in(environ)
    except UnusableVariable as error:
        wrong.append(error)
    for one in wrong:
        yield Complaint(path=("api",), variable=one.variable, message=one.message, fix=one.fix)
    if environ.get(KEYS) and all(one.variable != KEYS for one in wrong):
        yield Complaint(
            path=("api",),
            variable=KEYS,
            message="has the keys of every connection written down: who reads them can read the API key",
            fix="unset it",
            severity=Gravity.WARNING,
        )
