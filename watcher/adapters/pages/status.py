"""How things stand, as a page that the daemon serves: it is looked at, and nothing can be changed by it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from watcher.adapters.http.addresses import is_this_machine
from watcher.adapters.logs import logger
from watcher.adapters.pages.door import METHODS, knows
from watcher.adapters.pages.server import address_of
from watcher.adapters.pages.whole_page import Sheets, open_sheets
from watcher.ports.ledger import LedgerUnavailable, LedgerUnusable
from watcher.ports.pages import WholePage
from watcher.rules.option import option
from watcher.texts.secret import Secret

if TYPE_CHECKING:
    from werkzeug.wrappers import Request

_TEXT: Final = "text/plain; charset=utf-8"


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


def is_open_to_others(listen: str) -> bool:
    """Whether others than this machine can reach that address. Raises ValueError for what is none."""
    host, _ = address_of(listen)
    return not is_this_machine(host)


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusPage:
    """The WSGI application. `look` makes what is shown; it may raise `LedgerUnavailable` or `LedgerUnusable`.

    Without a `token` it answers to the names of this machine alone: a page of somebody else's that has its
    own name lead here, to read what stands here, asks by that name.
    """

    look: Callable[[], WholePage]
    token: Secret | None = None
    sheets: Sheets = field(default_factory=open_sheets)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        from werkzeug.wrappers import Request, Response

        status, text, more = self._answer(Request(environ))
        content_type = "text/html; charset=utf-8" if status is HTTPStatus.OK else _TEXT
        response = Response(text, status=status, content_type=content_type)
        response.headers.update({**self.sheets.headers, **more})
        return response(environ, start_response)

    def _answer(self, request: "Request") -> tuple[HTTPStatus, str, dict[str, str]]:
        if request.method not in METHODS:
            return HTTPStatus.METHOD_NOT_ALLOWED, "only GET\n", {"Allow": ", ".join(METHODS)}
        if self.token is None and not is_this_machine(_host_of(request)):
            return HTTPStatus.FORBIDDEN, "asked for by the name of another machine\n", {}
        if self.token is not None and not knows(request, self.token):
            asks = {"WWW-Authenticate": 'Basic realm="lease-watcher"'}
            return HTTPStatus.UNAUTHORIZED, "the token is missing or wrong\n", asks
        if request.path != "/":
            return HTTPStatus.NOT_FOUND, "/\n", {}
        try:
            return HTTPStatus.OK, self.sheets.write(self.look()), {}
        except (LedgerUnavailable, LedgerUnusable) as error:
            logger("watcher.status").warning("status.failed", why=str(error))
            return HTTPStatus.SERVICE_UNAVAILABLE, "the ledger cannot be read now\n", {"Retry-After": "60"}


def _host_of(request: "Request") -> str:
    try:
        return urlsplit(f"//{request.headers.get('Host', '')}").hostname or ""
    except ValueError:
        return ""
