"""The options of what the daemon serves, and what they must be.

They stand apart from the pages: every command reads the options, and only a daemon that serves has any use
for the rest.
"""

from base64 import b64decode
from binascii import Error
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from watcher.adapters.http.addresses import is_this_machine, require_safe_url
from watcher.rules.option import option
from watcher.texts.secret import Secret

_LEAST_BYTES: Final = 32
_STANDARD: Final = str.maketrans("-_", "+/")


@dataclass(frozen=True, kw_only=True, slots=True)
class HealthOptions:
    """`[health]`: the daemon answers `/healthz`, `/readyz` and `/metrics`, over plain HTTP.

    They tell counts and sums, no account and no secret, to whoever asks: an address beyond loopback is for
    a network that may know them.
    """

    listen: str | None = option(
        None, "Where the daemon answers, such as `127.0.0.1:9464`; not given: nowhere."
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusOptions:
    """`[status]`: the daemon serves a page of how things stand, and of what renews when, by the ledger alone.

    It names accounts and prices. On loopback whoever is on that machine may see it; at any other address a
    `token` is needed, and is asked for. It is plain HTTP: whoever offers it to others puts TLS before it.
    """

    listen: str | None = option(
        None, "Where the daemon serves the page, such as `127.0.0.1:9466`; not given: nowhere."
    )
    token: Secret | None = option(
        None,
        "What a visitor must know: a browser asks for it as a password, of whatever user; programs send it "
        "as a bearer token: at least 24 signs, as `openssl rand -hex 24` makes them; without: loopback.",
        secret=True,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarOptions:
    """`[calendar]`: the daemon serves `/calendar.ics`, for programs that subscribe to a calendar.

    Off unless `token` is given. It names accounts and prices to whoever has that, over plain HTTP: whoever
    offers it to the world puts TLS before it.
    """

    token: Secret | None = option(
        None,
        "What a reader must know, in the address (`/calendar.ics?token=…`), as a bearer token or as a "
        "password: at least 24 signs, as `openssl rand -hex 24` makes them; not given: nothing is served.",
        secret=True,
    )
    listen: str = option("127.0.0.1:9465", "Where the daemon serves it.")
    organizer: str | None = option(
        None, "The mail address of whose calendar it is; not given: entries have no organizer."
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class KeepOptions:
    """`[keep]`: a link in each announcement with which whoever reads it can hold the account.

    Off unless `listen`, `url` and `key` are given; the daemon serves the page behind the links.
    """

    listen: str | None = option(
        None, "Where the daemon serves the page, such as `127.0.0.1:8090`; not given: no links."
    )
    url: str | None = option(
        None, "The address people reach it at, such as `https://watcher.example`: https, but on loopback."
    )
    key: Secret | None = option(
        None,
        "Signs the links: at least 32 bytes in base64, as `openssl rand -base64 32` makes them.",
        secret=True,
    )
    old_key: Secret | None = option(
        None, "The key before this one: links signed with it are still accepted.", secret=True
    )


def address_of(listen: str) -> tuple[str, int]:
    """Host and port to listen at. Raises ValueError."""
    try:
        parts = urlsplit(f"//{listen}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or not port or any(sign in "/?#@" or sign.isspace() for sign in listen):
        raise ValueError("must be a host and a port")
    return host, port


def is_open_to_others(listen: str) -> bool:
    """Whether others than this machine can reach that address. Raises ValueError for what is none."""
    host, _ = address_of(listen)
    return not is_this_machine(host)


def require_mail_address(text: str) -> None:
    """Raises ValueError for what is none, or could end a line of the calendar."""
    name, sign, domain = text.rpartition("@")
    plainly = text.isascii() and text.isprintable() and not any(each in text for each in ' "<>,;:\\')
    if not (name and sign and "." in domain.strip(".") and plainly):
        raise ValueError("must be a mail address such as leases@example.com")


def require_public_url(url: str) -> None:
    """Raise ValueError unless links can begin with it: https or loopback, no query, no fragment."""
    require_safe_url(url)
    parts = urlsplit(url)
    if parts.query or parts.fragment:
        raise ValueError("must not hold a query or a fragment")


def key_of(secret: Secret) -> bytes:
    """The bytes of a key. Raises ValueError, which does not repeat it, if it is too short or no base64."""
    text = secret.reveal()
    try:
        key = b64decode(text.translate(_STANDARD) + "=" * (-len(text) % 4), validate=True)
    except (Error, ValueError):
        key = b""
    if len(key) < _LEAST_BYTES:
        raise ValueError(
            f"must be at least {_LEAST_BYTES} bytes in base64: `openssl rand -base64 32` makes such a key"
        )
    return key
