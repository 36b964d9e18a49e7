"""Where a ledger may live: in a file, or on a server.

Standard library only, but for libpq's own parser, which is loaded where a server's URL is to be judged.
"""

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Final, TypeAlias, final
from urllib.parse import unquote

from watcher.texts.secret import Secret

SQLITE: Final = "sqlite:///"
POSTGRESQL: Final = "postgresql://"


@final
class LedgerUrl:
    """`store.url` as it was given. It may hold a password, so it shows itself without one."""

    __slots__ = ("secret",)

    def __init__(self, secret: Secret) -> None:
        self.secret: Final = secret

    def __eq__(self, other: object) -> bool:
        return self.secret == other.secret if isinstance(other, LedgerUrl) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.secret)

    def __repr__(self) -> str:
        return f"LedgerUrl({self})"

    def __str__(self) -> str:
        text = self.secret.reveal()
        return str(parts_of(text)) if text.startswith(POSTGRESQL) else text


@final
@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL server's database. `str` of it is for messages: no password, no parameters."""

    url: Secret

    def __str__(self) -> str:
        return str(parts_of(self.url.reveal()))


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """A server's URL, cut where libpq cuts it: it may name several hosts, each with a port of its own.

    Not by `urlsplit`, which knows one host with one port. `str` of it is for messages: without a password.
    """

    user: str
    password: str = field(repr=False)
    hosts: str
    database: str
    query: str = field(repr=False)

    @property
    def parameters(self) -> tuple[tuple[str, str], ...]:
        """Each with its value as it is written."""
        pairs = (each.partition("=") for each in self.query.split("&"))
        return tuple((unquote(key), value) for key, _, value in pairs)

    def __str__(self) -> str:
        user = f"{self.user}@" if self.user else ""
        return f"{POSTGRESQL}{user}{self.hosts}{self.database}"


def parts_of(url: str) -> Parts:
    """The parts of what begins with `POSTGRESQL`; whether they are usable says `flaw_of`."""
    found = _URL.match(url.removeprefix(POSTGRESQL))
    assert found is not None, "every part may be missing"
    return Parts(**found.groupdict(""))


_URL: Final = re.compile(
    r"(?:(?P<user>[^:@/?#]*)(?::(?P<password>[^@/?#]*))?@)?"
    r"(?P<hosts>[^/?#]*)(?P<database>/[^?#]*)?(?:\?(?P<query>[^#]*))?"
)
_HOST: Final = re.compile(r"(\[[0-9A-Fa-f:.%\w]+\]|[^:\[\]]*)(:(?P<port>[0-9]{0,5}))?", re.ASCII)

Place: TypeAlias = Path | Server

_PASSWORDS = ("password", "sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key")


def place_of(url: LedgerUrl) -> Place:
    """The place that a checked URL names."""
    text = url.secret.reveal()
    return Server(url.secret) if text.startswith(POSTGRESQL) else Path(text.removeprefix(SQLITE))


def flaw_of(url: str) -> str | None:
    """What is wrong with a server's URL, in words that repeat nothing of it; None if nothing is.

    What is not percent-encoded moves the borders between its parts: a password would be taken for a host,
    and hosts are shown.
    """
    if not url.isprintable() or " " in url:
        return "must not hold spaces or control characters: percent-encode them"
    parts = parts_of(url)
    if "#" in url or "@" in f"{parts.hosts}{parts.database}{parts.query}":
        return "holds a # or an @ that separates nothing: percent-encode what a password holds (@ is %40)"
    if not all(map(_is_host, parts.hosts.split(","))):
        return "has a host or a port that cannot be: percent-encode what a password holds (@ is %40)"
    if not parts.database.strip("/") and not {"dbname", "service"} & dict(parts.parameters).keys():
        return "must name a database: postgresql://USER@HOST/DATABASE"
    return None


def flaw_for_libpq(url: str) -> str | None:
    """Why libpq, which will use it, would refuse to read it, in words that repeat nothing of it; else None.

    Also None where psycopg finds no libpq: that is said where a connection is asked for.
    """
    try:
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict, timeout_from_conninfo
        from psycopg.pq import Conninfo
    except ImportError:
        return None
    try:
        said = conninfo_to_dict(url)
    except ProgrammingError:
        known = [option.keyword.decode() for option in Conninfo.get_defaults()]
        for key, _ in parts_of(url).parameters:
            # The nearest word alone: what stands there may be the end of a password.
            if key not in known and (close := get_close_matches(key, known, n=1)):
                return f"has a parameter that libpq does not know: did you mean `{close[0]}`?"
        return "is nothing that libpq understands: percent-encode what is neither letter nor digit"
    try:
        timeout_from_conninfo(said)
    except ProgrammingError:
        return "has a `connect_timeout` that is no number of seconds"
    return None


def passwords_in(url: LedgerUrl) -> tuple[Secret, ...]:
    """Every form in which the password of a URL might be said by somebody else."""
    text = url.secret.reveal()
    if not text.startswith(POSTGRESQL):
        return ()
    parts = parts_of(text)
    found = [parts.password, *(value for key, value in parts.parameters if key in _PASSWORDS)]
    forms = dict.fromkeys(form for one in found for form in (one, unquote(one)) if form)
    return (url.secret, *map(Secret, forms)) if forms else ()


def _is_host(text: str) -> bool:
    """One of several, each with a port of its own or none; an IPv6 address stands in brackets."""
    found = _HOST.fullmatch(text)
    return found is not None and (not found["port"] or 0 < int(found["port"]) < 65_536)
