"""What can be said of the pages that this process serves, and what makes it usable."""

from base64 import b64decode
from binascii import Error
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from watcher.adapters.http.addresses import require_safe_url
from watcher.rules.options import option
from watcher.texts.secret import Secret

_LEAST_BYTES: Final = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class HealthOptions:
    """`[health]`: the daemon answers `/healthz`, `/readyz` and `/metrics`, over plain HTTP.

    They tell counts and sums, no account and no secret, to whoever asks: an address beyond loopback is for
    a network that may know them.
    """

    listen: str | None = option(
        None, "Where the daemon answers, such as `127.0.0.1:9464`; not given: nowhere."
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


_STANDARD: Final = str.maketrans("-_", "+/")


def require_public_url(url: str) -> None:
    """Raise ValueError unless links can begin with it: https or loopback, no query, no fragment."""
    require_safe_url(url)
    parts = urlsplit(url)
    if parts.query or parts.fragment:
        raise ValueError("must not hold a query or a fragment")
