"""Where the days ahead begin: what is leased and what was posted, as somebody read it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from watcher.decide.twins import listed_twice
from watcher.facts.accounts import Account, AccountId, ProjectId, Quarantined
from watcher.facts.posts import Post
from watcher.texts.plain import plain
from watcher.texts.spans import counted


@dataclass(frozen=True, kw_only=True, slots=True)
class Outset:
    """`at`: as of when; `source`: where it was read, for people.

    `posts` by their projects. `reads_posts` False: nobody may read any, so all use is unknown. `each_day`:
    accounts of which no more is known than that they were used in the last days. `quarantined`: what lists
    hold and nobody understands, on every day again. `left_out`: what could not be taken along, in sentences.
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
    quarantined: tuple[Quarantined, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def cents(self) -> int:
        """What all of it costs a month."""
        return sum(one.price_cents for one in self.accounts)


def apart(
    accounts: Iterable[Account], quarantined: Iterable[Quarantined]
) -> tuple[tuple[Account, ...], tuple[Quarantined, ...]]:
    """As a turn takes lists: of an account in the lists of several projects nobody knows whose it is, and no
    copy is trusted.
    """
    read, odd = tuple(accounts), tuple(quarantined)
    listed_by: dict[str | None, set[ProjectId]] = {}
    copies = chain(((one.id, one.project) for one in read), ((one.id, one.project) for one in odd))
    for id_, project in copies:
        listed_by.setdefault(id_, set()).add(project)
    twice = (
        listed_twice(one, tuple(sorted(listed_by[one.id] - {one.project})))
        for one in read
        if len(listed_by[one.id]) > 1
    )
    return tuple(one for one in read if len(listed_by[one.id]) == 1), (*odd, *twice)


def not_understood(quarantined: Iterable[Quarantined], names: Mapping[ProjectId, str]) -> Iterator[str]:
    """How many, project by project, in sentences."""
    for project, many in Counter(one.project for one in quarantined).items():
        name = plain(names.get(project, project))
        yield f"project {name}: {counted(many, 'account')} not understood; only brakes count them"
