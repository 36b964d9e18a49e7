"""What a fault does to an answer, and the answer as it then goes over the wire."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime
from typing import Any, Final

from watcher.sandbox import faults
from watcher.sandbox.corruptions import patched
from watcher.sandbox.faults import Fault
from watcher.sandbox.times import iso
from watcher.sandbox.wire import Answer, Headers, Request, refusal

# The cursor of a page that leads back to itself.
LOOP: Final = "bG9vcA=="
MARK: Final = "X-Layers-Sandbox"
"""In every answer: that it is a sandbox's, and what its clock says."""
_PAGE: Final = (
    "<!doctype html><html><head><title>{status}</title></head><body><h1>Bad gateway</h1></body></html>"
)


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """An answer as bytes, and the manner of sending it. Without a `status` the connection is dropped."""

    status: int | None
    headers: Headers = ()
    body: bytes = b""
    # Real seconds before anything is sent.
    wait: float = 0
    # The call is to be answered only after the wait, by a second look at it.
    again: bool = False
    # Spaces to append, counted rather than held.
    padding: int = 0
    # What Content-Length says: None leaves it out.
    declared: int | None = 0
    # Bytes per piece, and real seconds before each.
    drip: tuple[int, float] | None = None
    # False: no Date header at all.
    dated: bool = True
    close: bool = False


def without_loop(request: Request, fired: Iterable[Fault]) -> Request:
    """The call as the API is to read it: the cursor of a looping page means that same page."""
    if not any(isinstance(fault, faults.PageLoop) for fault in fired):
        return request
    return replace(request, query=tuple(pair for pair in request.query if pair != ("cursor", LOOP)))


def spoiled(answer: Answer, fired: Iterable[Fault], request_id: str) -> Answer:
    """The answer after every fault that changes what it says."""
    for fault in fired:
        answer = _said(answer, fault, request_id)
    return answer


def _said(answer: Answer, fault: Fault, request_id: str) -> Answer:
    listing = answer.status == 200 and "items" in answer.body
    match fault:
        case faults.ServerError(status=status, code=code):
            said = refusal(status, code, "something went wrong on our side", request_id)
        case faults.RateLimited(retry_after=wait):
            headers = (("Retry-After", wait),)
            said = refusal(429, "RATE_LIMITED", "too many calls this minute", request_id, headers=headers)
        case faults.Suspended():
            said = refusal(503, "KILL_SWITCH", "this key is suspended", request_id)
        case faults.Hang(apply=False):
            said = refusal(504, "UPSTREAM_TIMEOUT", "the answer did not come in time", request_id)
        case faults.EmptyList() if listing:
            said = replace(answer, body={"items": [], "nextCursor": None}, headers=())
        case faults.PageLoop() if listing:
            said = replace(answer, body={**answer.body, "nextCursor": LOOP}, headers=())
        case faults.Corrupt(mutate=mutate, patch=patch) if answer.status == 200:
            # A deep copy by way of JSON: a mutator may do to its body what it likes.
            body: dict[str, Any] = json.loads(json.dumps(answer.body))
            body = mutate(body) if mutate is not None else body
            return replace(answer, body=patched(body, patch))
        case _:
            return answer
    # Whatever else is wrong, the bucket's state is told as ever.
    bucket = tuple(pair for pair in answer.headers if pair[0].startswith("X-RateLimit-"))
    return replace(said, applied=answer.applied, headers=(*said.headers, *bucket))


def delivered(answer: Answer, fired: Iterable[Fault], *, now: datetime, request_id: str) -> Delivery:
    """The answer on the wire, after every fault that changes how it is sent."""
    body = json.dumps(answer.body, separators=(",", ":")).encode()
    headers = (
        ("Content-Type", "application/json"),
        ("Date", http_date(now)),
        ("X-Request-Id", request_id),
        (MARK, iso(now, fractional=True)),
        *answer.headers,
    )
    delivery = Delivery(status=answer.status, headers=headers, body=body, declared=len(body))
    for fault in fired:
        delivery = _sent(delivery, fault, now)
    return delivery


def _sent(delivery: Delivery, fault: Fault, now: datetime) -> Delivery:
    match fault:
        case faults.Hang(seconds=seconds):
            return replace(delivery, wait=delivery.wait + seconds)
        case faults.LostAnswer() | faults.DropBefore():
            return replace(delivery, status=None)
        case faults.Html(status=status):
            page = _PAGE.format(status=status).encode()
            headers = _with(delivery.headers, "Content-Type", "text/html; charset=utf-8")
            return replace(delivery, status=status, headers=headers, body=page, declared=len(page))
        case faults.EmptyBody(status=status):
            return replace(delivery, status=status, body=b"", declared=0)
        case faults.Truncated():
            half = delivery.body[: len(delivery.body) // 2]
            return replace(delivery, body=half, declared=len(delivery.body), close=True)
        case faults.DripFed(bytes_per_tick=size, interval=interval):
            return replace(delivery, drip=(size, interval))
        case faults.Oversized(bytes=size, declared=declared):
            padding = max(0, size - len(delivery.body))
            length = len(delivery.body) + padding if declared else None
            return replace(delivery, padding=padding, declared=length)
        case faults.WrongDate(offset=offset):
            return replace(delivery, headers=_with(delivery.headers, "Date", http_date(now + offset)))
        case faults.NoDate():
            return replace(delivery, dated=False)
        case faults.WithHeader(name=name, value=value):
            return replace(delivery, headers=(*delivery.headers, (name, value)))
        case faults.WithAge(seconds=seconds):
            return replace(delivery, headers=(*delivery.headers, ("Age", str(seconds))))
        case _:
            return delivery


def http_date(at: datetime) -> str:
    """The instant as a `Date` header writes it."""
    return format_datetime(at, usegmt=True)


def _with(headers: Headers, name: str, value: str) -> Headers:
    return (*((key, held) for key, held in headers if key != name), (name, value))
