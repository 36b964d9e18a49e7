"""A made-up API: the sandbox's world in this process, asked as the API is, without a socket.

Only this place knows both readings of the API: the sandbox's, which answers, and the client's, which asks and
parses as it does over the network. Nothing here opens anything.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from watcher.adapters.http.answer import Answer, Unanswered, WhyUnanswered
from watcher.ahead.future import Debited
from watcher.ahead.habits import Publication
from watcher.ahead.outset import Outset
from watcher.facts.accounts import Account, AccountId, ProjectId
from watcher.facts.posts import Post
from watcher.ports.clock import Clock
from watcher.sandbox import Account as LeasedAccount
from watcher.sandbox import Fleet, Key, Project, Sandbox, World
from watcher.sandbox import Post as ScheduledPost
from watcher.sandbox.wire import Request
from watcher.texts.secret import Secret

KEY: Final = Secret("lp_test_made_up")
"""Of the made-up API only: no key of a partner ever reaches it."""

_ALL: Final = ("projects:read", "leased:write", "publish:read", "social:read")
_WITHOUT_POSTS: Final = ("projects:read", "leased:write", "social:read")


class MadeUpApi:
    """`Sender` to a world of its own, whose time is the clock's. Used by one thread."""

    def __init__(self, fleet: Fleet, clock: Clock, *, reads_posts: bool = True) -> None:
        scopes = _ALL if reads_posts else _WITHOUT_POSTS
        key = Key(secret=KEY.reveal(), id="key_made_up", scopes=scopes, tier="partner")
        self._sandbox = Sandbox(fleet=fleet, clock=clock.now, keys=(key,), limits=False)

    @property
    def world(self) -> World:
        return self._sandbox.world

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,  # noqa: ARG002 - what the port hands over
        content: bytes | None = None,
        bearer: Secret | None = None,
        timeout: timedelta | None = None,  # noqa: ARG002
        latest: datetime | None = None,
    ) -> Answer | Unanswered:
        if latest is not None and self._sandbox.now() >= latest:
            return Unanswered(trouble=WhyUnanswered.NO_CONNECTION, detail="too late to be sent")
        parts = urlsplit(url)
        request = Request(
            method=method,
            path=parts.path,
            query=tuple(parse_qsl(parts.query, keep_blank_values=True)),
            raw_query=parts.query,
            secret=None if bearer is None else bearer.reveal(),
            body=content or b"",
        )
        outcome, _ = self._sandbox.look(request)
        delivery = outcome.delivery
        assert delivery.status is not None, "a world without faults answers"
        said = {name.lower(): value for name, value in delivery.headers}
        return Answer(status=delivery.status, headers=said, body=delivery.body)

    def leases(self, project: ProjectId) -> Sequence[object]:
        """What its lists would show, as values: where anything changes they are others."""
        return self._sandbox.world.accounts_by_project.get(project, ())

    def posted(self, project: ProjectId) -> Sequence[object]:
        """The same of its posts."""
        return self._sandbox.world.posts.get(project, ())

    def publish(self, publications: Iterable[Publication], queued: Sequence[ScheduledPost]) -> None:
        """Let these posts have gone out, if their accounts are still leased. `queued`: those they may be."""
        accounts = self._sandbox.world.accounts
        fresh: dict[str, ScheduledPost] = {}
        for one in publications:
            account = accounts.get(one.account)
            if account is None or account.status != "assigned":
                continue
            post = _gone_out(one, account, None if one.queued is None else queued[one.queued])
            fresh[post.id] = post
        if fresh:
            self._sandbox.edit(lambda world: world.with_posts(fresh.values()))

    def debits(self) -> Iterable[Debited]:
        """What left the wallet so far, in order."""
        return (
            Debited(account=AccountId(one.account), at=one.at, cents=one.cents)
            for one in self._sandbox.world.debits
        )


def _gone_out(one: Publication, account: LeasedAccount, queued: ScheduledPost | None) -> ScheduledPost:
    """Of what is made up one post an account is enough: what came before it says nothing more of its use."""
    if queued is None:
        post = ScheduledPost.published(id=f"post_made_up_{account.id}", account=account, at=one.at)
        return replace(post, published_at=one.at)
    return replace(queued, status="published", attempted_at=one.at, published_at=one.at)


def fleet_of(outset: Outset) -> tuple[Fleet, tuple[ScheduledPost, ...]]:
    """The world as it was read, and its posts in the order in which `posts_of` has them."""
    projects = [
        Project(id=id_, name=name, created_at=outset.at - timedelta(days=1))
        for id_, name in outset.projects.items()
    ]
    posts = tuple(
        _post(post, project, place, outset.at)
        for place, (project, post) in enumerate(
            chain.from_iterable(((project, post) for post in some) for project, some in outset.posts.items())
        )
    )
    fleet = Fleet(
        projects=projects,
        accounts=[_account(one) for one in outset.accounts],
        posts=posts,
        organization_id=outset.organization_id,
        organization_name=outset.organization_name,
        wallet_cents=0,
        fractional_seconds=True,
    )
    return fleet, posts


def posts_of(outset: Outset) -> tuple[Post, ...]:
    """Every post that was read, in the order of their projects."""
    return tuple(chain.from_iterable(outset.posts.values()))


def _account(one: Account) -> LeasedAccount:
    return LeasedAccount(
        id=one.id,
        project=one.project,
        handle=one.handle,
        platform=one.platform,
        followers=one.followers,  # type: ignore[arg-type]
        assigned_at=one.assigned_at,
        next_renewal_at=one.renews_at,
        price_cents=one.price_cents,
    )


def _post(one: Post, project: str, place: int, at: datetime) -> ScheduledPost:
    """A status that nobody knows stays one."""
    return ScheduledPost(
        id=f"post_{place:08d}",
        project=project,
        account=one.account,
        status="unknown" if one.status is None else one.status.value,
        scheduled_for=one.scheduled_for or one.published_at or one.attempted_at or at,
        attempted_at=one.attempted_at,
        published_at=one.published_at,
    )
