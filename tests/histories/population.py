"""A small world drawn from a seed: accounts with habits, and what will be posted on them."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.histories.surfaces import Account, Fleet, Post, Project

START = datetime(2026, 1, 20, 9, tzinfo=UTC)
DAYS = 45
D, H, M = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)

HABITS = ("idle", "busy", "fading", "idle", "reviving", "idle", "queued", "busy", "fading", "silent")
"""`fading` stops within the history, `reviving` begins again in it, `silent` never posted."""


@dataclass(frozen=True, kw_only=True)
class Population:
    """`habits` by account; `posts` past and to come, by when they were or will be published."""

    fleet: Fleet
    habits: Mapping[str, str]
    to_come: tuple[Post, ...]


def populate(draw: random.Random, *, accounts: int, projects: int) -> Population:
    ids = [f"prj_{name}" for name in ("acme", "beta", "gamma", "delta")[:projects]]
    habits, held, posts = dict[str, str](), list[Account](), list[Post]()
    for number in range(accounts):
        habit = HABITS[number % len(HABITS)]
        assigned = START - draw.randrange(150, 260) * D + draw.randrange(24) * H
        one = Account(
            id=f"sa_{number:02}",
            project=ids[number % projects],
            handle=f"{habit}.{number:02}",
            platform=draw.choice(("tiktok", "tiktok", "instagram", "youtube")),
            followers=draw.choice((120, 1_000, 8_000, 70_000)),
            assigned_at=assigned,
            next_renewal_at=START + draw.randrange(2 * 24, 31 * 24) * H + draw.randrange(60) * M,
            price_cents=draw.choice((9_900, 15_000, 15_000, 24_900)),
        )
        habits[one.id] = habit
        held.append(one)
        posts += _posts(one, habit, draw)
    return Population(
        fleet=Fleet(
            projects=[
                Project(id=id_, name=id_.removeprefix("prj_").title(), created_at=START - 400 * D)
                for id_ in ids
            ],
            accounts=held,
            posts=[post for post in posts if post.scheduled_for < START or post.status != "published"],
            wallet_cents=10_000_000,
        ),
        habits=habits,
        to_come=tuple(post for post in posts if post.status == "published" and post.scheduled_for >= START),
    )


def _posts(account: Account, habit: str, draw: random.Random) -> Iterator[Post]:
    if habit == "silent":
        return
    if habit == "queued":
        yield Post.queued(
            id=f"post_{account.id}_queued", account=account, at=START + draw.randrange(5, 60) * D
        )
    begin = account.assigned_at + 2 * D
    spells = {
        "idle": [(begin, START - draw.randrange(20, 60) * D)],
        "queued": [(begin, START - draw.randrange(20, 60) * D)],
        "busy": [(begin, START + DAYS * D)],
        "fading": [(begin, START + draw.randrange(-10, 15) * D)],
        "reviving": [
            (begin, START - draw.randrange(15, 40) * D),
            (START + draw.randrange(5, 30) * D, START + DAYS * D),
        ],
    }[habit]
    for since, until in spells:
        at = since
        while at < until:
            yield Post.published(id=f"post_{account.id}_{at:%Y%m%d%H}", account=account, at=at)
            at += draw.randrange(24, 24 * 7) * H
