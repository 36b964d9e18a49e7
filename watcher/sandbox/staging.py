"""What a person changes of the world while it is served: posts, and accounts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from watcher.sandbox.times import iso, parse
from watcher.sandbox.values import Account, Post
from watcher.sandbox.wire import invalid
from watcher.sandbox.world import UNFINISHED, World

Scene = Callable[[World, Any, datetime], tuple[World, dict[str, Any]]]
"""A world, what is wanted and the time in; the world after it, and what to tell of it, out."""

_STATUSES: Final = ("published", "failed", "queued", "publishing", "draft", "draft_in_inbox")
_FIELDS: Final[dict[str, tuple[str, type]]] = {
    "nextRenewalAt": ("next_renewal_at", datetime),
    "monthlyPriceCents": ("price_cents", int),
    "followers": ("followers", int),
    "handle": ("handle", str),
    "platform": ("platform", str),
    "status": ("status", str),
    "healthTier": ("health", str),
}
"""What may be changed of an account, by its name in the API."""
_AHEAD: Final = timedelta(days=1)


def post(world: World, wanted: Any, now: datetime) -> tuple[World, dict[str, Any]]:
    """One more post: `{"account": "@latte.art.lab", "status": "published", "at": "2026-05-20T16:12:02Z"}`.

    Without `at` it went out now, or is to go out in a day. Raises `Refused`.
    """
    held = _account(world, wanted, ("account", "status", "at"))
    status = wanted.get("status", "published")
    if status not in _STATUSES:
        raise invalid("status", f"must be one of {', '.join(_STATUSES)}")
    at = _instant("at", wanted["at"]) if "at" in wanted else now + _AHEAD if status in UNFINISHED else now
    id_ = f"post_staged_{sum(map(len, world.posts.values())):06d}"
    match status:
        case "published":
            one = Post.published(id=id_, account=held, at=at)
            one = replace(one, published_at=at)
        case "failed":
            one = Post.failed(id=id_, account=held, at=at)
        case _:
            one = replace(Post.queued(id=id_, account=held, at=at), status=status)
    told = {"id": one.id, "account": held.id, "status": one.status, "scheduledFor": iso(one.scheduled_for)}
    return world.with_posts([one]), told


def change(world: World, wanted: Any, _now: datetime) -> tuple[World, dict[str, Any]]:
    """Some fields of one account: `{"account": "@latte.art.lab", "nextRenewalAt": "2026-06-20T16:12:02Z"}`.

    Raises `Refused`.
    """
    held = _account(world, wanted, ("account", *_FIELDS))
    changes: dict[str, Any] = {}
    for key, value in wanted.items():
        if key == "account":
            continue
        name, kind = _FIELDS[key]
        if kind is datetime:
            changes[name] = _instant(key, value)
        elif not isinstance(value, kind) or isinstance(value, bool):
            raise invalid(key, "must be a number" if kind is int else "must be text")
        elif name == "health":
            changes[name] = replace(held.health, tier=str(value))
        else:
            changes[name] = value
    if not changes:
        raise invalid("body", f"nothing to change: give some of {', '.join(_FIELDS)}")
    after = world.with_changed_account(held.id, **changes)
    now_is = after.accounts[held.id]
    told = {
        "id": now_is.id,
        "handle": now_is.handle,
        "platform": now_is.platform,
        "followers": now_is.followers,
        "status": now_is.status,
        "healthTier": now_is.health.tier,
        "nextRenewalAt": iso(now_is.next_renewal_at),
        "monthlyPriceCents": now_is.price_cents,
    }
    return after, told


def _account(world: World, wanted: Any, known: tuple[str, ...]) -> Account:
    """The account that a document names, by id or handle, where it says nothing that is not known."""
    if not isinstance(wanted, dict) or not isinstance(wanted.get("account"), str):
        raise invalid("account", "must be an account's id, or its @handle")
    for key in wanted:
        if key not in known:
            raise invalid(key, f"must be one of {', '.join(known)}")
    named = wanted["account"]
    if named in world.accounts:
        return world.accounts[named]
    found = [held for held in world.accounts.values() if held.handle == named.removeprefix("@")]
    if len(found) != 1:
        raise invalid("account", "several have this handle" if found else f"there is no {named}")
    return found[0]


def _instant(key: str, value: Any) -> datetime:
    at = parse(value) if isinstance(value, str) else None
    if at is None:
        raise invalid(key, "must be a time, such as 2026-05-20T16:12:02Z")
    return at
