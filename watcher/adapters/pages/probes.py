"""`/healthz`, `/readyz` and `/metrics`: how the daemon is doing, for supervisors and Prometheus."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from watcher.decide.readiness import Readiness

_METHODS: Final = ("GET", "HEAD")
_TEXT: Final = "text/plain; charset=utf-8"
_JSON: Final = "application/json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    status: HTTPStatus
    content_type: str
    body: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class HealthPage:
    """The WSGI application. It looks at values that are there already: asking costs no turn anything.

    `alive`: whether the daemon's own thread still moves; `metrics` answers a content type and the text.
    """

    alive: Callable[[], bool]
    readiness: Callable[[], Readiness]
    metrics: Callable[[], tuple[str, bytes]]

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        from werkzeug.wrappers import Request, Response

        request = Request(environ)
        answered = self._answer(request.method, request.path)
        response = Response(answered.body, status=answered.status, content_type=answered.content_type)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        if answered.status is HTTPStatus.METHOD_NOT_ALLOWED:
            response.headers["Allow"] = ", ".join(_METHODS)
        return response(environ, start_response)

    def _answer(self, method: str, path: str) -> Answered:
        if method not in _METHODS:
            return Answered(status=HTTPStatus.METHOD_NOT_ALLOWED, content_type=_TEXT, body=b"only GET\n")
        match path:
            case "/healthz":
                alive = self.alive()
                return _json({"schema": "health/1", "alive": alive}, good=alive)
            case "/readyz":
                found = self.readiness()
                return _json(_readiness(found), good=found.ready)
            case "/metrics":
                content_type, text = self.metrics()
                return Answered(status=HTTPStatus.OK, content_type=content_type, body=text)
            case _:
                told = b"/healthz, /readyz, /metrics\n"
                return Answered(status=HTTPStatus.NOT_FOUND, content_type=_TEXT, body=told)


def _json(document: dict[str, Any], *, good: bool) -> Answered:
    status = HTTPStatus.OK if good else HTTPStatus.SERVICE_UNAVAILABLE
    return Answered(status=status, content_type=_JSON, body=f"{json.dumps(document)}\n".encode())


def _readiness(found: Readiness) -> dict[str, Any]:
    last = found.last_good_at
    return {
        "schema": "ready/1",
        "ready": found.ready,
        "why": [{"reason": reason.value, "text": text} for reason, text in found.reasons],
        "last_good_turn": None if last is None else last.isoformat(timespec="seconds"),
        "age_seconds": None if last is None else round((found.at - last).total_seconds(), 1),
        "bound_seconds": round(found.bound.total_seconds(), 1),
    }
