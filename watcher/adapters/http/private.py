"""Addresses inside a network, where a mistyped or foreign webhook has no business."""

import socket
from ipaddress import ip_address
from urllib.parse import urlsplit


def is_private_address(url: str) -> bool:
    """Whether its host is written as an address that is not of the open internet, nor this machine."""
    try:
        return _inside(urlsplit(url).hostname or "")
    except ValueError:
        return False


def is_private(url: str) -> bool:
    """The same, also of the addresses that its host's name leads to.

    A name that cannot be resolved here (behind a proxy, say) leads to none.
    """
    if is_private_address(url):
        return True
    host = urlsplit(url).hostname or ""
    try:
        found = {str(each[4][0]) for each in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        return False
    return any(_inside(address) for address in found)


def _inside(address: str) -> bool:
    parsed = ip_address(address.partition("%")[0])
    return not parsed.is_global and not parsed.is_loopback
