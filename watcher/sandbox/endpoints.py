"""The endpoints themselves: a world and a call in; a body, and for a release a new world, out."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from watcher.sandbox import queries, render
from watcher.sandbox.values import LEASED_WRITE, PROJECTS_READ, PUBLISH_READ, SOCIAL_READ, Key, Post
from watcher.sandbox.wire import Refused, Request, invalid, not_found
from watcher.sandbox.world import World, released

POST_STATUSES: Final = ("queued", "publishing", "draft", "draft_in_inbox", "published", "failed", "canceled")
Body = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Call:
    """An admitted call: who asks for what, and what the path named."""

    request: Request
    key: Key
    now: datetime
    default_page: int
    names: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A method on a path, the scope it needs, and what it does."""

    method: str
    path: str
    scope: str | None
    run: Callable[[World, Call], tuple[World, Body]]


def whoami(world: World, call: Call) -> tuple[World, Body]:
    """GET /v1/whoami."""
    return world, render.whoami(world, call.key)


def list_projects(world: World, call: Call) -> tuple[World, Body]:
    """GET /v1/projects, newest first."""
    status = queries.choice(call.request, "status", ("active", "archived"))
    size = queries.limit(call.request, most=200, default=25)
    name = f"projects {status}"
    after = queries.cursor(call.request, of=name)
    found = [held for held in world.projects.values() if status in (None, held.status)]
    found.sort(key=lambda held: (held.created_at, held.id), reverse=True)
    if after is not None:
        found = [held for held in found if [_stamp(held.created_at), held.id] < after]
    page = found[:size]
    following = None
    if len(found) > size:
        following = queries.cursor_after(_stamp(page[-1].created_at), page[-1].id, of=name)
    return world, _page([render.project(world, held) for held in page], following)


def list_leased_accounts(world: World, call: Call) -> tuple[World, Body]:
    """GET /v1/projects/{projectId}/leased-accounts, in the order they came."""
    project = _project(world, call)
    status = queries.choice(call.request, "status", ("assigned", "disconnected")) or "assigned"
    size = queries.limit(call.request, most=200, default=call.default_page)
    name = f"leased {project} {status}"
    after = queries.cursor(call.request, of=name)
    # An account keeps its place in the project when its status changes, so a place is a steady cursor.
    start = _place(after) + 1 if after is not None else 0
    places = list(enumerate(world.accounts_by_project.get(project, ())))[start:]
    found = [(place, held) for place, held in places if held.leased and held.status == status]
    items = [render.account(world, held) for _, held in found[:size]]
    following = queries.cursor_after(str(found[size - 1][0]), of=name) if len(found) > size else None
    return world, _page(items, following)


def list_scheduled_posts(world: World, call: Call) -> tuple[World, Body]:
    """GET /v1/projects/{projectId}/scheduled-posts, newest `scheduledFor` first."""
    project, request = _project(world, call), call.request
    statuses = queries.choices(request, "status", POST_STATUSES)
    account = queries.one(request, "socialAccountId")
    since, until = queries.instant(request, "since"), queries.instant(request, "until")
    size = queries.limit(request, most=100, default=50)
    name = f"posts {project} {sorted(statuses)} {account} {since} {until}"
    after = queries.cursor(request, of=name)

    def wanted(post: Post) -> bool:
        return (
            (not statuses or post.status in statuses)
            and account in (None, post.account)
            and (since is None or post.scheduled_for >= since)
            and (until is None or post.scheduled_for <= until)
            and (after is None or [_stamp(post.scheduled_for), post.id] < after)
        )

    found = [post for post in world.posts.get(project, ()) if wanted(post)]
    page = found[:size]
    following = None
    if len(found) > size:
        following = queries.cursor_after(_stamp(page[-1].scheduled_for), page[-1].id, of=name)
    return world, _page([render.post(world, post) for post in page], following)


def get_health(world: World, call: Call) -> tuple[World, Body]:
    """GET /v1/social-accounts/{socialAccountId}/health."""
    held = world.accounts.get(call.names["account"])
    if held is None or held.status == "disconnected":
        raise not_found("social account")
    return world, render.health(held)


def release(world: World, call: Call) -> tuple[World, Body]:
    """DELETE /v1/leased-accounts/{socialAccountId}: at once, and for good."""
    reason = reason_in(call.request.body)
    held = world.accounts.get(call.names["account"])
    if held is None or held.status == "disconnected":
        raise not_found("leased account")
    if not held.leased:
        raise Refused(409, "CONFLICT", "this account is not leased", details={"reason": "NOT_LEASED"})
    after = released(world, held.id, now=call.now, key=call.key.id, reason=reason)
    return after, render.release(after, after.accounts[held.id])


def reason_in(body: bytes) -> str | None:
    """The reason a release gives, if it gives one."""
    if not body.strip():
        return None
    try:
        held = json.loads(body)
    except (ValueError, RecursionError):
        raise invalid("body", "not JSON") from None
    if not isinstance(held, dict):
        raise invalid("body", "must be an object")
    if "reason" not in held:
        return None
    reason = held["reason"]
    if not isinstance(reason, str):
        raise invalid("reason", "must be text")
    return reason


def _project(world: World, call: Call) -> str:
    project = call.names["project"]
    if project not in world.projects:
        raise not_found("project")
    return project


def _place(after: Sequence[str]) -> int:
    # A cursor is opaque, not signed: somebody may have made one up.
    if len(after) != 1 or not (after[0].isascii() and after[0].isdigit() and len(after[0]) < 10):
        raise invalid("cursor", "not a cursor of this list")
    return int(after[0])


def _stamp(at: datetime) -> str:
    # Sorts as the instants do: always UTC, always the same width.
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _page(items: Sequence[Body], following: str | None) -> Body:
    return {"items": list(items), "nextCursor": following}


ENDPOINTS: Final = (
    Endpoint(method="GET", path="/v1/whoami", scope=None, run=whoami),
    Endpoint(method="GET", path="/v1/projects", scope=PROJECTS_READ, run=list_projects),
    Endpoint(
        method="GET",
        path="/v1/projects/<segment:project>/leased-accounts",
        scope=LEASED_WRITE,
        run=list_leased_accounts,
    ),
    Endpoint(
        method="GET",
        path="/v1/projects/<segment:project>/scheduled-posts",
        scope=PUBLISH_READ,
        run=list_scheduled_posts,
    ),
    Endpoint(
        method="GET", path="/v1/social-accounts/<segment:account>/health", scope=SOCIAL_READ, run=get_health
    ),
    Endpoint(method="DELETE", path="/v1/leased-accounts/<segment:account>", scope=LEASED_WRITE, run=release),
)
