"""Asked again, a reader gives the same answer: page for page, and error for error."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from watcher.adapters.same_answers import SameAnswers
from watcher.facts.accounts import AccountId, ProjectId
from watcher.facts.health import HealthTier
from watcher.facts.posts import PostStatus
from watcher.ports.leases import HealthAnswer, LeaseReader, PostPage, Temporary

ACME = ProjectId("prj_acme")
PAGES = tuple(PostPage(posts=(), last=last, age=timedelta()) for last in (False, False, True))


class Reader:
    """Counts the pages that it was asked for, and breaks after some of them."""

    def __init__(self, breaks_after: int = len(PAGES)) -> None:
        self.asked = 0
        self._breaks_after = breaks_after

    def posts(
        self,
        project: ProjectId,
        *,
        statuses: tuple[PostStatus, ...],
        account: AccountId | None = None,
    ) -> Iterator[PostPage]:
        for place, page in enumerate(PAGES):
            self.asked += 1
            if place == self._breaks_after:
                raise Temporary("no answer", code="no_answer")
            yield page

    def health(self, account: AccountId) -> HealthAnswer:
        self.asked += 1
        if account == "sa_none":
            raise Temporary("no answer", code="no_answer")
        return HealthAnswer(tier=HealthTier.HOT)


def same(reader: Reader) -> SameAnswers:
    asked: LeaseReader = reader  # type: ignore[assignment]
    return SameAnswers(reader=asked)


def test_whoever_reads_further_goes_on_where_the_other_stopped() -> None:
    reader = Reader()
    answers = same(reader)

    assert next(answers.posts(ACME, statuses=())) is PAGES[0]
    assert reader.asked == 1
    assert tuple(answers.posts(ACME, statuses=())) == PAGES
    assert tuple(answers.posts(ACME, statuses=())) == PAGES
    assert reader.asked == len(PAGES)


def test_an_error_is_the_same_error_again_and_never_the_end_of_a_list() -> None:
    """A generator that has raised is at its end: read again it would be a list without the rest."""
    answers = same(Reader(breaks_after=1))

    for _ in range(3):
        read = answers.posts(ACME, statuses=())
        assert next(read) is PAGES[0]
        with pytest.raises(Temporary):
            next(read)


def test_other_questions_are_other_answers() -> None:
    reader = Reader()
    answers = same(reader)

    tuple(answers.posts(ACME, statuses=()))
    tuple(answers.posts(ACME, statuses=(PostStatus.QUEUED,)))
    tuple(answers.posts(ACME, statuses=(), account=AccountId("sa_1")))

    assert reader.asked == 3 * len(PAGES)


def test_of_an_account_s_health_is_asked_once_be_it_in_vain() -> None:
    reader = Reader()
    answers = same(reader)
    for _ in range(2):
        assert answers.health(AccountId("sa_1")) == HealthAnswer(tier=HealthTier.HOT)
        with pytest.raises(Temporary):
            answers.health(AccountId("sa_none"))
    assert reader.asked == 2
