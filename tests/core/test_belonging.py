"""A ledger serves one organisation at one address, and always the same part of its fleet."""

import pytest

from watcher.memory.belonging import not_ours
from watcher.memory.writes import Bound
from watcher.rules.shards import Shard

URL = "https://api.example"
WHOLE = Bound(organization="org_1", base_url=URL, shard=Shard(index=0, count=1))
SECOND = Bound(organization="org_1", base_url=URL, shard=Shard(index=2, count=3))


@pytest.mark.parametrize("bound", [None, ("org_1", URL)])
@pytest.mark.parametrize("part", [None, str(WHOLE.shard)])
def test_what_nobody_bound_and_what_is_bound_to_the_same_is_ours(
    bound: tuple[str, str] | None, part: str | None
) -> None:
    assert not_ours("a.db", bound, part, WHOLE) is None


@pytest.mark.parametrize("bound", [("org_2", URL), ("org_1", "https://other.example")])
def test_the_ledger_of_another_organisation_or_address_is_not(bound: tuple[str, str]) -> None:
    assert not_ours("a.db", bound, None, WHOLE) == (
        f"a.db is the ledger of organisation {bound[0]} at {bound[1]}, but this key belongs to org_1 at "
        f"{URL}. One ledger serves one organisation: point store.url at another file, or use the key that "
        "belongs to this one."
    )


@pytest.mark.parametrize(
    ("part", "asked", "of", "is_of"),
    [
        (str(WHOLE.shard), SECOND, "the whole fleet", "shard 2/3"),
        ("2/3", WHOLE, "shard 2/3", "the whole fleet"),
        ("1/3", SECOND, "shard 1/3", "shard 2/3"),
    ],
)
def test_neither_is_that_of_another_part_of_the_fleet(part: str, asked: Bound, of: str, is_of: str) -> None:
    assert not_ours("a.db", ("org_1", URL), part, asked) == (
        f"a.db is the ledger of {of}, but this watcher is {is_of}. A ledger knows the projects of its own "
        "part only: another part, or another number of shards, begins with a new ledger, as store.url with "
        "{shard} names it. Stop the old watchers first."
    )
