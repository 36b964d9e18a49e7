"""How things stand, as a page that the daemon serves: it is looked at, and nothing can be changed by it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from watcher.adapters.http.addresses import is_this_machine
from watcher.adapters.logs import logger
from watcher.adapters.pages.door import METHODS, knows
from watcher.adapters.pages.whole_page import Sheets, open_sheets
from watcher.ports.ledger import LedgerUnavailable, LedgerUnusable
from watcher.ports.pages import WholePage
from watcher.texts.secret import Secret

if TYPE_CHECKING:
    from werkzeug.wrappers import Request

_TEXT: Final = "text/plain; charset=utf-8"


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
