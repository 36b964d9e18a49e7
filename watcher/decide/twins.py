"""Accounts that more than one project lists: a release is of the account, whichever project it was read in.

Nobody can tell whose such an account is, so it is trusted in none of its copies. What this turn reads is
compared as it streams by; of projects that this turn does not read, or cannot, the last good reading counts.
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from watcher.decide.readings import Failed, Reading
from watcher.facts.accounts import Account, AccountId, Flaw, Listed, ProjectId, Quarantined
from watcher.facts.listing import Listing

_HASHES = 2**64 - 1
_TABLES = 64


class Index:
    """Who was the first to list an id. Two ids may look alike: then one is taken for the other.

    Compact, as it holds every account of the fleet: some 20 bytes each, where a dictionary takes 150. In many
    small tables: one that is full is copied to a larger one, and meanwhile both are held.
    """

    def __init__(self) -> None:
        self._tables = defaultdict[int, _Table](_Table)
        """Made where there is something to put in: a turn of a small fleet has use for few."""

    def first(self, id_: str, owner: int) -> int | None:
        """Who listed it before; None: nobody, and from now on `owner` did."""
        known = hash(id_) & _HASHES or 1  # 0 marks a place that is free
        return self._tables[known % _TABLES].first(known, owner)


class _Table:
    def __init__(self) -> None:
        self._make(16)
        self._count = 0

    def first(self, known: int, owner: int) -> int | None:
        place = self._place(known)
        if self._hashes[place]:
            return self._owners[place]
        self._hashes[place], self._owners[place] = known, owner
        self._count += 1
        if 4 * self._count > 3 * len(self._hashes):
            self._grow()
        return None

    def _place(self, known: int) -> int:
        """Where it stands, or would."""
        hashes, size = self._hashes, len(self._hashes)
        place = known // _TABLES % size
        while (there := hashes[place]) and there != known:
            place = (place + 1) % size
        return place

    def _make(self, size: int) -> None:
        self._hashes = array("Q", [0]) * size
        self._owners = array("I", [0]) * size

    def _grow(self) -> None:
        """By half: doubled, it would be half empty."""
        hashes, owners = self._hashes, self._owners
        self._make(len(hashes) * 3 // 2)
        for known, owner in zip(hashes, owners, strict=True):
            if known:
                place = self._place(known)
                self._hashes[place], self._owners[place] = known, owner


@dataclass(kw_only=True, slots=True)
class Twins:
    """The accounts of one turn that are listed twice.

    `before`: those that were, by the last good readings.
    """

    before: Mapping[AccountId, frozenset[ProjectId]]
    watches: Callable[[ProjectId], bool]
    """Whether a project is still ours: any other lists nothing."""
    late: dict[tuple[ProjectId, str], Quarantined] = field(default_factory=dict)
    """Copies that were let through before another project listed the account, by project and id."""
    _index: Index = field(default_factory=Index)
    _projects: list[ProjectId] = field(default_factory=list)
    _answered: set[ProjectId] = field(default_factory=set)
    _parted: set[tuple[ProjectId, str]] = field(default_factory=set)

    def has_answered(self, project: ProjectId) -> None:
        """This turn knows by itself what the project lists, be it nothing."""
        self._answered.add(project)

    def told(self, reading: Reading | Failed) -> Reading | Failed:
        """What a project lists, or listed before it failed; a reading without what others list too."""
        if isinstance(reading, Reading):
            return self.parted(reading)
        self.heard(reading.target.id, reading.listed)
        if reading.missing:
            self.has_answered(reading.target.id)
        return reading

    def parted(self, reading: Reading) -> Reading:
        """The reading, with those accounts quarantined that another project is known to list too."""
        project, listing = reading.target.id, reading.listing
        self.has_answered(project)
        self._projects.append(project)
        twice = {
            one.id: others
            for one in _items(listing)
            if one.id is not None and (others := self._others(project, one.id, one.handle))
        }
        if not twice:
            return reading
        self._parted.update((project, id_) for id_ in twice)
        accounts = tuple(one for one in listing.accounts if one.id not in twice)
        left_alone = (listed_twice(one, twice[one.id]) for one in listing.accounts if one.id in twice)
        quarantined = (*listing.quarantined, *left_alone)
        return replace(reading, listing=replace(listing, accounts=accounts, quarantined=quarantined))

    def heard(self, project: ProjectId, listed: Mapping[str, str | None]) -> None:
        """What a project listed, ids and handles, before its list broke off: it lists these too."""
        self._projects.append(project)
        for id_, handle in listed.items():
            self._parted.add((project, id_))  # none of it is let through
            self._others(project, id_, handle)

    def elsewhere(self, account: Account, listed: Iterable[Listed]) -> tuple[ProjectId, ...]:
        """Projects that listed it at their last good reading, and did not answer in this turn."""
        return tuple(sorted(self._unheard(account.project, (one.project for one in listed if one.present))))

    def _others(self, project: ProjectId, id_: str, handle: str | None) -> tuple[ProjectId, ...]:
        before = self.before.get(AccountId(id_), ())
        earlier = self._index.first(id_, len(self._projects) - 1)
        if earlier is None and not before:
            return ()
        others = set(self._unheard(project, before))
        if earlier is not None and self._projects[earlier] != project:
            first = self._projects[earlier]
            others.add(first)
            if (first, id_) not in self._parted:
                self.late[first, id_] = _twin(first, id_, handle, (project,))
        return tuple(sorted(others))

    def _unheard(self, own: ProjectId, projects: Iterable[ProjectId]) -> Iterator[ProjectId]:
        for project in projects:
            if project != own and project not in self._answered and self.watches(project):
                yield project


def listed_twice(account: Account, others: tuple[ProjectId, ...]) -> Quarantined:
    return _twin(account.project, account.id, account.handle, others)


def _twin(project: ProjectId, id_: str, handle: str | None, others: tuple[ProjectId, ...]) -> Quarantined:
    return Quarantined(
        project=project,
        id=id_,
        handle=handle,
        flaw=Flaw.LISTED_TWICE,
        field="socialAccountId",
        also_in=others,
    )


def _items(listing: Listing) -> Iterator[Account | Quarantined]:
    yield from listing.accounts
    yield from listing.quarantined
