"""The sandbox's own endpoints under `/_sandbox/`, for people with curl. They are no part of the API."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from watcher.sandbox import staging
from watcher.sandbox.engine import Listed
from watcher.sandbox.faults import Fault
from watcher.sandbox.log import RequestLog
from watcher.sandbox.named_faults import NAMES, fault_of, name_of
from watcher.sandbox.times import FIRST, LAST, iso, parse
from watcher.sandbox.wire import Answer, Refused, Request, invalid, not_found
from watcher.sandbox.world import World

ENDPOINTS: Final = {
    "clock": "GET; POST {advance_seconds} or {move_to}: move its clock, and the renewals on the way happen",
    "faults": "GET; POST {fault, method, path, after, times, …}: spoil the calls to come; DELETE: no more",
    "posts": "POST {account, status, at}: somebody posts, or plans to",
    "accounts": (
        "POST {account, nextRenewalAt, monthlyPriceCents, handle, followers, status, healthTier}: change one"
    ),
    "world": "GET: every account, the wallet, what was debited and released",
    "log": "GET: every call of the API, and how it was answered",
    "inbox": "GET: what webhooks sent here; POST: an address for them",
}
"""What there is under `/_sandbox/`, each in a line."""


@dataclass(frozen=True, kw_only=True)
class Controls:
    """What the endpoints may do to a sandbox."""

    now: Callable[[], datetime]
    advance: Callable[[timedelta], None]
    move_to: Callable[[datetime], None]
    world: Callable[[], World]
    edit: Callable[[Callable[[World], World]], World]
    faults: Callable[[], Sequence[Listed]]
    add_fault: Callable[[Fault], None]
    clear_faults: Callable[[], None]
    log: RequestLog
    inbox: list[Any]
    """What was posted to `/_sandbox/inbox`: an address for webhooks."""


def answer(controls: Controls, request: Request) -> Answer:
    """Answer a control call, or refuse it."""
    match request.method, request.path:
        case "GET", "/_sandbox/":
            body: dict[str, Any] = dict(ENDPOINTS)
        case "GET", "/_sandbox/faults":
            body = _faults(controls)
        case "POST", "/_sandbox/faults":
            controls.add_fault(fault_of(_json(request)))
            body = _faults(controls)
        case "DELETE", "/_sandbox/faults":
            controls.clear_faults()
            body = _faults(controls)
        case "POST", "/_sandbox/posts":
            body = _staged(controls, staging.post, request)
        case "POST", "/_sandbox/accounts":
            body = _staged(controls, staging.change, request)
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
        case _, path if path.removeprefix("/_sandbox/") in ("", *ENDPOINTS):
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


def _faults(controls: Controls) -> dict[str, Any]:
    """Those in force: how many calls each looked at, and how many it spoiled."""
    listed = [
        {"fault": name_of(held.fault), "seen": held.seen, "spoiled": held.fired} for held in controls.faults()
    ]
    return {"faults": listed, "known": sorted(NAMES)}


def _staged(controls: Controls, scene: staging.Scene, request: Request) -> dict[str, Any]:
    """The change that a scene makes of the world, or its refusal: then nothing has changed."""
    wanted, told = _json(request), dict[str, Any]()

    def change(world: World) -> World:
        after, said = scene(world, wanted, controls.now())
        told.update(said)
        return after

    controls.edit(change)
    return told


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
        raise invalid("body", f"its clock goes from {FIRST:%Y} to {LAST:%Y}") from None


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
            "healthTier": held.health.tier,
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
