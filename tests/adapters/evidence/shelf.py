"""A reader that has only posts, and counts what it was asked."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from watcher.facts.accounts import Account, AccountId, ProjectId
from watcher.facts.activity import Inquiry
from watcher.facts.posts import Post, PostStatus
from watcher.ports.leases import ApiError, PostPage

NOW = datetime(2026, 4, 20, 12, 0, tzinfo=UTC)
PROJECT = ProjectId("prj_one")
DAY = timedelta(days=1)
OLDEST = datetime.min.replace(tzinfo=UTC)


class Shelf:
    """Posts as the API lists them, `size` a page. `error` is raised by the request with the number `at`."""

    def __init__(
        self,
        *posts: Post,
        size: int = 100,
        error: ApiError | None = None,
        at: int = 1,
        in_order: bool = True,
    ) -> None:
        newest_first = sorted(posts, key=lambda post: post.scheduled_for or OLDEST, reverse=True)
        self._held = newest_first if in_order else list(posts)
        self._size, self._error, self._at = size, error, at
        self.asked: list[str] = []

    def posts(
        self,
        project: ProjectId,
        *,
        statuses: tuple[PostStatus, ...],
        account: AccountId | None = None,
    ) -> Iterator[PostPage]:
        assert project == PROJECT
        found = [
            post
            for post in self._held
            if (not statuses or post.status in statuses) and account in (None, post.account)
        ]
        starts = range(0, max(len(found), 1), self._size)
        for start in starts:
            self.asked.append(f"{account or 'all'} {'unfinished' if statuses else 'any'}")
            if self._error is not None and len(self.asked) == self._at:
                raise self._error
            yield PostPage(posts=tuple(found[start : start + self._size]), last=start == starts[-1])


def inquiry(
    name: str = "a", *, recent: timedelta = 21 * DAY, complete: bool = False, **facts: Any
) -> Inquiry:
    held: dict[str, Any] = {
        "id": AccountId(name),
        "project": PROJECT,
        "handle": name,
        "platform": "tiktok",
        "followers": 1,
        "assigned_at": NOW - 90 * DAY,
        "renews_at": NOW + 2 * DAY,
        "price_cents": 15000,
    }
    return Inquiry(account=Account(**{**held, **facts}), recent=recent, complete=complete)


def published(name: str, ago: timedelta, *, late: timedelta = timedelta(), **facts: Any) -> Post:
    at = NOW - ago
    said = {"scheduled_for": at, "attempted_at": at + late, "published_at": at + late}
    return Post(account=AccountId(name), status=PostStatus.PUBLISHED, **{**said, **facts})


def unfinished(name: str, ago: timedelta, status: PostStatus = PostStatus.QUEUED) -> Post:
    return Post(account=AccountId(name), status=status, scheduled_for=NOW - ago)
