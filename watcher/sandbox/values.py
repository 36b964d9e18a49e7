"""What the sandbox holds: keys, projects, accounts, posts, and what happened to the wallet."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from watcher.sandbox.times import month_length

Tier = Literal["standard", "pilot", "partner"]

PROJECTS_READ = "projects:read"
LEASED_WRITE = "leased:write"
PUBLISH_READ = "publish:read"
SOCIAL_READ = "social:read"

LIST_PRICE_CENTS = 15000


@dataclass(frozen=True, kw_only=True)
class Key:
    """An API key. The secret stays out of `repr`, and out of everything the sandbox answers or logs."""

    secret: str = field(repr=False)
    id: str = "key_sandbox"
    scopes: tuple[str, ...] = ("*",)
    tier: Tier = "standard"
    suspended: bool = False

    def allows(self, scope: str) -> bool:
        """Whether the key may do what the scope stands for."""
        return "*" in self.scopes or scope in self.scopes


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project of the organisation."""

    id: str
    name: str
    created_at: datetime
    status: str = "active"
    customer_external_id: str | None = None
    timezone: str = "UTC"
    primary_language: str = "en"
    owner_email: str | None = None


@dataclass(frozen=True, kw_only=True)
class Health:
    """The provider's opinion of an account."""

    score: float = 64
    tier: str = "warm"


@dataclass(frozen=True, kw_only=True)
class Account:
    """A social account: leased, or with `leased=False` the customer's own, which no release may touch."""

    id: str
    project: str
    handle: str
    assigned_at: datetime
    next_renewal_at: datetime
    platform: str = "tiktok"
    followers: int = 1000
    price_cents: int = LIST_PRICE_CENTS
    status: str = "assigned"
    leased: bool = True
    disconnected_reason: str | None = None
    disconnected_at: datetime | None = None
    health: Health = Health()

    @property
    def renews(self) -> bool:
        """Whether the wallet is debited for it when its renewal comes."""
        return self.leased and self.status == "assigned"

    @property
    def anchor_day(self) -> int:
        """The day of the month it renews on: that of its assignment, which short months only clip."""
        renewal, assigned = self.next_renewal_at, self.assigned_at.day
        clipped = min(assigned, month_length(renewal.year, renewal.month))
        return assigned if renewal.day == clipped else renewal.day


@dataclass(frozen=True, kw_only=True)
class Post:
    """A scheduled post, whatever became of it."""

    id: str
    project: str
    account: str
    status: str
    scheduled_for: datetime
    platform: str = "tiktok"
    mode: str = "direct"
    attempted_at: datetime | None = None
    published_at: datetime | None = None
    last_error: str | None = None

    @classmethod
    def published(cls, *, id: str, account: Account, at: datetime) -> "Post":
        """A post that went out at `at`."""
        return cls(
            **_of(account), id=id, status="published", scheduled_for=at, attempted_at=at,
            published_at=at + timedelta(seconds=4),
        )  # fmt: skip

    @classmethod
    def queued(cls, *, id: str, account: Account, at: datetime) -> "Post":
        """A post that is to go out at `at`."""
        return cls(**_of(account), id=id, status="queued", scheduled_for=at)

    @classmethod
    def draft(cls, *, id: str, account: Account, at: datetime) -> "Post":
        """A post somebody is still writing."""
        return cls(**_of(account), id=id, status="draft", scheduled_for=at, mode="draft")

    @classmethod
    def failed(cls, *, id: str, account: Account, at: datetime, error: str = "media rejected") -> "Post":
        """A post that was tried at `at` and did not go out."""
        return cls(
            **_of(account), id=id, status="failed", scheduled_for=at, attempted_at=at, last_error=error
        )


def _of(account: Account) -> dict[str, Any]:
    return {"project": account.project, "account": account.id, "platform": account.platform}


@dataclass(frozen=True, kw_only=True)
class Debit:
    """Money that left the wallet for a renewal. `at` is the renewal, not the moment it was noticed."""

    account: str
    at: datetime
    cents: int


@dataclass(frozen=True, kw_only=True)
class Release:
    """An account given back: when, by which key (its id), and the reason it gave."""

    account: str
    at: datetime
    key: str
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """What a sandbox starts with."""

    projects: Sequence[Project] = ()
    accounts: Sequence[Account] = ()
    posts: Sequence[Post] = ()
    organization_id: str = "org_01JZ00000000000000000SANDB"
    organization_name: str = "Sandbox Partner"
    wallet_cents: int = 1_000_000
    fractional_seconds: bool = False
