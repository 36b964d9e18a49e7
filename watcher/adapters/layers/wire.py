"""Everything but leased accounts on the wire: read leniently, as no single field of it decides anything.

An answer with an `error` is none, whatever else it holds.
"""

from typing import Any, Literal, NotRequired

from pydantic import TypeAdapter
from typing_extensions import TypedDict

from watcher.adapters.layers.bodies import REPEATED, Items, instant, usable, validated
from watcher.adapters.layers.paging import Page
from watcher.facts.accounts import AccountId, ProjectId
from watcher.facts.health import HealthTier
from watcher.facts.posts import Post, PostStatus
from watcher.ports.leases import HealthAnswer, Project
from watcher.texts.foreign import is_short, is_text, title


class Whoami(TypedDict):
    organizationId: str
    organizationName: NotRequired[Any]
    scopes: NotRequired[list[str] | None]
    rateLimitTier: NotRequired[Any]
    apiKeyId: NotRequired[Any]
    killSwitch: NotRequired[Any]
    apiAccessRevoked: NotRequired[Any]
    error: NotRequired[None]


class _Project(TypedDict):
    id: str
    name: NotRequired[Any]
    status: NotRequired[Any]


class _Post(TypedDict):
    socialAccountId: str
    status: NotRequired[Any]
    scheduledFor: NotRequired[Any]
    attemptedAt: NotRequired[Any]
    publishedAt: NotRequired[Any]


class _Health(TypedDict):
    socialAccountId: str
    score: float
    tier: str
    error: NotRequired[None]


class _Released(TypedDict):
    socialAccountId: str
    status: Literal["disconnected"]
    error: NotRequired[None]


_WHOAMI = TypeAdapter(Whoami)
_PROJECTS, _POSTS = TypeAdapter(Items[_Project]), TypeAdapter(Items[_Post])
_ANYTHING = TypeAdapter(Items[Any])
_RELEASED = TypeAdapter(_Released)
_HEALTH = TypeAdapter(_Health)
_TIERS = {tier.value: tier for tier in HealthTier}
_STATUSES = {status.value: status for status in PostStatus}


def whoami(body: bytes) -> Whoami | None:
    """The key's identity; None if the body is none."""
    said = validated(_WHOAMI, body)
    if said is None:
        return None
    organization = said["organizationId"]
    named = organization.strip() and is_text(organization) and is_short(organization)
    return said if named else None


def projects_page(body: bytes) -> Page[Project] | None:
    """The active ones on a page; None if an id on it cannot be read, as a project must not be overlooked."""
    page = validated(_PROJECTS, body)
    if page is None or any(item.get("status") is REPEATED for item in page["items"]):
        return None
    active = [item for item in page["items"] if item.get("status", "active") == "active"]
    if not all(usable(item["id"]) for item in active):
        return None
    return Page(
        items=[Project(id=ProjectId(item["id"]), name=title(item.get("name"))) for item in active],
        next_cursor=page.get("nextCursor"),
    )


def posts_page(body: bytes) -> Page[Post] | None:
    """Posts; what cannot be read of one is None. None for the page if an account's id cannot be read."""
    page = validated(_POSTS, body)
    if page is None:
        return None
    items = page["items"]
    # A damaged id may be that of any account: its use must not be taken for nobody's.
    if not all(item["socialAccountId"] and is_text(item["socialAccountId"]) for item in items):
        return None
    return Page(items=[_post(item) for item in items], next_cursor=page.get("nextCursor"))


def disconnected_page(body: bytes, project: ProjectId) -> Page[AccountId] | None:
    """The ids on a page of accounts that left; an item that says something else is not believed."""
    page = validated(_ANYTHING, body)
    if page is None:
        return None
    found = [
        AccountId(item["socialAccountId"])
        for item in page["items"]
        if isinstance(item, dict)
        and isinstance(item.get("socialAccountId"), str)
        and item.get("status", "disconnected") == "disconnected"
        and item.get("projectId", project) == project
    ]
    return Page(items=found, next_cursor=page.get("nextCursor"))


def health(body: bytes, account: AccountId) -> HealthAnswer | None:
    """The health of this very account; None if the body is that of none, or of another one.

    The score decides nothing, but an answer without a possible one is not what the API documents.
    """
    said = validated(_HEALTH, body)
    if said is None or said["socialAccountId"] != account or not 0 <= said["score"] <= 100:
        return None
    return HealthAnswer(tier=_TIERS.get(said["tier"]))


def confirms(body: bytes, account: AccountId) -> bool:
    """Whether an answer to a release says that this very account was released."""
    said = validated(_RELEASED, body)
    return said is not None and said["socialAccountId"] == account


def _post(item: _Post) -> Post:
    # Of what says two things at once nothing is known, as of a status that nobody knows.
    status = None if REPEATED in item.values() else item.get("status")
    return Post(
        account=AccountId(item["socialAccountId"]),
        status=_STATUSES.get(status) if isinstance(status, str) else None,
        scheduled_for=instant(item.get("scheduledFor")),
        attempted_at=instant(item.get("attemptedAt")),
        published_at=instant(item.get("publishedAt")),
    )
