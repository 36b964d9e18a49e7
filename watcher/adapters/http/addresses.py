"""Which URLs a secret, and which addresses a message, may be sent to."""

import re
import socket
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

from watcher.adapters.http.connect import Inside, NotReached, OutOfBounds, addresses_of

_METADATA: Final = frozenset(
    map(
        ip_address,
        # Of nearly everybody, of ECS, Alibaba, Azure, Oracle (classic) and Google.
        (
            "169.254.169.254",
            "169.254.170.2",
            "100.100.100.200",
            "168.63.129.16",
            "192.0.0.192",
            "fd20:ce::254",
        ),
    )
)
_METADATA_NETWORK: Final = IPv6Network("fd00:ec2::/32")
"""AWS's, which no other network of this range is likely to have drawn."""
_METADATA_NAMES: Final = frozenset({"instance-data", "metadata", "metadata.google.internal", "metadata.goog"})

_GLOBAL: Final = IPv6Network("2000::/3")
_COMPATIBLE: Final = IPv6Network("::/96")
_NAT64: Final = IPv6Network("64:ff9b::/96")
_OWN_NAT64: Final = IPv6Network("64:ff9b:1::/48")

_LABEL: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_LONGEST_NAME: Final = 253

Address = IPv4Address | IPv6Address


def require_safe_url(url: str) -> None:
    """Raise ValueError unless the URL is https, or http to this very machine.

    The sentence names scheme and host only: the rest of a webhook's URL is a secret.
    """
    if not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError("a URL must be printable ASCII without spaces")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError(
            "not a URL: write it like https://host.example or https://host.example:8443"
        ) from None
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError("not an https URL: write it like https://host.example")
    if (why := forbidden(host)) is not None:
        raise ValueError(str(why))
    if not is_host(host):
        raise ValueError("not a URL: its host is neither a name nor an address")
    if "@" in parts.netloc:
        raise ValueError(f"{parts.scheme}://…@{host}: a URL must not carry a user name or a password")
    if parts.scheme == "http" and not is_this_machine(host):
        raise ValueError(
            f"http://{host}: secrets are sent over https only; plain http is for this machine "
            "(127.0.0.1, [::1], localhost)"
        )


def is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_host(text: str) -> bool:
    """Whether it is a name or an address that all who read it here read alike: urllib, httpx, the resolver.

    They do not agree about the rest: httpx writes `^` as `%5E`, and raises over a name in damaged punycode.
    """
    if len(text) > _LONGEST_NAME or "%" in text:
        return False
    if literal(text) is not None:
        return True
    labels = text.removesuffix(".").split(".")
    return all(_LABEL.fullmatch(each) and _is_readable(each) for each in labels)


def _is_readable(label: str) -> bool:
    """A name of another alphabet stands in punycode."""
    if not label.lower().startswith("xn--"):
        return True
    try:
        return label.encode("ascii").decode("idna") != label.lower()
    except UnicodeError:
        return False


def is_private_address(url: str) -> bool:
    """Whether its host is written as an address that is not of the open internet, nor this machine."""
    address = literal(urlsplit(url).hostname or "")
    return address is not None and _inside(address)


def is_private(url: str) -> bool:
    """The same, also of the addresses that its host's name leads to here and now.

    A name that cannot be resolved here (behind a proxy, say) leads to none.
    """
    parts = urlsplit(url)
    try:
        found = addresses_of(parts.hostname or "", parts.port or 443)
        return any(_inside(_parsed(each.text)) for each in found)
    except NotReached:
        return is_private_address(url)


def forbidden(host: str, address: str | None = None) -> OutOfBounds | None:
    """Why nothing at all is sent there: a cloud's metadata, a link's own addresses, many hosts at once.

    `address` is where the host's name leads; without it the host's own spelling is judged. None: it may be.
    """
    parsed = literal(host) if address is None else _parsed(address)
    every = () if parsed is None else _with_inner(parsed)
    if host.rstrip(".").lower() in _METADATA_NAMES or any(map(_is_nobodys, every)):
        return OutOfBounds(
            f"{_led(host, address)} is private to a cloud or a link (metadata, link-local, multicast): "
            "nothing is sent there"
        )
    if host == "localhost" and parsed is not None and not parsed.is_loopback:
        return OutOfBounds(f"{_led(host, address)} is not this machine: nothing is sent there")
    return None


def not_outside(host: str, address: str) -> OutOfBounds | None:
    """The same for what must lie in the open internet, or on this very machine."""
    why = forbidden(host, address)
    if why is None and _inside(_parsed(address)):
        return Inside(f"{_led(host, address)} is inside a private network")
    return why


def literal(host: str) -> Address | None:
    """The address that a host is written as, however: `2130706433` and `0x7f.1` are some; None for a name."""
    host = host.rstrip(".")
    try:
        return _parsed(host)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def _led(host: str, address: str | None) -> str:
    return host if address in (None, host) else f"{host} ({address})"


def _parsed(address: str) -> Address:
    return ip_address(address.partition("%")[0])


def _inside(address: Address) -> bool:
    """Whether it is neither of the open internet nor this machine; of one within another, the inner one."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        # The system connects to the inner one itself.
        return _inside(address.ipv4_mapped)
    if address.is_loopback:
        return False
    inner = tuple(_within(address)) if isinstance(address, IPv6Address) else ()
    if inner:
        # Whoever translates it has a network of its own, in which 127.0.0.1 is not this machine.
        return not all(each.is_global and not each.is_multicast for each in inner)
    if isinstance(address, IPv6Address) and address not in _GLOBAL:
        return True
    return not address.is_global or address.is_multicast or address in _METADATA


def _within(address: IPv6Address) -> Iterator[IPv4Address]:
    """IPv4 addresses that a gateway on the way would take out of it and send to."""
    number = int(address)
    if address in _NAT64 or (address in _COMPATIBLE and number > 1):
        yield IPv4Address(number & 0xFFFFFFFF)
    elif address in _OWN_NAT64:
        yield from _translated(number)
    elif address.sixtofour is not None:
        yield address.sixtofour
    elif address.teredo is not None:
        yield from address.teredo


def _translated(number: int) -> Iterator[IPv4Address]:
    """Where a network's own prefix has 48, 56 or 64 bits the address stands in the middle, then nothing."""
    plain = True
    for length in (48, 56, 64):
        # RFC 6052: the bits from 64 to 71 are passed over.
        before, after = 64 - length, length - 32
        head = (number >> 64) & ((1 << before) - 1)
        rest = (number >> (56 - after)) & ((1 << after) - 1)
        if number & ((1 << (56 - after)) - 1) == 0:
            plain = False
            yield IPv4Address(head << after | rest)
    if plain:
        yield IPv4Address(number & 0xFFFFFFFF)


def _is_nobodys(address: Address) -> bool:
    metadata = address in _METADATA or address in _METADATA_NETWORK
    return metadata or address.is_link_local or address.is_multicast


def _with_inner(address: Address) -> tuple[Address, ...]:
    """An address, and every other that it stands for."""
    if isinstance(address, IPv4Address):
        return (address,)
    mapped = () if address.ipv4_mapped is None else (address.ipv4_mapped,)
    return (address, *mapped, *_within(address))
