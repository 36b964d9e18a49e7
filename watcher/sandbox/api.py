"""The order in which the API looks at a call: route, key, kill switch, rate limit, scope, endpoint."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import unquote

from werkzeug.exceptions import NotFound
from werkzeug.routing import BaseConverter, Map, Rule

from watcher.sandbox import limits
from watcher.sandbox.endpoints import ENDPOINTS, Call, Endpoint, reason_in
from watcher.sandbox.limits import Window
from watcher.sandbox.values import Key
from watcher.sandbox.wire import Answer, Headers, Refused, Request
from watcher.sandbox.world import World


class _Segment(BaseConverter):
    """A path segment that is matched while percent-encoded and decoded after: `a%2Fb` is one id."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        return unquote(value)


_ROUTES: Final = Map(
    [Rule(path, endpoint=path) for path in dict.fromkeys(held.path for held in ENDPOINTS)],
    converters={"segment": _Segment},
    merge_slashes=False,
    strict_slashes=True,
    redirect_defaults=False,
)


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How this sandbox behaves, apart from its world."""

    limits: bool = True
    default_page: int = 200


@dataclass(frozen=True, kw_only=True)
class Gate:
    """The rate-limit windows of every key and kind of call."""

    windows: Mapping[tuple[str, str], Window] = field(default_factory=dict)


def respond(
    world: World,
    gate: Gate,
    request: Request,
    *,
    now: datetime,
    rules: Rules,
    request_id: str,
    view: World | None = None,
) -> tuple[World, Gate, Answer]:
    """Answer one call. `view` is the world a reading is answered from when it is not the present one."""
    headers: Headers = ()
    try:
        endpoint, names = route(request)
        key = authenticated(world, request)
        gate, headers = _admitted(gate, key, endpoint, now=now, rules=rules)
        if endpoint.scope is not None and not key.allows(endpoint.scope):
            raise Refused(403, "FORBIDDEN_SCOPE", f"the key lacks {endpoint.scope}")
        call = Call(request=request, key=key, now=now, default_page=rules.default_page, names=names)
        reading = view is not None and endpoint.method == "GET"
        after, body = endpoint.run(view if reading and view is not None else world, call)
    except Refused as refused:
        answer = refused.answer(request_id)
        return world, gate, replace(answer, headers=(*answer.headers, *headers))
    after = world if reading else after
    return after, gate, Answer(status=200, body=body, headers=headers, applied=after is not world)


def route(request: Request) -> tuple[Endpoint, Mapping[str, Any]]:
    """The endpoint a call means, and what its path names."""
    try:
        path, names = _ROUTES.bind("sandbox").match(request.path, method="GET")
    except NotFound:
        raise Refused(404, "NOT_FOUND", "no such endpoint") from None
    there = {held.method: held for held in ENDPOINTS if held.path == path}
    if request.method not in there:
        allow = (("Allow", ", ".join(sorted(there))),)
        raise Refused(405, "METHOD_NOT_ALLOWED", "this endpoint has no such method", headers=allow)
    return there[request.method], names


def authenticated(world: World, request: Request) -> Key:
    """The key a call brings, if it is known and not suspended."""
    key = world.key_for(request.secret)
    if key is None:
        raise Refused(401, "UNAUTHENTICATED", "missing or invalid key")
    if key.suspended:
        raise Refused(503, "KILL_SWITCH", "this key is suspended")
    return key


def reason_of(request: Request) -> str | None:
    """The reason a release gave, as far as it can be read."""
    try:
        return reason_in(request.body) if request.method == "DELETE" else None
    except Refused:
        return None


def _admitted(
    gate: Gate, key: Key, endpoint: Endpoint, *, now: datetime, rules: Rules
) -> tuple[Gate, Headers]:
    kind = limits.endpoint_class(endpoint.method)
    if not rules.limits:
        return gate, (("X-RateLimit-Endpoint-Class", kind),)
    admission = limits.admit(gate.windows.get((key.id, kind), ()), now, tier=key.tier, kind=kind)
    gate = Gate(windows={**gate.windows, (key.id, kind): admission.window})
    headers = (
        ("X-RateLimit-Limit", str(admission.limit)),
        ("X-RateLimit-Remaining", str(admission.remaining)),
        ("X-RateLimit-Reset", str(round(admission.resets_at.timestamp()))),
        ("X-RateLimit-Endpoint-Class", kind),
    )
    if admission.retry_after is not None:
        wait = (("Retry-After", str(admission.retry_after)), *headers)
        raise Refused(429, "RATE_LIMITED", "too many calls this minute", headers=wait)
    return gate, headers
