"""The state of the provider's side as one frozen value, and the only three things that change it.

Time passes (`renewed`), a partner releases an account (`released`), a test or a person edits it (`with_…`).
Nothing here reads a clock or does I/O: every change answers with a new world.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from watcher.sandbox.times import months_on
from watcher.sandbox.values import Account, Debit, Fleet, Key, Post, Project, Release

UNFINISHED = frozenset({"queued", "publishing", "draft", "draft_in_inbox"})


@dataclass(frozen=True, kw_only=True)
class World:
    """One organisation with its keys, its wallet and everything it leases."""

    organization_id: str
    organization_name: str
    wallet_cents: int
    fractional_seconds: bool = False
    keys: tuple[Key, ...] = ()
    projects: Mapping[str, Project] = field(default_factory=dict)
    accounts: Mapping[str, Account] = field(default_factory=dict)
    posts: Mapping[str, tuple[Post, ...]] = field(default_factory=dict)
    debits: tuple[Debit, ...] = ()
    releases: tuple[Release, ...] = ()

    @classmethod
    def of(cls, fleet: Fleet, keys: Iterable[Key] = ()) -> "World":
        """The world a fleet describes, opened by these keys."""
        empty = cls(
            organization_id=fleet.organization_id,
            organization_name=fleet.organization_name,
            wallet_cents=fleet.wallet_cents,
            fractional_seconds=fleet.fractional_seconds,
            keys=tuple(keys),
            projects={project.id: project for project in fleet.projects},
            accounts={account.id: account for account in fleet.accounts},
        )
        return empty.with_posts(fleet.posts)

    @cached_property
    def accounts_by_project(self) -> Mapping[str, Sequence[Account]]:
        """Every account, own and released ones too, in the order it came."""
        found: dict[str, list[Account]] = {}
        for account in self.accounts.values():
            found.setdefault(account.project, []).append(account)
        return found

    @cached_property
    def next_renewal(self) -> datetime | None:
        """The earliest renewal that will be charged."""
        return min((a.next_renewal_at for a in self.accounts.values() if a.renews), default=None)

    def posts_of(self, account: str) -> tuple[Post, ...]:
        """The account's posts, newest `scheduled_for` first."""
        held = self.accounts[account]
        return tuple(post for post in self.posts.get(held.project, ()) if post.account == account)

    def key_for(self, secret: str | None) -> Key | None:
        """The key with this secret."""
        return next((key for key in self.keys if key.secret == secret), None)

    # Edits, for the people who stage a scene.

    def with_key(self, key: Key) -> "World":
        """The same world with one more key, or with this one instead of its namesake."""
        return replace(self, keys=(*(held for held in self.keys if held.id != key.id), key))

    def with_project(self, project: Project) -> "World":
        """The same world with the project added or replaced."""
        return replace(self, projects={**self.projects, project.id: project})

    def with_account(self, account: Account) -> "World":
        """The same world with the account added or replaced."""
        return replace(self, accounts={**self.accounts, account.id: account})

    def with_changed_account(self, account: str, **changes: Any) -> "World":
        """The same world with some fields of one account changed."""
        return self.with_account(replace(self.accounts[account], **changes))

    def without_account(self, account: str) -> "World":
        """The same world, as if the account had never been (its posts stay, as evidence of nothing)."""
        return replace(self, accounts={key: held for key, held in self.accounts.items() if key != account})

    def with_posts(self, posts: Iterable[Post]) -> "World":
        """The same world with the posts added or replaced by id."""
        grouped: dict[str, dict[str, Post]] = {}
        for post in posts:
            if post.project not in grouped:
                grouped[post.project] = {held.id: held for held in self.posts.get(post.project, ())}
            grouped[post.project][post.id] = post
        fresh = {project: _newest_first(held.values()) for project, held in grouped.items()}
        return replace(self, posts={**self.posts, **fresh})


def _newest_first(posts: Iterable[Post]) -> tuple[Post, ...]:
    return tuple(sorted(posts, key=lambda post: (post.scheduled_for, post.id), reverse=True))


def renewed(world: World, now: datetime) -> World:
    """The world once every renewal up to and including `now` has been charged."""
    if world.next_renewal is None or world.next_renewal > now:
        return world
    accounts, debits = dict(world.accounts), list[Debit]()
    for account in world.accounts.values():
        due, anchor = account.next_renewal_at, account.anchor_day
        while account.renews and due <= now:
            debits.append(Debit(account=account.id, at=due, cents=account.price_cents))
            due = months_on(due, 1, anchor_day=anchor)
        if due != account.next_renewal_at:
            accounts[account.id] = replace(account, next_renewal_at=due)
    debits.sort(key=lambda debit: (debit.at, debit.account))
    return replace(
        world,
        accounts=accounts,
        debits=(*world.debits, *debits),
        wallet_cents=world.wallet_cents - sum(debit.cents for debit in debits),
    )


def released(world: World, account: str, *, now: datetime, key: str, reason: str | None) -> World:
    """The world after the account went back to the pool: no refund, and what it was to post is canceled."""
    held = world.accounts[account]
    gone = replace(
        held, status="disconnected", disconnected_reason="released_by_partner", disconnected_at=now
    )
    canceled = [replace(p, status="canceled") for p in world.posts_of(account) if p.status in UNFINISHED]
    changed = world.with_account(gone).with_posts(canceled)
    record = Release(account=account, at=now, key=key, reason=reason)
    return replace(changed, releases=(*world.releases, record))
