"""The sums of `audit` against a count by hand: from the sandbox's own books, by its fields."""

import csv
import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.desk import NOW, Desk, desk
from watcher.sandbox import fleets
from watcher.sandbox.values import Account, Fleet, Post

IDLE_AFTER = timedelta(days=21)
LEAD = timedelta(hours=6)
ENFORCED = """
mode = "enforce"
[api]
base_url = "{url}"
tier = "partner"
{projects}
[policies.standard.release]
when = "idle"
[policies.standard.protect]
handles = ["coffee.*"]
[notifiers.ops]
kind = "webhook"
url = "{url}/_sandbox/inbox"
"""


def configuration(url: str, fleet: Fleet) -> str:
    """Every second project is enrolled."""
    projects = "\n".join(
        f'[projects.p{place}]\nid = "{one.id}"\nenrolled = {"false" if place % 2 else "true"}'
        for place, one in enumerate(fleet.projects)
    )
    return ENFORCED.format(url=url, projects=projects)


def used_within(account: Account, posts: list[Post], moment: Any) -> bool:
    """What a person with the provider's books would say."""
    if any(post.status in ("queued", "publishing", "draft", "draft_in_inbox") for post in posts):
        return True
    done = [post.published_at or post.attempted_at for post in posts]
    last = max((at for at in done if at is not None), default=account.assigned_at)
    return bool(moment - last < IDLE_AFTER)


def counted_by_hand(one: Desk) -> tuple[Counter[str], Counter[str]]:
    """Accounts and cents: by use today, and of those in use what will count as unused by its window."""
    world = one.sandbox.world
    accounts, cents = Counter[str](), Counter[str]()
    for account in world.accounts.values():
        if not account.leased or account.status != "assigned":
            continue
        posts = [post for post in world.posts.get(account.project, ()) if post.account == account.id]
        opens = account.next_renewal_at - LEAD
        if not world.posts.get(account.project):
            found = ["unknown"]
        elif not used_within(account, posts, NOW):
            found = ["unused"]
        else:
            found = ["in_use", *(["by_window"] if not used_within(account, posts, opens) else [])]
        if found == ["unused"] and not account.handle.startswith("coffee."):
            found.append("avoidable")
        for word in found:
            accounts[word] += 1
            cents[word] += account.price_cents
    return accounts, cents


@pytest.fixture(scope="module", params=[1, 2])
def books(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """An audited fleet of a seed, as JSON, table and CSV, with the desk it was audited from."""
    fleet = fleets.large(NOW, request.param, projects=4, accounts=15)
    folder: Path = tmp_path_factory.mktemp("books")
    with desk(folder, fleet) as one:
        one.configure(configuration(one.url, fleet))
        document = json.loads(one.run("audit", "--format", "json").out)
        rows = list(csv.DictReader(one.run("audit", "--format", "csv").out.splitlines()))
        yield one, document, rows, one.run("audit").out


def test_the_sums_are_those_of_a_count_by_hand(books: Any) -> None:
    one, document, rows, table = books
    accounts, cents = counted_by_hand(one)
    totals = document["totals"]

    assert min(accounts["in_use"], accounts["unused"], accounts["by_window"], accounts["avoidable"]) > 0
    for word in ("in_use", "unused", "unknown", "avoidable"):
        assert totals[word] == {"accounts": accounts[word], "cents": cents[word]}, word
    assert totals["unused_by_window"] == {"accounts": accounts["by_window"], "cents": cents["by_window"]}
    assert Counter(row["use"] for row in rows) == Counter(
        {word: accounts[word] for word in ("in_use", "unused", "unknown") if accounts[word]}
    )
    assert f"unused    {accounts['unused']} accounts" in table
    aging = f"{accounts['by_window']} accounts, ${cents['by_window'] / 100:,.2f}"
    assert f"Of what is in use {aging}, will count as unused by their window unless used." in table


def test_idle_days_are_those_of_the_provider_s_books(books: Any) -> None:
    one, _, rows, _ = books
    world = one.sandbox.world
    for row in rows:
        account = world.accounts[row["account_id"]]
        posts = [post for post in world.posts_of(account.id) if post.published_at is not None]
        last = max((post.published_at for post in posts if post.published_at), default=account.assigned_at)
        unfinished = any(post.status == "queued" for post in world.posts_of(account.id))
        assert row["idle_days"] == ("0" if unfinished else str((NOW - last).days)), row["handle"]
        assert (row["use"] == "unused") is (int(row["idle_days"]) >= 21)


def test_groups_add_up_to_the_whole_and_waste_is_what_is_unused_today(books: Any) -> None:
    one, document, rows, _ = books
    for by, column in (("project", "project"), ("platform", "platform"), ("policy", "policy")):
        groups = list(csv.DictReader(one.run("audit", "--by", by, "--format", "csv").out.splitlines()))
        waste = Counter[str]()
        for row in rows:
            waste[row[column]] += int(row["price_cents"]) if row["use"] == "unused" else 0
        assert {group[by]: int(group["waste_cents"]) for group in groups} == dict(waste)
        assert sum(int(group["accounts"]) for group in groups) == len(rows)
    days = json.loads(one.run("audit", "--by", "day", "--format", "json").out)["subtotals"]
    assert sum(day["waste_cents"] for day in days) == document["totals"]["unused"]["cents"]
    assert [day["name"] for day in days] == sorted({row["renews_at"][:10] for row in rows})
