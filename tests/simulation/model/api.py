"""The API over the world: a request in, an answer out, by the documentation alone."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.simulation.model.world import Lease, Look, Post, World

ORGANIZATION = "org_simulated"
_MOST_POSTS = 100
_CURSOR = "after_"


@dataclass(frozen=True, kw_only=True)
class Reply:
    """`look`: which list it hands out, if it is one. `drips`: seconds in which its body comes. `kept`: it is
    whole, and as of some time ago.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    look: Look | None = None
    drips: float = 0.0
    kept: bool = False


@dataclass(kw_only=True)
class Api:
    """Answers for the world. `requests` counts, so that each answer has an id of its own."""

    world: World
    requests: int = 0
    _spelt_so_far: dict[tuple[int, str], tuple[Post, str]] = field(default_factory=dict)

    def answer(
        self,
        method: str,
        target: str,
        *,
        authorization: str | None,
        begun_at: datetime,
        now: datetime,
    ) -> Reply:
        """`begun_at`: when the request left whoever asks; `now`: when it is carried out."""
        self.world.advance(now)
        self.requests += 1
        path, query = _read(target)
        if authorization != f"Bearer {self.world.secret}":
            return self.error(401, "UNAUTHENTICATED")
        match method, path:
            case "GET", ["v1", "whoami"]:
                return self._json(200, self._whoami())
            case "GET", ["v1", "projects"]:
                return self._of("projects:read", lambda: self._projects())
            case "GET", ["v1", "projects", project, "leased-accounts"]:
                return self._of("leased:write", lambda: self._leases(project, query))
            case "GET", ["v1", "projects", project, "scheduled-posts"]:
                return self._of("publish:read", lambda: self._posts(project, query))
            case "DELETE", ["v1", "leased-accounts", account]:
                return self._of("leased:write", lambda: self._release(account, begun_at, now))
            case _:
                return self.error(404, "NOT_FOUND")

    def error(self, status: int, code: str, headers: Mapping[str, str] | None = None) -> Reply:
        said = {"code": code, "message": "as it is", "requestId": self._id}
        return self._json(status, {"error": said}, headers=headers)

    def _of(self, scope: str, do: Any) -> Reply:
        return do() if scope in self.world.scopes else self.error(403, "FORBIDDEN_SCOPE")

    @property
    def _id(self) -> str:
        return f"req_{self.requests:08d}"

    def _json(
        self, status: int, body: Any, *, look: Look | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        return self._said(status, json.dumps(body).encode(), look=look, headers=headers)

    def _said(
        self, status: int, body: bytes, *, look: Look | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        said = {
            "Content-Type": "application/json",
            "Date": format_datetime(self.world.now, usegmt=True),
            "X-Request-Id": self._id,
            **(headers or {}),
        }
        return Reply(status=status, headers=said, body=body, look=look)

    def _whoami(self) -> dict[str, Any]:
        return {
            "organizationId": ORGANIZATION,
            "organizationName": "Simulated",
            "scopes": list(self.world.scopes),
            "rateLimitTier": "partner",
            "apiKeyId": "key_simulated",
            "creditBalance": self.world.wallet_cents,
        }

    def _projects(self) -> Reply:
        items = [{"id": id_, "name": name, "status": "active"} for id_, name in self.world.projects.items()]
        return self._json(200, {"items": items, "nextCursor": None})

    def _leases(self, project: str, query: Mapping[str, list[str]]) -> Reply:
        if project not in self.world.projects:
            return self.error(404, "NOT_FOUND")
        if query.get("status", ["assigned"]) == ["disconnected"]:
            gone = [_disconnected(one) for one in self.world.disconnected(project)]
            look = Look(at=self.world.now, what="disconnected", project=project)
            return self._json(200, {"items": gone, "nextCursor": None}, look=look)
        there = [self._assigned(one) for one in self.world.assigned(project)]
        look = Look(at=self.world.now, what="assigned", project=project)
        return self._paged(there, query, self.world.page or len(there) or 1, look)

    def _posts(self, project: str, query: Mapping[str, list[str]]) -> Reply:
        if project not in self.world.projects:
            return self.error(404, "NOT_FOUND")
        now, account = self.world.now, query.get("socialAccountId", [None])[0]
        wanted = set(query.get("status", ()))
        shown = [
            self._spelt(post, status)
            for post in self.world.newest_first(project)
            if account in (None, post.account)
            if (status := post.status(now)) is not None and (not wanted or status in wanted)
        ]
        limit = min(int(query.get("limit", ["50"])[0]), _MOST_POSTS)
        look = Look(at=now, what="posts", project=project, account=account)
        return self._paged(shown, query, limit, look)

    def _spelt(self, post: Post, status: str) -> str:
        """A post as it is shown; it is shown again and again, and does not change but with its status."""
        key = id(post), status
        if key not in self._spelt_so_far:
            self._spelt_so_far[key] = post, json.dumps(_post(post, status))
        return self._spelt_so_far[key][1]

    def _paged(self, items: Sequence[str], query: Mapping[str, list[str]], limit: int, look: Look) -> Reply:
        """Of items that are JSON already."""
        begin = int(query.get("cursor", [f"{_CURSOR}0"])[0].removeprefix(_CURSOR))
        more = begin + limit < len(items)
        following = json.dumps(f"{_CURSOR}{begin + limit}" if more else None)
        page = f'{{"items": [{", ".join(items[begin : begin + limit])}], "nextCursor": {following}}}'
        return self._said(200, page.encode(), look=look)

    def _release(self, account: str, begun_at: datetime, now: datetime) -> Reply:
        status = self.world.release(account, begun_at, now)
        if status != 200:
            return self.error(status, "NOT_FOUND")
        return self._json(
            200,
            {
                "socialAccountId": account,
                "status": "disconnected",
                "disconnectedReason": "released_by_partner",
                "disconnectedAt": instant(now),
            },
        )

    def item(self, lease: Lease) -> dict[str, Any]:
        """As the list of its project shows it."""
        shown: dict[str, Any] = json.loads(self._assigned(lease))
        return shown

    def _assigned(self, lease: Lease) -> str:
        renews_at = lease.renews_at
        if lease.shown is not None and self.world.now < lease.shown[1]:
            renews_at = lease.shown[0]
        said = (
            lease.handle,
            lease.project,
            lease.platform,
            renews_at,
            lease.price_cents,
            lease.assigned_at,
        )
        self.world.truth.show(lease.id, self.world.now, said)
        return _spelt_lease(
            lease.id,
            lease.project,
            lease.handle,
            lease.platform,
            lease.followers,
            lease.assigned_at,
            renews_at,
            lease.price_cents,
        )


@lru_cache(maxsize=4096)
def _read(target: str) -> tuple[list[str], Mapping[str, list[str]]]:
    """The parts of a path, and what is asked for: the same again and again."""
    parts = urlsplit(target)
    path = [unquote(part) for part in parts.path.strip("/").split("/")]
    return path, parse_qs(parts.query, keep_blank_values=True)


@lru_cache(maxsize=4096)
def _spelt_lease(
    id_: str,
    project: str,
    handle: str,
    platform: str,
    followers: int,
    assigned_at: datetime,
    renews_at: datetime,
    price_cents: int,
) -> str:
    """A lease as it is shown: in most lists as in the one before."""
    return json.dumps(
        {
            "socialAccountId": id_,
            "projectId": project,
            "handle": handle,
            "platform": platform,
            "followers": followers,
            "status": "assigned",
            "assignedAt": instant(assigned_at),
            "nextRenewalAt": instant(renews_at),
            "monthlyPriceCents": price_cents,
        }
    )


def instant(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _disconnected(lease: Lease) -> dict[str, Any]:
    return {
        "socialAccountId": lease.id,
        "projectId": lease.project,
        "handle": lease.handle,
        "status": "disconnected",
        "disconnectedReason": "released_by_partner",
    }


def _post(post: Post, status: str) -> dict[str, Any]:
    tried = status in ("published", "failed")
    return {
        "id": post.id,
        "socialAccountId": post.account,
        "status": status,
        "scheduledFor": instant(post.scheduled_for),
        "attemptedAt": instant(post.ended_at) if tried else None,
        "publishedAt": instant(post.ended_at) if status == "published" else None,
    }


def with_items(reply: Reply, change: Any) -> Reply:
    """The same answer with other items: `change` takes them and answers others. What it says is of now.

    One that another fault has spoilt stays so.
    """
    try:
        body = json.loads(reply.body)
    except ValueError:
        return reply
    items: Iterable[Any] = change(body["items"])
    changed = json.dumps({**body, "items": list(items)}).encode()
    return replace(reply, body=changed)
