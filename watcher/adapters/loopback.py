"""Whether a URL leads to this very machine. Apart from who goes there: every command asks, few go."""

from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit


def is_loopback_address(url: str) -> bool:
    """Whether a URL says http and then this machine, in figures: 127.0.0.0/8 or ::1, and no name for it."""
    try:
        parts = urlsplit(url)
        address = ip_address(parts.hostname or "")
    except ValueError:
        return False
    if parts.scheme != "http" or "@" in parts.netloc:
        return False
    match address:
        case IPv4Address():
            return address.is_loopback
        case IPv6Address():
            # Not what stands for it, as ::ffff:127.0.0.1 does, nor ::1 of some interface.
            return address == IPv6Address("::1")
