"""One connection to a name that may have several addresses: only to those allowed, in shares of the time.

The first of several may swallow everything (IPv6 that leads nowhere, a dead replica) while the second answers
within milliseconds. So each is tried briefly first, and those that stayed silent get the rest of the time.
"""

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final, TypeVar

from watcher.ports.clock import Clock

BRIEFLY: Final = 0.25
"""Seconds for the first try of one of several addresses, as browsers and curl do (RFC 8305)."""

_LEAST: Final = 0.001
_MANY: Final = 16
"""Addresses of one name that are tried; no honest name has more."""

_SILENT: Final = "no answer in time"


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """One that a name leads to, as the system takes it: nothing is left to be resolved."""

    text: str
    family: int
    place: tuple[Any, ...]


T = TypeVar("T")
To = Callable[[Address, float], T]
"""A connection to one address, within so many seconds. Raises OSError."""


class NotReached(OSError):
    """No connection, so nothing was sent. Its text names every address that was tried, with what it did."""


class OutOfBounds(NotReached):
    """The name leads where nothing is sent."""


class Inside(OutOfBounds):
    """The name leads into a private network, where this message has no business."""


Objection = Callable[[str, str], OutOfBounds | None]
"""Why a host must not be reached at an address; None if it may."""


def anywhere(_host: str, _address: str) -> None:
    """No objection."""


def connect(
    host: str,
    port: int,
    seconds: float,
    *,
    clock: Clock,
    to: To[T],
    objection: Objection = anywhere,
    first: str | None = None,
) -> tuple[T, str]:
    """A connection, and the address it goes to. Raises `NotReached`, `OutOfBounds`.

    The name is resolved once and its addresses are connected to as they are, so that what was allowed is
    what is reached.
    `first`: the address to begin with, if it is one of them still.
    """
    until = clock.monotonic() + seconds

    def left() -> float:
        return until - clock.monotonic()

    addresses = addresses_of(host, port)
    for address in addresses:
        if (why := objection(host, address.text)) is not None:
            raise why
    addresses.sort(key=lambda each: each.text != first)
    alone = len(addresses) == 1
    brief = left() if alone else min(BRIEFLY, seconds / (2 * len(addresses)))
    said: dict[str, str] = {}

    def tried(address: Address, share: float) -> T | None:
        try:
            return to(address, max(min(share, left()), _LEAST))
        except TimeoutError:
            said[address.text] = _SILENT
        except OSError as error:
            said[address.text] = words(error)
        return None

    for address in addresses:
        if (connection := tried(address, brief)) is not None:
            return connection, address.text
    waiting = [] if alone else [each for each in addresses if said[each.text] == _SILENT]
    for place, address in enumerate(waiting):
        if (connection := tried(address, left() / (len(waiting) - place))) is not None:
            return connection, address.text
    raise NotReached(_told(host, port, said))


def open_socket(address: Address, seconds: float) -> socket.socket:
    """A connection to this very address. Raises OSError."""
    sock = socket.socket(address.family, socket.SOCK_STREAM)
    try:
        sock.settimeout(seconds)
        sock.connect(address.place)
    except BaseException:
        sock.close()
        raise
    return sock


def addresses_of(host: str, port: int) -> list[Address]:
    """Where a name leads, the families by turns. Raises `NotReached`, which names the host."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotReached(f"{host}: {words(error)}") from None
    by_family: dict[int, dict[str, Address]] = {}
    for family, _, _, _, (text, _, *rest) in found:
        address = Address(text=str(text), family=family, place=(text, port, *rest))
        by_family.setdefault(family, {})[address.text] = address
    if not by_family:
        raise NotReached(f"{host}: it has no address")
    turns = zip_longest(*(each.values() for each in by_family.values()))
    return [each for turn in turns for each in turn if each is not None][:_MANY]


def words(error: Exception) -> str:
    """The system's own words: refused, unreachable, unknown."""
    text = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
    return text[:1].lower() + text[1:]


def _told(host: str, port: int, said: Mapping[str, str]) -> str:
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    if len(said) == 1:
        ((address, why),) = said.items()
        return f"{place}: {why}" if address == host else f"{place} ({address}): {why}"
    return f"{place}: " + ", ".join(f"{address} {why}" for address, why in said.items())
