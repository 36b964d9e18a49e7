"""Where the days ahead begin: what is leased and what was posted, as somebody read it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from watcher.facts.accounts import Account, AccountId, ProjectId
from watcher.facts.posts import Post
from watcher.texts.plain import plain
from watcher.texts.spans import counted


@dataclass(frozen=True, kw_only=True, slots=True)
class Outset:
    """`at`: as of when; `source`: where it was read, for people.

    `posts` by their projects. `reads_posts` False: nobody may read any, so all use is unknown. `each_day`:
    accounts of which no more is known than that they were used in the last days. `left_out`: what could not
    be taken along, in sentences.
    """

    at: datetime
    source: str
    organization_id: str
    organization_name: str
    projects: Mapping[ProjectId, str]
    """Their names, by id."""
    accounts: tuple[Account, ...]
    posts: Mapping[ProjectId, tuple[Post, ...]] = field(default_factory=dict)
    reads_posts: bool = True
    each_day: frozenset[AccountId] = frozenset()
    left_out: tuple[str, ...] = ()

    @property
    def cents(self) -> int:
        """What all of it costs a month."""
        return sum(one.price_cents for one in self.accounts)


def each_of_one_project(accounts: Iterable[Account]) -> tuple[tuple[Account, ...], tuple[str, ...]]:
    """The accounts that one project lists, and what is left out, in sentences: a lease in the lists of two
    is of one of them, and nobody knows which.
    """
    found = tuple(accounts)
    many = Counter(one.id for one in found)
    doubled = (id_ for id_, count in many.items() if count > 1)
    return (
        tuple(one for one in found if many[one.id] == 1),
        tuple(f"account {plain(id_)}: listed in {counted(many[id_], 'project')}" for id_ in doubled),
    )
