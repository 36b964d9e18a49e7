"""Which proxy the environment names, and which hosts are reached without it.

Read here and not by httpx: it takes a range of IPv6 addresses in `NO_PROXY` for a broken URL, quotes part of
a password in its complaint, and does not say which variable it read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import unquote, urlsplit

from watcher.adapters.http.addresses import is_host, is_this_machine
from watcher.ports.environment import UnusableVariable
from watcher.texts.secret import Secret

_PROXIES: Final = ("https_proxy", "all_proxy")
_OTHERS: Final = frozenset({"ftp", "socks", "socks4", "socks4a", "socks5", "socks5h"})
_EXAMPLE: Final = "http://proxy.example:3128"


@dataclass(frozen=True, kw_only=True, slots=True)
class Proxy:
    """Where every https request goes first, but those to hosts that `NO_PROXY` names and to this machine."""

    url: str
    """Without user name and password."""
    credentials: tuple[str, Secret] | None = field(repr=False)

    @property
    def place(self) -> str:
        return urlsplit(self.url).netloc


@dataclass(frozen=True, kw_only=True, slots=True)
class _Exception:
    """One entry of `NO_PROXY`: a domain with all below it, an address, or a range of them."""

    domain: str | None = None
    network: IPv4Network | IPv6Network | None = None
    port: int | None = None

    def holds(self, host: str, port: int) -> bool:
        if self.port not in (None, port):
            return False
        if self.network is not None:
            try:
                return ip_address(host) in self.network
            except ValueError:
                return False
        return self.domain in ("*", host) or host.endswith(f".{self.domain}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Proxies:
    """The environment's word on proxies."""

    proxy: Proxy | None = None
    without: tuple[_Exception, ...] = ()

    def for_url(self, url: str) -> Proxy | None:
        """Plain http goes to this machine and to neighbours, so never through a proxy: it would read all."""
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").rstrip("."), parts.port or 443
        except ValueError:
            # Not a URL: nobody is asked.
            return None
        if self.proxy is None or parts.scheme != "https" or is_this_machine(host):
            return None
        return None if any(each.holds(host, port) for each in self.without) else self.proxy


def proxies_in(environ: Mapping[str, str]) -> Proxies:
    """`HTTPS_PROXY`, else `ALL_PROXY`, without the hosts of `NO_PROXY`; each in small letters first.

    One that is set to nothing is not set. `HTTP_PROXY` is not read. What in `NO_PROXY` is no host, address or
    range names nothing. Raises `UnusableVariable`.
    """
    _, value = _set(environ, "no_proxy")
    entries = (each.strip().lower() for each in value.replace(" ", ",").split(","))
    return Proxies(
        proxy=_proxy(environ), without=tuple(found for each in entries if (found := _exception(each)))
    )


def _set(environ: Mapping[str, str], name: str) -> tuple[str, str]:
    """A variable's name as it is written, and its value; small letters come first, even if empty."""
    for spelt in (name, name.upper()):
        if spelt in environ:
            return spelt, environ[spelt].strip()
    return name.upper(), ""


def _proxy(environ: Mapping[str, str]) -> Proxy | None:
    for name in _PROXIES:
        variable, value = _set(environ, name)
        if value:
            return _parsed(variable, value)
    return None


def _parsed(variable: str, value: str) -> Proxy:
    said = value if "://" in value else f"http://{value}"
    scheme = said.partition("://")[0].lower()
    if scheme not in ("http", "https"):
        # One that is known: what else stands there may be part of a password.
        kind = (
            f"names a proxy that speaks {scheme}" if scheme in _OTHERS else "names no proxy that speaks http"
        )
        raise UnusableVariable(
            variable, f"{kind}, which is not spoken here", f"name one like {_EXAMPLE}, or unset it"
        )
    try:
        parts = urlsplit(said)
        host, port = parts.hostname, parts.port
        if not host or port == 0 or parts.path not in ("", "/") or parts.query or parts.fragment:
            raise ValueError
        if not (said.isascii() and said.isprintable()) or not is_host(host):
            raise ValueError
        shown = f"[{ip_address(host)}]" if ":" in host else host
    except ValueError:
        raise UnusableVariable(
            variable,
            "is not the address of a proxy",
            f"write it like {_EXAMPLE}; in its user name and password write / as %2F, @ as %40, # as %23",
        ) from None
    credentials = None
    if parts.username or parts.password:
        credentials = (unquote(parts.username or ""), Secret(unquote(parts.password or "")))
    place = shown if port is None else f"{shown}:{port}"
    return Proxy(url=f"{scheme}://{place}", credentials=credentials)


def _exception(entry: str) -> _Exception | None:
    scheme, separated, rest = entry.rpartition("://")
    if separated and scheme not in ("https", "all"):
        return None
    rest = rest.rstrip("/")
    for text, port in _with_port(rest):
        try:
            return _Exception(
                network=ip_network(text.replace("[", "").replace("]", ""), strict=False), port=port
            )
        except ValueError:
            continue
    domain, colon, digits = rest.partition(":")
    domain = "*" if domain == "*" else domain.removeprefix("*").strip(".")
    if not domain or (colon and not (digits.isascii() and digits.isdigit() and len(digits) <= 5)):
        return None
    return _Exception(domain=domain, port=int(digits) if colon else None)


def _with_port(text: str) -> Iterator[tuple[str, int | None]]:
    """An address, and the port that may stand after it: after brackets or an IPv4 address only."""
    if "]:" not in text:
        yield text, None
    address, _, digits = text.rpartition(":")
    if (
        digits.isascii()
        and digits.isdigit()
        and len(digits) <= 5
        and (address.endswith("]") or "." in address)
    ):
        yield address, int(digits)
