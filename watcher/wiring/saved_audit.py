"""A saved audit as the beginning of a simulation: what was leased and how it was used, as of then."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, assert_never

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from watcher.ahead.habits import LOOKS_BACK
from watcher.ahead.outset import Outset, apart, not_understood
from watcher.decide.report import AUDIT_SCHEMA
from watcher.facts.accounts import Account, AccountId, Flaw, ProjectId, Quarantined, believable
from watcher.facts.activity import Use, WhyUnknown
from watcher.facts.posts import Post, PostStatus
from watcher.texts.foreign import title
from watcher.texts.plain import plain
from watcher.texts.spans import counted

_LONG_AGO: Final = timedelta(days=400)
_SOMEBODY: Final = AccountId("somebody")


def _utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("no time that could be") from None


def _believed(at: datetime) -> datetime:
    if not believable(at) or at.year > _LAST_YEAR:
        raise ValueError("no time that could be")
    return at


_LAST_YEAR: Final = 2999
_AnyMoment = Annotated[AwareDatetime, AfterValidator(_utc)]
_Moment = Annotated[_AnyMoment, AfterValidator(_believed)]


class NoSuchAudit(ValueError):
    """A file is no saved `audit --format json`, or not of all that is leased."""


class _Part(BaseModel):
    """What is read of `audit/1`: more may stand there, nothing that is read may be of another kind."""

    model_config = ConfigDict(strict=True, frozen=True)


class _Activity(_Part):
    at: _Moment | None
    what: Use | None
    why: WhyUnknown | None
    planned: _Moment | None = None
    """When what is queued is to go out; audits did not always say it."""


class _Saved(_Part):
    id: str
    project: str
    project_name: str
    handle: str
    platform: str
    followers: int | None
    assigned_at: _AnyMoment
    renews_at: _Moment
    price_cents: Annotated[int, Field(ge=0)]
    activity: _Activity

    @property
    def account(self) -> Account:
        return Account(
            id=AccountId(self.id),
            project=ProjectId(self.project),
            handle=self.handle,
            platform=self.platform,
            followers=self.followers,
            assigned_at=self.assigned_at,
            renews_at=self.renews_at,
            price_cents=self.price_cents,
        )


class _Unread(_Part):
    name: str
    why: str


class _Odd(_Part):
    project: str
    id: str | None
    handle: str | None
    flaw: Flaw
    field: str
    also_in: list[str]

    @property
    def quarantined(self) -> Quarantined:
        return Quarantined(
            project=ProjectId(self.project),
            id=self.id,
            handle=self.handle,
            flaw=self.flaw,
            field=self.field,
            also_in=tuple(map(ProjectId, self.also_in)),
        )


class _Counted(_Part):
    accounts: int


class _Totals(_Part):
    all: _Counted


class _Audit(_Part):
    at: _Moment
    organization: str | None = None
    accounts: list[_Saved]
    totals: _Totals
    unread: list[_Unread]
    quarantined: list[_Odd]


class _Named(_Part):
    schema_: str = Field(alias="schema")


def outset_from_audit(text: str, source: str) -> Outset:
    """What `audit --format json` wrote, as of then. Raises `NoSuchAudit`.

    Of each account it has the last use, and not what was posted before that.
    """
    try:
        schema = _Named.model_validate_json(text).schema_
        if schema != AUDIT_SCHEMA:
            raise NoSuchAudit(f"its schema is {schema!r}, and an audit's is {AUDIT_SCHEMA}")
        saved = _Audit.model_validate_json(text)
    except ValidationError as error:
        raise NoSuchAudit(_explained(error)) from None
    whole = saved.totals.all.accounts
    if whole != len(saved.accounts):
        # Not so in an audit that was narrowed: its totals are of what it shows.
        raise NoSuchAudit(
            f"it shows {len(saved.accounts):,} of {counted(whole, 'account')}: save one that shows all"
        )
    accounts, quarantined = apart(
        (one.account for one in saved.accounts), (one.quarantined for one in saved.quarantined)
    )
    names = {one.project: title(one.project) for one in quarantined}
    names |= {ProjectId(one.project): title(one.project_name) for one in saved.accounts}
    return Outset(
        at=saved.at,
        source=source,
        organization_id=f"saved:{saved.organization or ''}",
        organization_name=title(saved.organization),
        projects={project: name or project for project, name in names.items()},
        accounts=accounts,
        posts={project: tuple(some) for project, some in _posts(saved).items()},
        reads_posts=not _nobody_may_read_posts(saved.accounts),
        each_day=frozenset(AccountId(one.id) for one in saved.accounts if _is_recent(one, saved.at)),
        quarantined=quarantined,
        left_out=(
            *(f"project {plain(one.name)}: {plain(one.why)}" for one in saved.unread),
            *not_understood(quarantined, names),
        ),
    )


def _explained(error: ValidationError) -> str:
    """What is wrong first, and where; nothing of what stands there."""
    first, *_ = error.errors(include_url=False, include_input=False, include_context=False)
    place = ".".join(map(str, first["loc"]))
    said = f"it is not what `lease-watcher audit --format json` writes: {first['msg']}"
    return f"{said}, in {place}" if place else said


def _nobody_may_read_posts(saved: Sequence[_Saved]) -> bool:
    return bool(saved) and all(one.activity.why is WhyUnknown.MISSING_SCOPE for one in saved)


def _posts(saved: _Audit) -> dict[ProjectId, list[Post]]:
    """Posts by which just this use shows, of each project. Where nothing shows of a whole project there are
    none: silence proves nothing there, unless the policy says so.
    """
    posts: dict[ProjectId, list[Post]] = defaultdict(list)
    silent: list[_Saved] = []
    unreadable = _nobody_may_read_posts(saved.accounts)
    for one in saved.accounts:
        if one.activity.why is WhyUnknown.NO_POST_EVER_SHOWN:
            silent.append(one)
        elif not unreadable:
            posts[ProjectId(one.project)] += _posts_of(one, saved.at)
    shows = {project for project, some in posts.items() if some}
    for one in silent:
        if one.project in shows:
            posts[ProjectId(one.project)].append(_unknown(one))
    return posts


def _posts_of(one: _Saved, now: datetime) -> Iterator[Post]:
    activity, account = one.activity, AccountId(one.id)
    at = activity.at or now
    match activity.what:
        case None:
            yield _unknown(one)
        case Use.PUBLISHED_POST | Use.REMEMBERED | Use.FIRST_LISTED | Use.OTHER:
            yield Post(account=account, status=PostStatus.PUBLISHED, scheduled_for=at, published_at=at)
        case Use.FAILED_ATTEMPT:
            yield Post(account=account, status=PostStatus.FAILED, scheduled_for=at, attempted_at=at)
        case Use.QUEUED_POST | Use.PUBLISHING_POST:
            yield Post(account=account, status=PostStatus.QUEUED, scheduled_for=activity.planned)
        case Use.DRAFT_POST | Use.ONGOING:
            yield Post(account=account, status=PostStatus.DRAFT, scheduled_for=now)
        case Use.ASSIGNMENT:
            # Somebody's post was shown in its project, or silence would prove nothing.
            ago = now - _LONG_AGO
            yield Post(account=_SOMEBODY, status=PostStatus.PUBLISHED, scheduled_for=ago, published_at=ago)
        case _:
            assert_never(activity.what)


def _unknown(one: _Saved) -> Post:
    """Nothing may be concluded of its use."""
    return Post(account=AccountId(one.id), status=None, scheduled_for=None)


_OF_ITS_OWN: Final = frozenset(
    {Use.PUBLISHED_POST, Use.REMEMBERED, Use.OTHER, Use.QUEUED_POST, Use.PUBLISHING_POST}
)


def _is_recent(one: _Saved, now: datetime) -> bool:
    """Whether the account itself was used in the days that habits are taken from."""
    at = one.activity.at
    return one.activity.what in _OF_ITS_OWN and at is not None and now - at < LOOKS_BACK
