"""The world's values as the JSON objects of the API."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from watcher.sandbox.times import iso
from watcher.sandbox.values import Account, Key, Post, Project
from watcher.sandbox.world import World


def whoami(world: World, key: Key) -> dict[str, Any]:
    """The key's identity and the wallet it draws on."""
    return {
        "organizationId": world.organization_id,
        "organizationName": world.organization_name,
        "scopes": list(key.scopes),
        "rateLimitTier": key.tier,
        "apiKeyId": key.id,
        "creditBalance": world.wallet_cents,
    }


def project(world: World, held: Project) -> dict[str, Any]:
    """A project as the list shows it."""
    created = _clock(world)(held.created_at)
    return {
        "id": held.id,
        "name": held.name,
        "status": held.status,
        "customerExternalId": held.customer_external_id,
        "timezone": held.timezone,
        "primaryLanguage": held.primary_language,
        "ownerEmail": held.owner_email,
        "createdAt": created,
        "updatedAt": created,
    }


def account(world: World, held: Account) -> dict[str, Any]:
    """A leased account; only a disconnected one says why and when it left."""
    clock = _clock(world)
    item = {
        "socialAccountId": held.id,
        "projectId": held.project,
        "handle": held.handle,
        "platform": held.platform,
        "followers": held.followers,
        "status": held.status,
        "assignedAt": clock(held.assigned_at),
        "nextRenewalAt": clock(held.next_renewal_at),
        "monthlyPriceCents": held.price_cents,
    }
    if held.disconnected_at is not None:
        item["disconnectedReason"] = held.disconnected_reason
        item["disconnectedAt"] = clock(held.disconnected_at)
    return item


def release(world: World, held: Account) -> dict[str, Any]:
    """The answer to a release."""
    shown = account(world, held)
    names = ("socialAccountId", "status", "disconnectedReason", "disconnectedAt")
    return {name: shown[name] for name in names}


def post(world: World, held: Post) -> dict[str, Any]:
    """A scheduled post."""
    clock = _clock(world)
    out = held.published_at is not None
    return {
        "id": held.id,
        "containerId": f"con_{held.id.removeprefix('post_')}",
        "socialAccountId": held.account,
        "platform": held.platform,
        "mode": held.mode,
        "status": held.status,
        "scheduledFor": clock(held.scheduled_for),
        "attemptedAt": clock(held.attempted_at) if held.attempted_at else None,
        "publishedAt": clock(held.published_at) if held.published_at else None,
        "externalId": f"ext_{held.id}" if out else None,
        "externalUrl": f"https://{held.platform}.example/{held.id}" if out else None,
        "lastError": held.last_error,
    }


def health(held: Account) -> dict[str, Any]:
    """An account's health."""
    return {"socialAccountId": held.id, "score": held.health.score, "tier": held.health.tier}


def _clock(world: World) -> Callable[[datetime], str]:
    return lambda at: iso(at, fractional=world.fractional_seconds)
