"""The demo's fleet: every case a lease watcher has to tell apart, in three projects.

| account | project | part it plays |
|---|---|---|
| `ESPRESSO_NOTES` | Acme Coffee | in use: published yesterday; renews in 33 h |
| `COFFEE_STORIES` | Acme Coffee | in use: published three days ago; renews in 9 d |
| `LATTE_ART_LAB` | Acme Coffee | unused for 40 d; renews in 31 h |
| `BEANS_AND_BREW` | Acme Coffee | never used since it came, 70 d ago; renews in 34 h |
| `MORNING_GRIND` | Acme Coffee | unused for 60 d; renews in 36 h |
| `BRAND_OFFICIAL` | Acme Coffee | unused; to be protected by the glob `brand.*`; renews in 35 h |
| `CAMPAIGN_RESERVE` | Acme Coffee | unused; the one to put on hold; renews in 38 h |
| `CAFE_HOPPER` | Acme Coffee | published 30 d ago, and has queued posts; renews in 37 h |
| `ACME_OWN` | Acme Coffee | the customer's own account, not leased: never in a lease list, 409 on release |
| `CITY_BREAKS` | Northwind Travel | queued posts, published 10 d ago; renews in 12 d |
| `SLOW_TRAINS` | Northwind Travel | a draft, nothing published for 45 d; renews in 30 h |
| `ISLAND_DAYS` | Northwind Travel | its only posts failed, two days ago; renews in 36 h |
| `MOUNTAIN_HUTS` | Northwind Travel | unused, but far from its renewal (24 d) |
| `TRAVEL_GIANTS` | Northwind Travel | unused, with 182,000 followers; renews in 39 h |
| `DESK_STRETCH` | Lumen Fitness | a project that never showed a post: use is unknown; renews in 35 h |
| `FIVE_MINUTE_CORE` | Lumen Fitness | the same; renews in 20 d |

So of 15 leased accounts three are to go: `LATTE_ART_LAB`, `BEANS_AND_BREW` and `MORNING_GRIND`;
and `CAMPAIGN_RESERVE` unless held, and `TRAVEL_GIANTS` unless its followers protect it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from watcher.sandbox.times import months_on
from watcher.sandbox.values import Account, Fleet, Health, Post, Project

ACME_COFFEE: Final = "prj_01JZ0DEM00000000000000ACME"
NORTHWIND_TRAVEL: Final = "prj_01JZ0DEM00000000000000N0RT"
LUMEN_FITNESS: Final = "prj_01JZ0DEM00000000000000FTNS"

ESPRESSO_NOTES: Final = "sa_01JZ0DEM0000000000000000A1"
COFFEE_STORIES: Final = "sa_01JZ0DEM0000000000000000A2"
LATTE_ART_LAB: Final = "sa_01JZ0DEM0000000000000000A3"
BEANS_AND_BREW: Final = "sa_01JZ0DEM0000000000000000A4"
MORNING_GRIND: Final = "sa_01JZ0DEM0000000000000000A5"
BRAND_OFFICIAL: Final = "sa_01JZ0DEM0000000000000000A6"
CAMPAIGN_RESERVE: Final = "sa_01JZ0DEM0000000000000000A7"
CAFE_HOPPER: Final = "sa_01JZ0DEM0000000000000000A8"
ACME_OWN: Final = "sa_01JZ0DEM0000000000000000A9"
CITY_BREAKS: Final = "sa_01JZ0DEM0000000000000000B1"
SLOW_TRAINS: Final = "sa_01JZ0DEM0000000000000000B2"
ISLAND_DAYS: Final = "sa_01JZ0DEM0000000000000000B3"
MOUNTAIN_HUTS: Final = "sa_01JZ0DEM0000000000000000B4"
TRAVEL_GIANTS: Final = "sa_01JZ0DEM0000000000000000B5"
DESK_STRETCH: Final = "sa_01JZ0DEM0000000000000000C1"
FIVE_MINUTE_CORE: Final = "sa_01JZ0DEM0000000000000000C2"

_H, _D = timedelta(hours=1), timedelta(days=1)

# id, project, handle, platform, followers, time to the renewal, months already leased
_ACCOUNTS: Final = (
    (ESPRESSO_NOTES, ACME_COFFEE, "espresso.notes", "instagram", 23_410, 33 * _H, 5),
    (COFFEE_STORIES, ACME_COFFEE, "coffee.stories.daily", "tiktok", 31_870, 9 * _D, 4),
    (LATTE_ART_LAB, ACME_COFFEE, "latte.art.lab", "tiktok", 9_120, 31 * _H, 6),
    (BEANS_AND_BREW, ACME_COFFEE, "beans.and.brew", "instagram", 4_380, 34 * _H, 3),
    (MORNING_GRIND, ACME_COFFEE, "morning.grind", "youtube", 2_760, 36 * _H, 7),
    (BRAND_OFFICIAL, ACME_COFFEE, "brand.official", "instagram", 18_250, 35 * _H, 8),
    (CAMPAIGN_RESERVE, ACME_COFFEE, "campaign.reserve", "tiktok", 6_540, 38 * _H, 3),
    (CAFE_HOPPER, ACME_COFFEE, "cafe.hopper", "tiktok", 11_930, 37 * _H, 4),
    (CITY_BREAKS, NORTHWIND_TRAVEL, "city.breaks", "instagram", 27_300, 12 * _D, 5),
    (SLOW_TRAINS, NORTHWIND_TRAVEL, "slow.trains", "youtube", 14_660, 30 * _H, 4),
    (ISLAND_DAYS, NORTHWIND_TRAVEL, "island.days", "tiktok", 7_890, 36 * _H, 3),
    (MOUNTAIN_HUTS, NORTHWIND_TRAVEL, "mountain.huts", "instagram", 5_210, 24 * _D, 3),
    (TRAVEL_GIANTS, NORTHWIND_TRAVEL, "travel.giants", "tiktok", 182_000, 39 * _H, 9),
    (DESK_STRETCH, LUMEN_FITNESS, "desk.stretch", "tiktok", 8_050, 35 * _H, 3),
    (FIVE_MINUTE_CORE, LUMEN_FITNESS, "five.minute.core", "youtube", 3_470, 20 * _D, 2),
)


def mixed(now: datetime, seed: int = 0, *, fractional_seconds: bool = False) -> Fleet:  # noqa: ARG001
    """The fleet of this page, with every time relative to `now`. The seed changes nothing."""
    now = now.replace(microsecond=0)
    accounts = {account.id: account for account in _accounts(now)}
    return Fleet(
        projects=[
            Project(
                id=ACME_COFFEE, name="Acme Coffee", created_at=now - 400 * _D, customer_external_id="acme"
            ),
            Project(id=NORTHWIND_TRAVEL, name="Northwind Travel", created_at=now - 320 * _D),
            Project(id=LUMEN_FITNESS, name="Lumen Fitness", created_at=now - 100 * _D),
        ],
        accounts=list(accounts.values()),
        posts=list(_posts(accounts, now)),
        wallet_cents=750_000,
        fractional_seconds=fractional_seconds,
    )


def _accounts(now: datetime) -> Iterator[Account]:
    for id, project, handle, platform, followers, until, months in _ACCOUNTS:
        renewal = now + until
        yield Account(
            id=id,
            project=project,
            handle=handle,
            platform=platform,
            followers=followers,
            assigned_at=months_on(renewal, -months, anchor_day=renewal.day),
            next_renewal_at=renewal,
            health=Health(score=30 + followers % 60, tier="warm"),
        )
    yield Account(
        id=ACME_OWN,
        project=ACME_COFFEE,
        handle="acme.coffee",
        platform="instagram",
        followers=96_400,
        assigned_at=now - 380 * _D,
        next_renewal_at=now + 20 * _D,
        leased=False,
        health=Health(score=88, tier="hot"),
    )


def _posts(accounts: dict[str, Account], now: datetime) -> Iterator[Post]:
    published = [
        *((ESPRESSO_NOTES, days) for days in (1, 4, 8, 15, 22, 29)),
        *((COFFEE_STORIES, days) for days in (3, 6, 13, 20)),
        *((LATTE_ART_LAB, days) for days in (40, 44, 51)),
        *((MORNING_GRIND, days) for days in (60, 75)),
        *((BRAND_OFFICIAL, days) for days in (50, 64)),
        (CAMPAIGN_RESERVE, 48),
        *((CAFE_HOPPER, days) for days in (30, 37)),
        *((ACME_OWN, days) for days in (2, 9)),
        *((CITY_BREAKS, days) for days in (10, 17, 24)),
        *((SLOW_TRAINS, days) for days in (45, 52)),
        (MOUNTAIN_HUTS, 55),
        (TRAVEL_GIANTS, 70),
    ]
    number = 0
    for account, days in published:
        number += 1
        yield Post.published(id=_post(number), account=accounts[account], at=now - days * _D - 3 * _H)
    for account, later in ((CAFE_HOPPER, 3 * _D), (CAFE_HOPPER, 5 * _D), (CITY_BREAKS, 2 * _D)):
        number += 1
        yield Post.queued(id=_post(number), account=accounts[account], at=now + later)
    yield Post.draft(id=_post(number + 1), account=accounts[SLOW_TRAINS], at=now + 6 * _D)
    for ago in (2 * _D, 2 * _D + 2 * _H):
        number += 1
        yield Post.failed(id=_post(number + 1), account=accounts[ISLAND_DAYS], at=now - ago)


def _post(number: int) -> str:
    return f"post_01JZ0DEM00000000000000{number:04d}"
