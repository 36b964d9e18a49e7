"""Evidence of use from scheduled posts, in few requests.

Every status is asked for, not only those we know: a status that the API invents tomorrow must be seen, as
it makes the activity unknown. Newest first, pages that reach far enough back then tell all there is to know,
but for unfinished posts: those count however old they are, so they are asked for by name where the history
was not read to its end.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from itertools import islice
from typing import Final

from watcher.facts.accounts import AccountId, ProjectId, believable
from watcher.facts.activity import Activity, Findings, Inquiry, Seen, Unknown, WhyUnknown
from watcher.facts.posts import UNFINISHED, Post, PostStatus, weigh, weigh_by
from watcher.ports.evidence import SourceNeeds
from watcher.ports.leases import ApiError, LeaseReader, PostPage, Refused, Suspended

SLACK: Final = timedelta(days=7)
"""Pages are sorted by when a post was to go out; it may have been tried so much later."""

_ANY: Final[tuple[PostStatus, ...]] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PostsSource:
    """`EvidenceSource` over scheduled posts. Shared by threads.

    Use older than `Inquiry.recent` is not searched for: in a project with many posts, an account long unused
    may be answered as unused since its lease began although an older post exists. An account asked about
    alone, as before every release, is answered from its own latest posts.
    """

    reader: LeaseReader

    @property
    def name(self) -> str:
        return "posts"

    @property
    def needs(self) -> SourceNeeds:
        return SourceNeeds(scope="publish:read", without="no use can be seen, so nothing is ever found idle")

    def read(
        self, project: ProjectId, inquiries: Sequence[Inquiry], *, shown_before: bool, now: datetime
    ) -> Findings:
        case = _Case(self.reader, project, inquiries, shown=shown_before, now=now)
        ended_by: WhyUnknown | None = None
        try:
            case.investigate()
        except Suspended:
            raise
        except Refused as error:
            if error.key_rejected:
                raise
            forbidden = error.status == 403 and error.code == "FORBIDDEN_SCOPE"
            ended_by = WhyUnknown.MISSING_SCOPE if forbidden else WhyUnknown.UNREADABLE
        except ApiError:
            ended_by = WhyUnknown.UNREADABLE
        activity = {inquiry.account.id: case.verdict(inquiry, ended_by) for inquiry in inquiries}
        blank = case.blank if shown_before and ended_by is None else None
        by_then = {one.account.id: case.by_then(one, ended_by) for one in inquiries if one.renewals}
        return Findings(activity=activity, shown=case.shown, age=case.age, blank=blank, by_then=by_then)


class _Read(Enum):
    """How far a list was read."""

    ENOUGH = auto()
    """To its end, or until nothing was open any more."""
    BACK_TO_BOUND = auto()
    """Up to posts too old to matter, unless they are unfinished."""
    GIVEN_UP = auto()
    """Asking for each account by itself is cheaper than reading on."""


class _Case:
    """One project's inquiries while they are being answered."""

    def __init__(
        self,
        reader: LeaseReader,
        project: ProjectId,
        inquiries: Sequence[Inquiry],
        *,
        shown: bool,
        now: datetime,
    ) -> None:
        self.shown = shown
        self.age = timedelta()
        """Of the oldest page read."""
        self._reader = reader
        self._project = project
        self._now = now
        self._open = {inquiry.account.id: inquiry for inquiry in inquiries}
        self._posts: dict[AccountId, list[Post]] = {id_: [] for id_ in self._open}
        self._settled: dict[AccountId, Activity] = {}
        """Those in use, whatever else their posts may say: these are looked for no more."""
        self._seen_whole = False
        """Whether a page of the whole project was read."""
        self._seen_any = False
        """Whether any post was."""

    @property
    def blank(self) -> bool | None:
        """Whether the project has no post at all; None where that was not looked at."""
        return False if self._seen_any else True if self._seen_whole else None

    def investigate(self) -> None:
        """Ask until every account is settled or all that matters was read. Raises the reader's errors."""
        match self._together(_ANY):
            case _Read.BACK_TO_BOUND:
                if self._together(UNFINISHED) is _Read.GIVEN_UP:
                    for inquiry in tuple(self._open.values()):
                        self._alone(inquiry, UNFINISHED)
            case _Read.GIVEN_UP:
                for inquiry in tuple(self._open.values()):
                    if self._alone(inquiry, _ANY) is _Read.BACK_TO_BOUND:
                        self._alone(inquiry, UNFINISHED)
            case _Read.ENOUGH:
                pass
        silent = self.shown or any(not inquiry.complete for inquiry in self._open.values())
        if self._open and silent and not self._seen_any and not self._seen_whole:
            # Silence counts where anybody's post was ever shown, and says nothing where none is any more:
            # one look at the whole project tells.
            for page in islice(self._reader.posts(self._project, statuses=_ANY), 1):
                self._seen_whole = True
                self._note(page)

    def verdict(self, inquiry: Inquiry, ended_by: WhyUnknown | None) -> Activity:
        """What was found on one account; `ended_by` is what cut the asking short."""
        if (settled := self._settled.get(inquiry.account.id)) is not None:
            return settled
        if ended_by is not None:
            return Unknown(why=ended_by)
        return self._weighed(inquiry, absence_counts=self.shown or inquiry.complete)

    def by_then(self, inquiry: Inquiry, ended_by: WhyUnknown | None) -> dict[datetime, Activity]:
        """What was found on its use by each renewal that is asked about."""
        if ended_by is not None:
            return dict.fromkeys(inquiry.renewals, Unknown(why=ended_by))
        return {
            renewal: weigh_by(
                self._posts[inquiry.account.id],
                then=renewal,
                recent=inquiry.recent,
                assigned_at=inquiry.account.assigned_at,
                now=self._now,
                absence_counts=self.shown or inquiry.complete,
            )
            for renewal in inquiry.renewals
        }

    def _together(self, statuses: tuple[PostStatus, ...]) -> _Read:
        """Read the posts of the whole project, as long as that is cheaper than a request for each account."""
        if len(self._open) < 2:
            return _Read.GIVEN_UP
        reach = _Reach()
        for page in self._reader.posts(self._project, statuses=statuses):
            self._seen_whole = self._seen_whole or statuses is _ANY
            self._note(page)
            reach.note(page)
            if page.last or not self._open:
                return _Read.ENOUGH
            ahead = 0
            if statuses is _ANY:
                bound = min(map(self._bound, self._open.values()))
                if reach.is_before(bound):
                    return _Read.BACK_TO_BOUND
                ahead = reach.pages_until(bound)
            if max(reach.pages, ahead) >= len(self._open):
                return _Read.GIVEN_UP
        return _Read.ENOUGH

    def _alone(self, inquiry: Inquiry, statuses: tuple[PostStatus, ...]) -> _Read:
        """Read the posts of one account."""
        reach = _Reach()
        for page in self._reader.posts(self._project, statuses=statuses, account=inquiry.account.id):
            self._note(page)
            reach.note(page)
            if page.last or inquiry.account.id not in self._open:
                return _Read.ENOUGH
            if statuses is _ANY and reach.is_before(self._bound(inquiry)):
                return _Read.BACK_TO_BOUND
        return _Read.ENOUGH

    def _note(self, page: PostPage) -> None:
        """Keep the posts of the accounts asked about, and close those that are settled by them."""
        self._seen_any = self._seen_any or bool(page.posts)
        self.shown = self.shown or bool(page.posts)
        self.age = max(self.age, page.age)
        for post in page.posts:
            if post.account in self._open:
                self._posts[post.account].append(post)
        for id_ in {post.account for post in page.posts} & self._open.keys():
            said = self._weighed(self._open[id_], absence_counts=False)
            if self._settles(said, self._open[id_]):
                self._settled[id_] = said
                del self._open[id_]

    def _settles(self, said: Activity, inquiry: Inquiry) -> bool:
        if not isinstance(said, Seen) or inquiry.renewals:
            return False
        recent = not said.what.is_absence and said.at > self._now - inquiry.recent
        return said.what.ongoing or recent

    def _weighed(self, inquiry: Inquiry, *, absence_counts: bool) -> Activity:
        account = inquiry.account
        return weigh(
            self._posts[account.id],
            assigned_at=account.assigned_at,
            now=self._now,
            absence_counts=absence_counts,
        )

    def _bound(self, inquiry: Inquiry) -> datetime:
        """Posts planned before this cannot be recent use, nor use within this lease."""
        before = min(inquiry.renewals, default=self._now)
        return max(before - inquiry.recent, inquiry.account.assigned_at) - SLACK


class _Reach:
    """How far back the pages of one list went, as long as they come in the order promised."""

    def __init__(self) -> None:
        self.pages = 0
        self._ordered = True
        self._oldest: datetime | None = None
        self._page_spans = timedelta()

    def note(self, page: PostPage) -> None:
        self.pages += 1
        newest: datetime | None = None
        for post in page.posts:
            at = post.scheduled_for
            if at is None or not believable(at) or (self._oldest is not None and at > self._oldest):
                self._ordered = False
                return
            newest = newest or at
            self._oldest = at
        if newest is not None and self._oldest is not None:
            self._page_spans = newest - self._oldest

    def is_before(self, bound: datetime) -> bool:
        return self._ordered and self._oldest is not None and self._oldest < bound

    def pages_until(self, bound: datetime) -> int:
        """How many pages more it will take, if they are all like the latest."""
        if not self._ordered or self._oldest is None or not self._page_spans:
            return 0
        return math.ceil((self._oldest - bound) / self._page_spans)
