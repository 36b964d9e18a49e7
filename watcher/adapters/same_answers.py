"""A reader that asks once: whoever asks again gets the very same answer, also where it was an error."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from watcher.facts.accounts import AccountId, ProjectId
from watcher.facts.listing import Listing
from watcher.facts.posts import PostStatus
from watcher.ports.leases import ApiError, HealthAnswer, Identity, LeaseReader, PostPage, Project


@dataclass(kw_only=True, slots=True)
class SameAnswers:
    """`LeaseReader` over another one, for two judgements of one state."""

    reader: LeaseReader
    _kept: dict[object, "_Answers"] = field(default_factory=dict)

    def whoami(self) -> Identity:
        (identity,) = self._same("whoami", lambda: iter((self.reader.whoami(),)))
        found: Identity = identity
        return found

    def projects(self) -> Iterator[Project]:
        return self._same("projects", self.reader.projects)

    def leased(self, project: ProjectId) -> Listing:
        (listing,) = self._same(("leased", project), lambda: iter((self.reader.leased(project),)))
        found: Listing = listing
        return found

    def disconnected(self, project: ProjectId) -> frozenset[AccountId]:
        (ids,) = self._same(("disconnected", project), lambda: iter((self.reader.disconnected(project),)))
        found: frozenset[AccountId] = ids
        return found

    def posts(
        self, project: ProjectId, *, statuses: tuple[PostStatus, ...], account: AccountId | None = None
    ) -> Iterator[PostPage]:
        return self._same(
            ("posts", project, statuses, account),
            lambda: self.reader.posts(project, statuses=statuses, account=account),
        )

    def health(self, account: AccountId) -> HealthAnswer:
        (answer,) = self._same(("health", account), lambda: iter((self.reader.health(account),)))
        found: HealthAnswer = answer
        return found

    def _same(self, asked: object, ask: Callable[[], Iterator[Any]]) -> Iterator[Any]:
        return self._kept.setdefault(asked, _Answers(ask=ask)).each()


@dataclass(kw_only=True, slots=True)
class _Answers:
    """The pages of one question, as far as anybody read them; and the error that ended them."""

    ask: Callable[[], Iterator[Any]]
    pages: list[Any] = field(default_factory=list)
    error: ApiError | None = None
    rest: Iterator[Any] | None = None

    def each(self) -> Iterator[Any]:
        place = 0
        while True:
            while place < len(self.pages):
                yield self.pages[place]
                place += 1
            if self.error is not None:
                raise self.error
            try:
                if self.rest is None:
                    self.rest = self.ask()
                self.pages.append(next(self.rest))
            except StopIteration:
                return
            except ApiError as error:
                self.error = error
