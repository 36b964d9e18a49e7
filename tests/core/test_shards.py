"""Shards together are the fleet, and a project is always in the same one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.facts.accounts import ProjectId
from watcher.rules.shards import MOST, WHOLE, Shard, shard_of

ids = st.text(min_size=1).map(ProjectId)
counts = st.integers(min_value=1, max_value=MOST)


@given(project=ids, count=counts)
def test_every_project_is_in_exactly_one_shard(project: ProjectId, count: int) -> None:
    assert sum(Shard(index=index, count=count).has(project) for index in range(count)) == 1


def test_a_project_stays_in_its_shard_in_every_version() -> None:
    """These must never change: with them would move the memory of a project."""
    projects = [ProjectId(f"prj_{number}") for number in range(12)]
    found = [next(n for n in range(4) if Shard(index=n, count=4).has(one)) for one in projects]

    assert found == [0, 1, 0, 3, 1, 0, 3, 0, 0, 1, 3, 2]


def test_four_shards_share_a_large_fleet_fairly() -> None:
    projects = [ProjectId(f"prj_{number}") for number in range(4000)]
    sizes = [sum(map(Shard(index=index, count=4).has, projects)) for index in range(4)]

    assert sum(sizes) == 4000
    assert all(900 < size < 1100 for size in sizes)


def test_the_whole_has_everything() -> None:
    assert WHOLE.whole
    assert WHOLE.has(ProjectId("prj_any"))


def test_other_numbers_of_shards_have_other_names() -> None:
    slugs = {Shard(index=i, count=n).slug for n in range(1, MOST + 1) for i in range(n)}

    assert len(slugs) == MOST * (MOST + 1) // 2


@given(count=counts, data=st.data())
def test_what_is_written_is_read_again(count: int, data: st.DataObject) -> None:
    shard = Shard(index=data.draw(st.integers(min_value=0, max_value=count - 1)), count=count)

    assert shard_of(str(shard)) == shard


@pytest.mark.parametrize(
    "text", ["", "1", "/", "1/", "/4", "4/4", "-1/4", "0/0", "0/61", "a/b", "1/4/2", "²/4", " 1/4", "+1/4"]
)
def test_what_is_no_shard_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="shards"):
        shard_of(text)
