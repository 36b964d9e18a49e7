"""The provider's world: projects, leases that renew, posts that go out, a wallet that is debited."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from tests.simulation.model.months import month_after

PUBLISHING = timedelta(seconds=40)
"""How long a post is on its way to a platform."""


@dataclass(frozen=True, kw_only=True)
class Post:
    """One scheduled post, whole: what the API shows of it follows from the instant.

    `ended`: `published`, `failed` or `canceled`, at `ended_at`. `first`: what it is before, `queued` or
    `draft`.
    """

    id: str
    account: str
    project: str
    appears_at: datetime
    scheduled_for: datetime
    ended: str = "published"
    ended_at: datetime
    first: str = "queued"

    def status(self, now: datetime) -> str | None:
        """None: nobody has made it yet."""
        if now < self.appears_at:
            return None
        if now >= self.ended_at:
            return self.ended
        on_its_way = self.ended != "canceled" and self.first == "queued" and now >= self.scheduled_for
        return "publishing" if on_its_way else self.first

    def used_at(self, now: datetime) -> datetime | None:
        """When it was use of the account, if it was by then."""
        return self.ended_at if self.ended in ("published", "failed") and self.ended_at <= now else None

    def is_open(self, now: datetime) -> bool:
        """Whether a release would cancel it."""
        return self.status(now) in ("queued", "publishing", "draft", "draft_in_inbox")


@dataclass(kw_only=True)
class Lease:
    """One leased account. `listed_from`: when the lists begin to show it."""

    id: str
    project: str
    handle: str
    platform: str
    followers: int
    assigned_at: datetime
    renews_at: datetime
    price_cents: int
    listed_from: datetime
    anchor: int
    released_at: datetime | None = None
    shown: tuple[datetime, datetime] | None = None
    """The renewal that the lists still show, and until when."""


@dataclass(frozen=True, kw_only=True)
class Charge:
    """A debit of the wallet."""

    account: str
    project: str
    at: datetime
    cents: int


@dataclass(frozen=True, kw_only=True)
class Deletion:
    """A DELETE that reached the provider, and what was so then.

    `begun_at`: when it was sent; `at`: when it was carried out, or refused. `done`: whether it released.
    """

    account: str
    begun_at: datetime
    at: datetime
    done: bool
    status: int
    renews_at: datetime | None = None
    price_cents: int = 0
    last_used_at: datetime | None = None
    open_posts: int = 0


@dataclass(frozen=True, kw_only=True)
class Look:
    """A list that was handed out as of then, if perhaps with other items. `account`: of posts, None for all
    of the project. `also`: an account that it names although it is another project's.
    """

    at: datetime
    what: str
    project: str
    account: str | None = None
    also: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """What lists say of a lease from then on, until they say something else. Its first is a lease begun."""

    at: datetime
    handle: str
    project: str
    platform: str
    renews_at: datetime
    price_cents: int
    assigned_at: datetime


@dataclass(kw_only=True)
class Truth:
    """What really happened. Nothing here was ever told by the watcher."""

    charges: list[Charge] = field(default_factory=list)
    deletions: list[Deletion] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    shown: dict[str, list[Shown]] = field(default_factory=lambda: defaultdict(list))
    """By account, in order."""
    last_shown: dict[str, tuple[Any, ...]] = field(default_factory=dict)

    def show(self, account: str, at: datetime, said: tuple[Any, ...]) -> None:
        """A list says of it handle, project, platform, renewal, price and when it was leased."""
        if self.last_shown.get(account) != said:
            self.last_shown[account] = said
            handle, project, platform, renews_at, price_cents, assigned_at = said
            self.shown[account].append(
                Shown(
                    at=at,
                    handle=handle,
                    project=project,
                    platform=platform,
                    renews_at=renews_at,
                    price_cents=price_cents,
                    assigned_at=assigned_at,
                )
            )


@dataclass(kw_only=True)
class World:
    """`settles`: how long the lists lag behind a change; `page`: leases on a page, None for no pages."""

    projects: dict[str, str]
    leases: dict[str, Lease]
    scopes: tuple[str, ...]
    secret: str
    now: datetime
    settles: timedelta = timedelta()
    page: int | None = None
    wallet_cents: int = 0
    truth: Truth = field(default_factory=Truth)
    posts: dict[str, dict[str, Post]] = field(default_factory=lambda: defaultdict(dict))
    """By account and id."""
    _newest_first: dict[str, list[Post]] = field(default_factory=dict)

    def newest_first(self, project: str) -> list[Post]:
        """Every post of a project, ever, by when it is to go out."""
        if project not in self._newest_first:
            found = [
                post for some in self.posts.values() for post in some.values() if post.project == project
            ]
            found.sort(key=lambda post: (post.scheduled_for, post.id), reverse=True)
            self._newest_first[project] = found
        return self._newest_first[project]

    def advance(self, now: datetime) -> None:
        """Every renewal until then is debited, in order."""
        self.now = max(now, self.now)
        while True:
            due = [
                one for one in self.leases.values() if one.released_at is None and one.renews_at <= self.now
            ]
            if not due:
                return
            self._renew(min(due, key=lambda one: (one.renews_at, one.id)))

    def _renew(self, lease: Lease) -> None:
        at = lease.renews_at
        self.truth.charges.append(
            Charge(account=lease.id, project=lease.project, at=at, cents=lease.price_cents)
        )
        self.wallet_cents -= lease.price_cents
        lease.shown = (at, at + self.settles)
        lease.renews_at = month_after(at, lease.anchor)

    def publish(self, post: Post) -> None:
        self.posts[post.account][post.id] = post
        self._newest_first.clear()

    def posts_of(self, account: str) -> Iterator[Post]:
        yield from self.posts.get(account, {}).values()

    def last_use(self, account: str, now: datetime) -> datetime | None:
        """The last published or failed post by then."""
        used = (post.used_at(now) for post in self.posts_of(account))
        return max((at for at in used if at is not None), default=None)

    def release(self, account: str, begun_at: datetime, now: datetime) -> int:
        """A DELETE that arrived: the status of its answer."""
        self.advance(now)
        lease = self.leases.get(account)
        there = lease is not None and lease.released_at is None
        status = 200 if there else 404
        posts = [post for post in self.posts_of(account) if post.is_open(now)]
        self.truth.deletions.append(
            Deletion(
                account=account,
                begun_at=begun_at,
                at=now,
                done=there,
                status=status,
                renews_at=lease.renews_at if lease else None,
                price_cents=lease.price_cents if lease else 0,
                last_used_at=self.last_use(account, now),
                open_posts=len(posts),
            )
        )
        if lease is not None and there:
            lease.released_at = now
            for post in posts:
                self.publish(replace(post, ended="canceled", ended_at=now))
            # Nobody posts on what is not theirs any more.
            kept = {id_: post for id_, post in self.posts[account].items() if post.appears_at <= now}
            self.posts[account] = kept
            self._newest_first.clear()
        return status

    def assigned(self, project: str) -> Iterator[Lease]:
        """As the lists show them, which follow a release a little later."""
        for lease in self.leases.values():
            gone = lease.released_at is not None and self.now >= lease.released_at + self.settles
            if lease.project == project and lease.listed_from <= self.now and not gone:
                yield lease

    def disconnected(self, project: str) -> Iterator[Lease]:
        for lease in self.leases.values():
            at = lease.released_at
            if lease.project == project and at is not None and self.now >= at + self.settles:
                yield lease
