"""What can be said of the addresses that this process serves."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from watcher.domain.options import option


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
