"""What people are assumed to post in the days ahead: nobody knows, so every result tells it."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from watcher.facts.accounts import AccountId
from watcher.facts.posts import Post, PostStatus
from watcher.texts.spans import counted

LOOKS_BACK: Final = timedelta(days=30)
"""What people did in these days is what they are taken to go on doing."""
_EACH_DAY: Final = timedelta(days=1)
_QUEUED: Final = (PostStatus.QUEUED, PostStatus.PUBLISHING)


class Posting(StrEnum):
    """Whether people go on posting. What is queued already goes out in any case, when it was planned."""

    NOBODY = "nobody"
    AS_BEFORE = "as-last-30-days"


POSTING: Final[Mapping[Posting, str]] = {
    Posting.NOBODY: "nobody posts any more",
    Posting.AS_BEFORE: "people post as in the last 30 days, every 30 days again",
}
"""Each assumption, as it is told."""


def told(posting: Posting, posts: Iterable[Post], each_day: Collection[AccountId]) -> Iterator[str]:
    """What people are taken to do, in sentences: all of what `publications` makes up, and no more."""
    yield f"{POSTING[posting]}; what is queued goes out as planned, and drafts stay drafts"
    if posting is Posting.AS_BEFORE and each_day:
        many = counted(len(each_day), "account")
        yield f"of {many} only the last use is known, within these 30 days: these are used every day"
    unplanned = {one.account for one in posts if one.status in _QUEUED and one.scheduled_for is None}
    if unplanned:
        many = counted(len(unplanned), "account")
        yield f"of {many} nobody knows when what is queued goes out: it stays queued"


@dataclass(frozen=True, kw_only=True, slots=True)
class Publication:
    """A post that is assumed to go out. `queued`: the place, among the posts known, of the one that it is;
    None: it is made up.
    """

    at: datetime
    account: AccountId
    queued: int | None = None


def publications(
    posts: Sequence[Post],
    posting: Posting,
    *,
    since: datetime,
    until: datetime,
    each_day: Iterable[AccountId] = (),
) -> tuple[Publication, ...]:
    """What goes out after `since` and by `until`, in order.

    `each_day`: accounts of which only the last use is known, and that it was in the last 30 days: as they
    were used, they are used every day.
    """
    found = [*_planned(posts, since, until)]
    if posting is Posting.AS_BEFORE:
        found += _again(posts, since, until)
        for account in each_day:
            found += _every(_EACH_DAY, account, since, until)
    return tuple(sorted(found, key=lambda one: (one.at, one.account)))


def _planned(posts: Sequence[Post], since: datetime, until: datetime) -> Iterator[Publication]:
    """What is queued, if it is known for when; of a time that has passed already it goes out at once."""
    for place, post in enumerate(posts):
        if post.status in _QUEUED and post.scheduled_for is not None:
            at = max(post.scheduled_for, since)
            if at <= until:
                yield Publication(at=at, account=post.account, queued=place)


def _again(posts: Iterable[Post], since: datetime, until: datetime) -> Iterator[Publication]:
    """What went out in the days looked back to goes out again as many days later, and so on."""
    for post in posts:
        went_out = post.published_at
        if post.status is PostStatus.PUBLISHED and went_out is not None:
            at = went_out + LOOKS_BACK
            while since < at <= until:
                yield Publication(at=at, account=post.account)
                at += LOOKS_BACK


def _every(span: timedelta, account: AccountId, since: datetime, until: datetime) -> Iterator[Publication]:
    at = since + span
    while at <= until:
        yield Publication(at=at, account=account)
        at += span
