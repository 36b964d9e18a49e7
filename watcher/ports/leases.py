"""The provider's side: what is leased, what was posted, and giving back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from watcher.facts.accounts import AccountId, ProjectId
from watcher.facts.health import HealthTier
from watcher.facts.listing import Listing
from watcher.facts.posts import Post, PostStatus
from watcher.record.intents import WhyNotSent


class ApiError(Exception):
    """A read that did not answer what was asked. Holds no secret.

    `code` is the API's (or ours, in lower case, where it sent none); `status` None: no answer at all.
    `listed`: of an unfinished list, what was read of it: ids with the handles beside them.
    """

    listed: Mapping[str, str | None] = {}

    def __init__(
        self, summary: str, *, code: str, status: int | None = None, request_id: str | None = None
    ) -> None:
        super().__init__(summary)
        self.summary = summary
        self.code = code
        self.status = status
        self.request_id = request_id


class Temporary(ApiError):
    """It may work later: 429, 5xx, no connection, no answer in time."""


class Refused(ApiError):
    """The request or the state is wrong: asking again changes nothing. 401, 403, 404, 409, 422."""

    @property
    def key_rejected(self) -> bool:
        return self.status == 401


class LacksScope(Refused):
    """The key may read and not release: its own trouble, and of no account (ADR 0021)."""


class Suspended(ApiError):
    """The provider suspended the key (KILL_SWITCH): every endpoint, until it is lifted."""


class Surprising(ApiError):
    """An answer that is not the API's: HTML, empty, truncated, oversized, endless, a page loop."""


def is_about_the_key(error: ApiError) -> bool:
    """Whether the error concerns every request alike: a key suspended or rejected."""
    return isinstance(error, Suspended) or (isinstance(error, Refused) and error.key_rejected)


def is_missing(error: ApiError) -> bool:
    """Whether the API itself says that there is no such project, and did not just list something of it."""
    return isinstance(error, Refused) and error.status == 404 and not error.listed


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """Who the key is. `scopes` empty: the API did not say; `skew`: our clock against the API's Date.

    `skew` is None where nothing proves it (no Date, or an answer that was cached: it carries Age).
    """

    organization_id: str
    organization_name: str
    scopes: frozenset[str]
    tier: str
    key_id: str
    skew: timedelta | None

    def lacks(self, scope: str) -> bool:
        """Whether the key is known not to have a scope."""
        return bool(self.scopes) and "*" not in self.scopes and scope not in self.scopes


@dataclass(frozen=True, kw_only=True, slots=True)
class Project:
    id: ProjectId
    name: str


RELEASES: Final = "leased:write"
"""The scope that a release needs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PostPage:
    """Some posts, and whether that were all of them. `age`: how old they were when they came."""

    posts: tuple[Post, ...]
    last: bool
    age: timedelta = timedelta()


@dataclass(frozen=True, kw_only=True, slots=True)
class HealthAnswer:
    """How healthy an account is; `tier` None: the API has a word for it that we do not know.

    `age`: how old the answer was when it came. Of when the provider looked itself it says nothing.
    """

    tier: HealthTier | None
    age: timedelta = timedelta()


class LeaseReader(Protocol):
    """Reads. Every method raises the `ApiError`s above and nothing else of the network's.

    listing = reader.leased(project)             # all pages, or an error: never a part
    if listing.is_fresh and account.id not in ids_in(listing):
        gone = account.id in reader.disconnected(project)
    """

    def whoami(self) -> Identity: ...

    def projects(self) -> Iterator[Project]:
        """Every active project, page by page."""
        ...

    def leased(self, project: ProjectId) -> Listing: ...

    def disconnected(self, project: ProjectId) -> frozenset[AccountId]:
        """Ids of the accounts that are no longer assigned to the project. Raises for an answer not fresh."""
        ...

    def posts(
        self,
        project: ProjectId,
        *,
        statuses: tuple[PostStatus, ...],
        account: AccountId | None = None,
    ) -> Iterator[PostPage]:
        """Pages of posts, newest `scheduledFor` first; each page is one request, made when asked for.

        No `statuses`: every status, also one we do not know.
        """
        ...

    def health(self, account: AccountId) -> HealthAnswer:
        """One account's health: a request for each."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    request_id: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class NotThere:
    """404: released before, or never ours."""

    request_id: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Denied:
    """A certain no: 403, 409, 422 … Never tried again without a person, unless it is about the key."""

    status: int
    code: str
    request_id: str | None

    @property
    def about_the_key(self) -> ApiError | None:
        """What is wrong with the key, where that is why: it is then so for every account."""
        kind: type[ApiError]
        match self.status, self.code:
            case 401, _:
                kind, words = Refused, "the API rejected the key"
            case _, "KILL_SWITCH":
                kind, words = Suspended, "the key is suspended"
            case _, "FORBIDDEN_SCOPE":
                kind, words = LacksScope, f"the key lacks the scope {RELEASES}"
            case _:
                return None
        summary = f"{words}: DELETE answered {self.status} {self.code}"
        return kind(summary, code=self.code, status=self.status, request_id=self.request_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class Throttled:
    """429: certainly not carried out."""

    request_id: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class NotSent:
    why: WhyNotSent


@dataclass(frozen=True, kw_only=True, slots=True)
class Uncertain:
    """Timeout, reset, 5xx, an answer that is not the API's: it may have happened."""

    detail: str
    request_id: str | None


ReleaseAnswer = Done | NotThere | Denied | Throttled | NotSent | Uncertain


class LeaseReleaser(Protocol):
    """Gives accounts back. Only an enforcing turn is ever handed one.

    if releaser.ready():                         # the wait for the rate budget comes before the facts
        ...                                      # read again, gate, intent
        answer = releaser.release(account.id, reason=why, latest=closes)
        match answer:
            case Done(): ...
            case Uncertain(detail=detail): ...   # it may have happened: read back, never send again
    """

    def ready(self) -> bool:
        """Wait until the rate budget would let a release through: facts are read for it after that.

        False: the watcher is stopping.
        """
        ...

    def release(self, account: AccountId, *, reason: str, latest: datetime) -> ReleaseAnswer:
        """Send one DELETE, once; never retried here.

        Nothing is sent unless the clock, read after any wait for the rate budget and plus the request
        timeout, is before `latest`. Raises nothing of the network's.
        """
        ...
