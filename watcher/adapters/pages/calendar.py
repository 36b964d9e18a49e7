"""`/calendar.ics`: until when what is to be decided, and what renews when, for programs that subscribe."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from typing import Any, Final

from watcher.adapters.logs import logger
from watcher.adapters.pages.door import METHODS, knows
from watcher.ports.ledger import LedgerUnavailable, LedgerUnusable
from watcher.texts.secret import Secret

PATH: Final = "/calendar.ics"
_TEXT: Final = "text/plain; charset=utf-8"


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarPage:
    """The WSGI application. `calendar` makes what is served; it may raise `LedgerUnavailable` or
    `LedgerUnusable`.

    Who does not know the token learns nothing, not even whether there is a calendar at another path.
    """

    token: Secret
    calendar: Callable[[], bytes]

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        from werkzeug.wrappers import Request, Response

        request = Request(environ)
        response = self._answer(request)
        response.headers["Cache-Control"] = "private, no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        answer: Response = response.make_conditional(environ)
        return answer(environ, start_response)

    def _answer(self, request: Any) -> Any:
        from werkzeug.wrappers import Response

        if request.method not in METHODS:
            allowed = {"Allow": ", ".join(METHODS)}
            return Response("only GET\n", HTTPStatus.METHOD_NOT_ALLOWED, headers=allowed, content_type=_TEXT)
        if not knows(request, self.token, in_address=True):
            asks = {"WWW-Authenticate": 'Basic realm="lease-watcher"'}
            return Response(
                "the token is missing or wrong\n", HTTPStatus.UNAUTHORIZED, headers=asks, content_type=_TEXT
            )
        if request.path != PATH:
            return Response(f"{PATH}\n", HTTPStatus.NOT_FOUND, content_type=_TEXT)
        try:
            body = self.calendar()
        except (LedgerUnavailable, LedgerUnusable) as error:
            logger("watcher.calendar").warning("calendar.failed", why=str(error))
            later = {"Retry-After": "60"}
            return Response(
                "the ledger cannot be read now\n",
                HTTPStatus.SERVICE_UNAVAILABLE,
                headers=later,
                content_type=_TEXT,
            )
        found = Response(body, content_type="text/calendar; charset=utf-8")
        found.set_etag(sha256(body).hexdigest()[:32])
        found.headers["Content-Disposition"] = 'inline; filename="leases.ics"'
        return found
