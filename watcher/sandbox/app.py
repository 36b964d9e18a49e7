"""The WSGI application: a request becomes a value; its delivery becomes bytes, pauses or silence."""

from collections.abc import Callable, Iterable, Iterator
from threading import Event
from typing import Any, Final, Protocol

from cheroot.errors import MaxSizeExceeded
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request as HttpRequest
from werkzeug.wrappers import Response

from watcher.sandbox import web
from watcher.sandbox.engine import Outcome
from watcher.sandbox.shaping import Delivery
from watcher.sandbox.wire import Request

StartResponse = Callable[..., Any]
Environ = dict[str, Any]
_CHUNK: Final = 64 * 1024


class Backend(Protocol):
    """What the application asks of the sandbox behind it."""

    def look(self, request: Request) -> tuple[Outcome, Event]:
        """Answer a call; the event is set when it is to wait no longer."""

    def look_again(self, request: Request, landing: Outcome) -> tuple[Outcome, Event]:
        """Answer a call whose late hang is over."""

    def drown(self, request: Request, landing: Outcome) -> None:
        """Note that a call went down with the server before it was answered."""

    def control(self, request: Request) -> Delivery:
        """Answer a call under `/_sandbox/`."""


class App:
    """One serving of a sandbox, which ends when `stopping` is set."""

    def __init__(self, backend: Backend, stopping: Event) -> None:
        self._backend = backend
        self._stopping = stopping

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        request = read(environ)
        if request.path.startswith("/_sandbox/"):
            delivery, wake = self._backend.control(request), Event()
        else:
            delivery, wake = self._answer(request)
        if delivery.status is None:
            web.drop(environ)
            return ()
        raw = environ[web.REQUEST]
        raw.close_connection = raw.close_connection or delivery.close
        raw.undated = not delivery.dated
        headers = list(delivery.headers)
        if delivery.declared is not None:
            headers.append(("Content-Length", str(delivery.declared)))
        response = Response(self._pieces(delivery, wake), status=delivery.status, headers=headers)
        return response(environ, start_response)

    def _answer(self, request: Request) -> tuple[Delivery, Event]:
        outcome, wake = self._backend.look(request)
        if outcome.delivery.again:
            if not self._pause(outcome.delivery.wait, wake):
                self._backend.drown(request, outcome)
                return outcome.delivery, wake
            outcome, wake = self._backend.look_again(request, outcome)
        if outcome.delivery.wait and not self._pause(outcome.delivery.wait, wake):
            return Delivery(status=None), wake
        return outcome.delivery, wake

    def _pieces(self, delivery: Delivery, wake: Event) -> Iterator[bytes]:
        size, interval = delivery.drip or (_CHUNK, 0)
        for piece in _cut(delivery, size):
            if interval and not self._pause(interval, wake):
                return
            yield piece

    def _pause(self, seconds: float, wake: Event) -> bool:
        """Wait so many real seconds or until woken; False when the serving has ended meanwhile."""
        if not self._stopping.is_set():
            wake.wait(seconds)
        return not self._stopping.is_set()


def read(environ: Environ) -> Request:
    """The call a WSGI environment holds. A body that cannot be read is an unreadable body, not a crash."""
    http = HttpRequest(environ)
    path, _, raw_query = environ["REQUEST_URI"].partition("?")
    scheme, _, secret = http.headers.get("Authorization", "").partition(" ")
    try:
        body = http.get_data(cache=False)
    except (HTTPException, MaxSizeExceeded, ValueError):
        body = b"\x00"
    return Request(
        method=http.method,
        path=path,
        query=tuple(http.args.items(multi=True)),
        raw_query=raw_query,
        secret=secret.strip() or None if scheme.lower() == "bearer" else None,
        body=body,
    )


def _cut(delivery: Delivery, size: int) -> Iterator[bytes]:
    for start in range(0, len(delivery.body), size):
        yield delivery.body[start : start + size]
    left = delivery.padding
    while left > 0:
        yield b" " * min(size, left)
        left -= size
