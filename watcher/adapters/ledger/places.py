"""Where a ledger may live: in a file, or on a server. Standard library only."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias, final
from urllib.parse import SplitResult, unquote, urlsplit

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
        return _shown(urlsplit(text)) if text.startswith(POSTGRESQL) else text


@final
@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL server's database. `str` of it is for messages: no password, no parameters."""

    url: Secret

    def __str__(self) -> str:
        return _shown(urlsplit(self.url.reveal()))


Place: TypeAlias = Path | Server

_PASSWORDS = ("password", "sslpassword")


def place_of(url: LedgerUrl) -> Place:
    """The place that a checked URL names."""
    text = url.secret.reveal()
    return Server(url.secret) if text.startswith(POSTGRESQL) else Path(text.removeprefix(SQLITE))


def flaw_of(url: str) -> str | None:
    """What is wrong with a server's URL, in words that repeat nothing of it; None if nothing is.

    What is not percent-encoded moves the borders between its parts: a password would be taken for a host,
    and hosts are shown.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return "has a host or a port that cannot be: percent-encode what a password holds (@ is %40)"
    if not url.isprintable() or " " in url:
        return "must not hold spaces or control characters: percent-encode them"
    beyond = f"{parts.path}{parts.query}"
    if parts.fragment or "#" in url or "@" in beyond or parts.netloc.count("@") > 1:
        return "holds a # or an @ that separates nothing: percent-encode what a password holds (@ is %40)"
    if not parts.path.strip("/"):
        return "must name a database: postgresql://USER@HOST/DATABASE"
    return None


def passwords_in(url: LedgerUrl) -> tuple[Secret, ...]:
    """Every form in which the password of a URL might be said by somebody else."""
    text = url.secret.reveal()
    if not text.startswith(POSTGRESQL):
        return ()
    parts = urlsplit(text)
    parameters = (each.partition("=") for each in parts.query.split("&"))
    found = [parts.password or "", *(value for key, _, value in parameters if key in _PASSWORDS)]
    forms = dict.fromkeys(form for one in found for form in (one, unquote(one)) if form)
    return (url.secret, *map(Secret, forms)) if forms else ()


def _shown(parts: SplitResult) -> str:
    user = f"{parts.username}@" if parts.username else ""
    return f"{POSTGRESQL}{user}{parts.netloc.rpartition('@')[2]}{parts.path}"
