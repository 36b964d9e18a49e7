"""Addresses, places and clocks that the outside world must know."""

from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from watcher.adapters.http.private import forbidden
from watcher.adapters.http.urls import is_this_machine
from watcher.settings.findings import Complaint, nearest
from watcher.settings.model import Settings


def addresses(settings: Settings) -> Iterator[Complaint]:
    yield from _base_url(settings)
    yield from _time_zone(settings)


def _base_url(settings: Settings) -> Iterator[Complaint]:
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
        usable = parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        return None
    return parts if usable and url.isascii() and not any(sign.isspace() for sign in url) else None


def _time_zone(settings: Settings) -> Iterator[Complaint]:
    try:
        ZoneInfo(settings.timezone)
    except (ValueError, OSError, KeyError):
        close = nearest(settings.timezone, available_timezones())
        yield Complaint(
            path=("timezone",),
            message="is no known time zone",
            suggestion=close,
            fix=f'write "{close}"' if close else 'write one such as "UTC" or "Europe/Berlin"',
        )
