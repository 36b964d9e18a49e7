"""The page behind a link: it shows one account, and a button that holds it until it renews.

There is no token against forged requests beside the link: nobody is logged in here, so a stranger's page has
nobody's rights to borrow. The link itself is the right, and whoever could send it could also just open it.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, assert_never

from watcher.adapters.logs import logger
from watcher.adapters.pages.keep import sheets
from watcher.adapters.pages.keep.links import Expired, Forged, KeepLink
from watcher.adapters.pages.keep.sheets import LONGEST_REASON, Shown
from watcher.adapters.pages.layout import Paper, Sheet, open_paper
from watcher.facts.accounts import AccountId, LeasePeriod
from watcher.ports.clock import Clock
from watcher.record.fates import LeaseState
from watcher.texts.plain import plain

if TYPE_CHECKING:
    from werkzeug.wrappers import Request

BY: Final = "keep link"
"""Who says a hold that came by link."""

MOST_BYTES: Final = 8 * 1024

_LINK: Final = re.compile(r"/keep/([A-Za-z0-9_.-]{1,2048})\Z")
_METHODS: Final = ("GET", "HEAD", "POST")

Look = Callable[[AccountId], Shown | None]
"""What is known of an account; None for one that never was."""

Hold = Callable[[AccountId, datetime, str], None]
"""Hold an account until then, for that reason, unless it was released: what is noted is so for good."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeepPage:
    """The WSGI application. GET and HEAD change nothing, so whatever follows links in mails does no harm.

    Looking and holding is all it was given: nothing that is reachable here can release.
    """

    links: KeepLink
    look: Look
    hold: Hold
    clock: Clock
    timezone: tzinfo
    paper: Paper

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        from werkzeug.wrappers import Request, Response

        status, sheet = self._answer(Request(environ))
        response = Response(
            self.paper.write(sheet), status=status, headers=self.paper.headers, mimetype="text/html"
        )
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            response.headers["Allow"] = ", ".join(_METHODS)
        return response(environ, start_response)

    def _answer(self, request: "Request") -> tuple[HTTPStatus, Sheet]:
        if request.method not in _METHODS:
            return HTTPStatus.METHOD_NOT_ALLOWED, sheets.METHOD
        link = _LINK.search(request.path)
        if link is None:
            return HTTPStatus.NOT_FOUND, sheets.NOTHING
        try:
            return self._opened(request, link[1])
        except Exception as error:
            # Whatever it is, nobody may go away believing that the account is held.
            logger("watcher.keep").error("keep.failed", why=type(error).__name__, exc_info=True)
            return HTTPStatus.SERVICE_UNAVAILABLE, sheets.FAILED

    def _opened(self, request: "Request", token: str) -> tuple[HTTPStatus, Sheet]:
        now = self.clock.now()
        match self.links.read(token, now):
            case LeasePeriod() as period:
                return self._of(request, period, now)
            case Expired():
                return HTTPStatus.GONE, sheets.OVER
            case Forged():
                return HTTPStatus.NOT_FOUND, sheets.NOTHING
            case never:
                assert_never(never)

    def _of(self, request: "Request", period: LeasePeriod, now: datetime) -> tuple[HTTPStatus, Sheet]:
        shown = self.look(period.account)
        if shown is None:
            return HTTPStatus.NOT_FOUND, sheets.NOTHING
        if shown.fate.state is LeaseState.RELEASED:
            return HTTPStatus.GONE, sheets.released(shown, now, self.timezone)
        if shown.renews_at != period.renews_at:
            return HTTPStatus.GONE, sheets.OVER
        if shown.held:
            return self._held(shown, now)
        if request.method != "POST":
            return HTTPStatus.OK, sheets.question(shown, now, self.timezone)
        if request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
            return HTTPStatus.FORBIDDEN, sheets.STRANGER
        why = _reason(request)
        if why is None:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, sheets.TOO_LARGE
        self.hold(period.account, period.renews_at, why)
        shown = self.look(period.account)
        return self._noted(shown, now) if shown else (HTTPStatus.NOT_FOUND, sheets.NOTHING)

    def _held(self, shown: Shown, now: datetime) -> tuple[HTTPStatus, Sheet]:
        if shown.fate.state is LeaseState.LEASED:
            return HTTPStatus.OK, sheets.already(shown, now, self.timezone)
        return self._noted(shown, now)

    def _noted(self, shown: Shown, now: datetime) -> tuple[HTTPStatus, Sheet]:
        """What came of a hold, by what became of the lease meanwhile."""
        match shown.fate.state:
            case LeaseState.LEASED:
                return HTTPStatus.OK, sheets.kept(shown, now, self.timezone)
            case LeaseState.RELEASING:
                return HTTPStatus.CONFLICT, sheets.late(shown, now, self.timezone)
            case LeaseState.RELEASED:
                return HTTPStatus.GONE, sheets.released(shown, now, self.timezone)
            case LeaseState.NOT_LISTED:
                return HTTPStatus.OK, sheets.unlisted(shown, now, self.timezone)
            case never:
                assert_never(never)


def open_page(links: KeepLink, look: Look, hold: Hold, *, clock: Clock, timezone: tzinfo) -> KeepPage:
    return KeepPage(links=links, look=look, hold=hold, clock=clock, timezone=timezone, paper=open_paper())


def _reason(request: "Request") -> str | None:
    """What was typed, on one line and not too long; None for a body larger than a form is."""
    from werkzeug.exceptions import RequestEntityTooLarge

    request.max_content_length = request.max_form_memory_size = MOST_BYTES
    try:
        typed = request.form.get("reason", "")
    except RequestEntityTooLarge:
        return None
    return plain(typed.strip())[:LONGEST_REASON] or "held by link"
