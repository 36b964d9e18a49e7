from datetime import UTC, datetime, timedelta

import pytest

from tests.sandbox.stage import NOW
from watcher.sandbox import Fleet, World, fleets
from watcher.sandbox.fleets import mixed_fleet as mixed
from watcher.sandbox.world import UNFINISHED

MOMENTS = [NOW, datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC)]


@pytest.mark.parametrize("name", sorted(fleets.NAMES))
@pytest.mark.parametrize("now", MOMENTS)
def test_every_fleet_is_whole(name: str, now: datetime) -> None:
    fleet = fleets.NAMES[name](now, 3)
    projects = {project.id for project in fleet.projects}
    accounts = {account.id for account in fleet.accounts}
    posts = {post.id for post in fleet.posts}
    assert (len(projects), len(accounts), len(posts)) == (
        len(fleet.projects),
        len(fleet.accounts),
        len(fleet.posts),
    )
    assert {account.project for account in fleet.accounts} <= projects
    assert {post.account for post in fleet.posts} <= accounts
    assert all(account.assigned_at < account.next_renewal_at for account in fleet.accounts)


@pytest.mark.parametrize("now", MOMENTS)
def test_the_mixed_fleet_plays_its_parts(now: datetime) -> None:
    world = World.of(fleets.mixed(now))
    hours = {id: (held.next_renewal_at - now) / timedelta(hours=1) for id, held in world.accounts.items()}
    unused = (mixed.LATTE_ART_LAB, mixed.BEANS_AND_BREW, mixed.MORNING_GRIND, mixed.CAMPAIGN_RESERVE)
    for id in (*unused, mixed.BRAND_OFFICIAL, mixed.TRAVEL_GIANTS):
        assert 29 < hours[id] <= 40
        assert all(
            post.published_at is not None and post.published_at < now - timedelta(days=21)
            for post in world.posts_of(id)
        )
        assert world.accounts[id].assigned_at < now - timedelta(days=21)
    assert any(post.status == "published" for post in world.posts[mixed.ACME_COFFEE])
    assert any(post.status == "published" for post in world.posts[mixed.NORTHWIND_TRAVEL])
    assert mixed.LUMEN_FITNESS not in world.posts
    assert world.accounts[mixed.TRAVEL_GIANTS].followers >= 50_000
    assert world.accounts[mixed.BRAND_OFFICIAL].handle == "brand.official"
    assert _statuses(world, mixed.CAFE_HOPPER) == {"queued", "published"}
    assert hours[mixed.CAFE_HOPPER] < 40
    assert _statuses(world, mixed.SLOW_TRAINS) == {"draft", "published"}
    assert _statuses(world, mixed.ISLAND_DAYS) == {"failed"}
    assert hours[mixed.MOUNTAIN_HUTS] > 20 * 24
    assert not world.accounts[mixed.ACME_OWN].leased
    assert not any(_statuses(world, id) & UNFINISHED for id in unused)


def _statuses(world: World, account: str) -> set[str]:
    return {post.status for post in world.posts_of(account)}


def test_the_mixed_fleet_has_the_same_ids_whatever_the_time() -> None:
    assert [held.id for held in fleets.mixed(MOMENTS[0]).accounts] == [
        held.id for held in fleets.mixed(MOMENTS[1]).accounts
    ]


def test_a_large_fleet_is_as_large_as_told_and_drawn_from_its_seed() -> None:
    def built(seed: int) -> Fleet:
        return fleets.large(NOW, seed, projects=3, accounts=20)

    assert len(built(1).accounts) == 60
    assert built(1) == built(1)
    assert built(1) != built(2)
