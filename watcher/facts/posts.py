"""Scheduled posts as evidence: the rules of design §4.1, from posts to activity."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from watcher.facts.accounts import AccountId, believable
from watcher.facts.activity import Activity, Seen, Unknown, Use, WhyUnknown, use_in


class PostStatus(StrEnum):
    """The statuses the API documents; any other makes the activity unknown."""

    QUEUED = "queued"
    PUBLISHING = "publishing"
    DRAFT = "draft"
    DRAFT_IN_INBOX = "draft_in_inbox"
    PUBLISHED = "published"
    FAILED = "failed"
    CANCELED = "canceled"


UNFINISHED = (PostStatus.QUEUED, PostStatus.PUBLISHING, PostStatus.DRAFT, PostStatus.DRAFT_IN_INBOX)

_ONGOING_USE = {
    PostStatus.PUBLISHING: Use.PUBLISHING_POST,
    PostStatus.QUEUED: Use.QUEUED_POST,
    PostStatus.DRAFT: Use.DRAFT_POST,
    PostStatus.DRAFT_IN_INBOX: Use.DRAFT_POST,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """One scheduled post. `status` is None when the API's word is not one we know."""

    account: AccountId
    status: PostStatus | None
    scheduled_for: datetime | None
    attempted_at: datetime | None = None
    published_at: datetime | None = None


def weigh(posts: Iterable[Post], *, assigned_at: datetime, now: datetime, absence_counts: bool) -> Activity:
    """What one account's posts say about its use.

    `absence_counts`: the source has shown a post in this project before, or the policy declares the
    evidence complete; only then does silence mean "unused since the lease began".
    """
    latest: Seen | None = None
    doubt: Unknown | None = None
    cancelled: set[datetime] = set()
    for post in posts:
        if post.status is PostStatus.CANCELED and post.scheduled_for is not None:
            cancelled.add(post.scheduled_for)
        said = _weigh_one(post, now)
        match said:
            case None:
                continue
            case Unknown():
                doubt = doubt or said
            case Seen() if said.what.ongoing:
                return said
            case Seen():
                if latest is None or said.at > latest.at:
                    latest = said
    if doubt is not None:
        return doubt
    if not believable(assigned_at):
        # A lease that began yesterday may say so: neither silence nor an old post tells of its use.
        return Unknown(why=WhyUnknown.LEASE_UNDATED)
    if latest is not None and latest.at >= assigned_at:
        return replace(latest, cancelled=frozenset(cancelled)) if cancelled else latest
    # Posts from before this lease are somebody else's: of this one they say only that posts are shown.
    if latest is None and not absence_counts:
        return Unknown(why=WhyUnknown.NO_POST_EVER_SHOWN)
    if assigned_at > now:
        return Unknown(why=WhyUnknown.LEASE_TO_COME)
    return Seen(at=assigned_at, what=Use.ASSIGNMENT, cancelled=frozenset(cancelled))


def weigh_by(
    posts: Iterable[Post],
    *,
    then: datetime,
    recent: timedelta,
    assigned_at: datetime,
    now: datetime,
    absence_counts: bool,
) -> Activity:
    """What they say about its use by a moment that has passed, such as a renewal that no turn saw (ADR 88).

    What was to go out by then and ended later was unfinished then. What was to go out later may have been
    planned by then or since, as no post says when it was made: a doubt, where nothing else shows recent use.
    """
    past: list[Post] = []
    doubt: Unknown | None = None
    for post in posts:
        said = _weigh_one(post, now)
        if isinstance(said, Unknown):
            doubt = doubt or said
            continue
        happened = [at for at in (post.attempted_at, post.published_at) if at is not None and believable(at)]
        planned = [at for at in (post.scheduled_for,) if at is not None and believable(at)]
        begun = any(at <= then for at in (*happened, *planned))
        if said is None:
            # Called off before it was to go out, it was none then; else nobody knows when that was.
            doubt = doubt if begun else doubt or _PLANNED_LATER
        elif not begun:
            doubt = doubt or _PLANNED_LATER
        elif said.what.ongoing or any(at > then for at in happened):
            return Seen(at=then, what=said.what if said.what.ongoing else Use.QUEUED_POST)
        else:
            past.append(post)
    found = weigh(past, assigned_at=assigned_at, now=then, absence_counts=absence_counts)
    used = use_in(found)
    is_recent = used is not None and used.at > then - recent
    return found if doubt is None or is_recent else doubt


_PLANNED_LATER = Unknown(why=WhyUnknown.PLANNED_LATER)


def _weigh_one(post: Post, now: datetime) -> Activity | None:
    match post.status:
        case None:
            return Unknown(why=WhyUnknown.UNKNOWN_STATUS)
        case PostStatus.CANCELED if post.published_at is not None:
            # It cannot be both: which of the two it is nobody knows.
            return Unknown(why=WhyUnknown.UNKNOWN_STATUS)
        case PostStatus.CANCELED:
            return None
        case PostStatus.PUBLISHED if post.published_at is None or not believable(post.published_at):
            return Unknown(why=WhyUnknown.MISSING_TIME)
        case PostStatus.PUBLISHED:
            return _latest(post, Use.PUBLISHED_POST, now)
        case PostStatus.FAILED:
            return _latest(post, Use.FAILED_ATTEMPT, now)
        case unfinished:
            return Seen(at=now, what=_ONGOING_USE[unfinished], planned=post.scheduled_for)


def _latest(post: Post, what: Use, now: datetime) -> Activity:
    """The latest time of a post that can be and has passed: it errs towards use, and ages out (ADR 0020).

    Only what was planned may lie ahead: what has happened in the future is not believed.
    """
    happened = [at for at in (post.published_at, post.attempted_at) if at is not None and believable(at)]
    planned = [at for at in (post.scheduled_for,) if at is not None and believable(at)]
    past = [at for at in (*happened, *planned) if at <= now]
    if any(at > now for at in happened) or (planned and not past):
        return Unknown(why=WhyUnknown.FUTURE_TIME)
    return Seen(at=max(past), what=what) if past else Unknown(why=WhyUnknown.MISSING_TIME)
