"""Answers of a made-up API that are asked for anew only where they changed.

Most projects say what they said a turn ago: to write that as JSON and to read it again would take most of the
time. What did change goes over the wire's parsing each time.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from operator import is_

from watcher.adapters.same_answers import SameAnswers
from watcher.facts.accounts import AccountId, ProjectId, Quarantined
from watcher.facts.listing import Listing
from watcher.facts.posts import PostStatus
from watcher.ports.clock import Clock
from watcher.ports.leases import HealthAnswer, Identity, LeaseReader, PostPage, Project
from watcher.wiring.made_up import MadeUpApi


@dataclass(kw_only=True, slots=True)
class _WhileTheSame:
    """One kind of answers: `shown` is what they would be made of."""

    reader: LeaseReader
    shown: Callable[[ProjectId], Sequence[object]]
    _kept: dict[ProjectId, tuple[Sequence[object], SameAnswers]] = field(default_factory=dict)

    def of(self, project: ProjectId) -> SameAnswers:
        shown, kept = self.shown(project), self._kept.get(project)
        if kept is None or not _is_same(kept[0], shown):
            kept = self._kept[project] = shown, SameAnswers(reader=self.reader)
        return kept[1]


class UnchangedAnswers:
    """`LeaseReader` of a made-up API, whose lists are as fresh as the moment at which they are asked for.

    `quarantined`: what they hold besides, and what no made-up world could hold.
    """

    def __init__(
        self, *, reader: LeaseReader, api: MadeUpApi, clock: Clock, quarantined: Iterable[Quarantined] = ()
    ) -> None:
        self._reader, self._clock = reader, clock
        self._quarantined: dict[ProjectId, tuple[Quarantined, ...]] = {}
        for one in quarantined:
            self._quarantined[one.project] = (*self._quarantined.get(one.project, ()), one)
        self._lists = _WhileTheSame(reader=reader, shown=api.leases)
        self._posts = _WhileTheSame(reader=reader, shown=api.posted)

    def whoami(self) -> Identity:
        return self._reader.whoami()

    def projects(self) -> Iterator[Project]:
        return self._reader.projects()

    def leased(self, project: ProjectId) -> Listing:
        now, listing = self._clock.now(), self._lists.of(project).leased(project)
        quarantined = (*listing.quarantined, *self._quarantined.get(project, ()))
        return replace(listing, quarantined=quarantined, read_at=now, read_until=now)

    def disconnected(self, project: ProjectId) -> frozenset[AccountId]:
        return self._lists.of(project).disconnected(project)

    def posts(
        self, project: ProjectId, *, statuses: tuple[PostStatus, ...], account: AccountId | None = None
    ) -> Iterator[PostPage]:
        return self._posts.of(project).posts(project, statuses=statuses, account=account)

    def health(self, account: AccountId) -> HealthAnswer:
        return self._reader.health(account)


def _is_same(before: Sequence[object], now: Sequence[object]) -> bool:
    """Whether each of its values is the very same one."""
    return before is now or (len(before) == len(now) and all(map(is_, before, now)))
