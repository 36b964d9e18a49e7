"""A fleet of any size, drawn from a seed: for measuring, and for tests of paging."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from watcher.sandbox.times import months_on
from watcher.sandbox.values import Account, Fleet, Post, Project

_TOPICS: Final = (
    "coffee",
    "travel",
    "fitness",
    "garden",
    "pasta",
    "synths",
    "sewing",
    "chess",
    "trail",
    "pets",
)
_FLAVOURS: Final = ("daily", "notes", "lab", "stories", "club", "diary", "corner", "facts", "loops", "tips")
_PLATFORMS: Final = ("tiktok", "instagram", "youtube")


def large(
    now: datetime,
    seed: int = 0,
    *,
    projects: int = 40,
    accounts: int = 125,
    posts: int = 4,
    fractional_seconds: bool = False,
) -> Fleet:
    """So many projects with so many accounts each; an account in use has up to `posts` posts.

    About one account in four is unused. Renewals spread evenly over the coming month. Ids depend on the
    position alone, the rest on the seed.
    """
    now = now.replace(microsecond=0)
    draw = random.Random(seed)
    held = [
        Project(
            id=project_id(place),
            name=f"Project {place + 1}",
            created_at=now - timedelta(days=400, hours=place),
        )
        for place in range(projects)
    ]
    leased = [
        _account(project.id, place * accounts + number, now, draw)
        for place, project in enumerate(held)
        for number in range(accounts)
    ]
    return Fleet(
        projects=held,
        accounts=leased,
        posts=[
            post for place, account in enumerate(leased) for post in _posts(account, place, now, draw, posts)
        ],
        wallet_cents=100_000_000,
        fractional_seconds=fractional_seconds,
    )


def project_id(place: int) -> str:
    """The id of the project at this place, from 0."""
    return f"prj_01JZ0BGF{place:018d}"


def account_id(place: int) -> str:
    """The id of the account at this place in the whole fleet, from 0."""
    return f"sa_01JZ0BGF{place:018d}"


def _account(project: str, place: int, now: datetime, draw: random.Random) -> Account:
    renewal = now + timedelta(seconds=draw.randrange(3600, 30 * 86400))
    return Account(
        id=account_id(place),
        project=project,
        handle=f"{draw.choice(_TOPICS)}.{draw.choice(_FLAVOURS)}.{place}",
        platform=draw.choice(_PLATFORMS),
        followers=int(draw.lognormvariate(9, 1)),
        assigned_at=months_on(renewal, -draw.randint(2, 12), anchor_day=renewal.day),
        next_renewal_at=renewal,
    )


def _posts(account: Account, place: int, now: datetime, draw: random.Random, most: int) -> Iterator[Post]:
    unused = draw.random() < 0.25
    last = timedelta(days=draw.uniform(30, 55) if unused else draw.uniform(0, 12)).total_seconds()
    for number in range(draw.randint(0 if unused else 1, most) if most else 0):
        at = now - timedelta(seconds=int(last) + number * 86400 * 5)
        yield Post.published(id=f"post_01JZ0BGF{place:012d}{number:06d}", account=account, at=at)
    if not unused and most and draw.random() < 0.3:
        at = now + timedelta(hours=draw.randint(1, 200))
        yield Post.queued(id=f"post_01JZ0BGF{place:012d}{999999:06d}", account=account, at=at)
