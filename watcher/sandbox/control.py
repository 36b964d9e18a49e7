"""The sandbox's own endpoints under `/_sandbox/`, for people with curl. They are no part of the API."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from watcher.sandbox.log import RequestLog
from watcher.sandbox.times import iso, parse
from watcher.sandbox.wire import Answer, Refused, Request, invalid, not_found
from watcher.sandbox.world import World


@dataclass(frozen=True, kw_only=True)
class Controls:
    """What the endpoints may do to a sandbox."""

    now: Callable[[], datetime]
    advance: Callable[[timedelta], None]
    move_to: Callable[[datetime], None]
    world: Callable[[], World]
    log: RequestLog
    inbox: list[Any]
    """What was posted to `/_sandbox/inbox`: an address for webhooks."""


def answer(controls: Controls, request: Request) -> Answer:
    """Answer a control call, or refuse it."""
    match request.method, request.path:
        case "GET", "/_sandbox/clock":
            body = _clock(controls)
        case "POST", "/_sandbox/clock":
            _set_clock(controls, request)
            body = _clock(controls)
        case "GET", "/_sandbox/log":
            body = _log(controls.log)
        case "GET", "/_sandbox/world":
            body = _world(controls.world())
        case "GET", "/_sandbox/inbox":
            body = {"messages": list(controls.inbox)}
        case "POST", "/_sandbox/inbox":
            controls.inbox.append(_json(request))
            body = {"messages": len(controls.inbox)}
        case _, "/_sandbox/clock" | "/_sandbox/log" | "/_sandbox/world" | "/_sandbox/inbox":
            raise Refused(405, "METHOD_NOT_ALLOWED", "this endpoint has no such method")
        case _:
            raise not_found("control endpoint")
    return Answer(status=200, body=body)


def _clock(controls: Controls) -> dict[str, Any]:
    return {"now": iso(controls.now(), fractional=True)}


def _json(request: Request) -> Any:
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        raise invalid("body", "not JSON") from None


def _set_clock(controls: Controls, request: Request) -> None:
    wanted = _json(request)
    try:
        match wanted:
            case {"advance_seconds": int() | float() as seconds} if not isinstance(seconds, bool):
                controls.advance(timedelta(seconds=seconds))
            case {"move_to": str() as text} if (at := parse(text)) is not None:
                controls.move_to(at)
            case _:
                raise invalid("body", 'must be {"advance_seconds": n} or {"move_to": "2026-05-20T16:12:02Z"}')
    except (OverflowError, ValueError):
        raise invalid("body", "beyond the calendar") from None


def _log(log: RequestLog) -> dict[str, Any]:
    entries = [
        {
            "at": iso(entry.at, fractional=True),
            "method": entry.method,
            "path": entry.path,
            "status": entry.status,
            "reason": entry.reason,
            "key": entry.key,
            "applied": entry.applied,
            "requestId": entry.request_id,
            "faults": list(entry.faults),
        }
        for entry in log.entries
    ]
    return {"entries": entries, "deletesReceived": log.deletes_received}


def _world(world: World) -> dict[str, Any]:
    accounts = [
        {
            "id": held.id,
            "project": held.project,
            "handle": held.handle,
            "status": held.status,
            "leased": held.leased,
            "nextRenewalAt": iso(held.next_renewal_at),
            "monthlyPriceCents": held.price_cents,
            "posts": _counted(post.status for post in world.posts_of(held.id)),
        }
        for held in world.accounts.values()
    ]
    debits = [{"account": held.account, "at": iso(held.at), "cents": held.cents} for held in world.debits]
    releases = [
        {"account": held.account, "at": iso(held.at), "key": held.key, "reason": held.reason}
        for held in world.releases
    ]
    return {"walletCents": world.wallet_cents, "accounts": accounts, "debits": debits, "releases": releases}


def _counted(statuses: Iterable[str]) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for status in statuses:
        counts[status] = counts.get(status, 0) + 1
    return counts
