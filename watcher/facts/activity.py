"""Evidence of use. Idleness is derived from it, never assumed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from watcher.facts.accounts import Account, AccountId, believable
from watcher.facts.health import Health


class Use(StrEnum):
    """What was seen, as rules and machines tell it apart."""

    PUBLISHING_POST = "publishing_post"
    QUEUED_POST = "queued_post"
    DRAFT_POST = "draft_post"
    PUBLISHED_POST = "published_post"
    FAILED_ATTEMPT = "failed_attempt"
    ASSIGNMENT = "assignment"
    """No post at all, from a source known to show posts: unused since the lease began."""
    FIRST_LISTED = "first_listed"
    """A lease of long before, in a list that had not shown it: what it was used for until then was done where
    nothing is read (ADR 91).
    """
    REMEMBERED = "remembered"
    """Use that the ledger remembers and the source no longer shows: evidence never goes backwards."""
    OTHER = "other"
    """Use at that time that is no post; its source says what in words of its own (`Seen.words`)."""
    ONGOING = "ongoing"
    """The same, but unfinished."""

    @property
    def ongoing(self) -> bool:
        """Unfinished work: the account is in use whatever its age, and a release would cancel it."""
        return self in _ONGOING

    @property
    def is_absence(self) -> bool:
        """No use, but since when none was seen."""
        return self in _ABSENCE


_ABSENCE = frozenset({Use.ASSIGNMENT, Use.FIRST_LISTED})
_ONGOING = frozenset({Use.PUBLISHING_POST, Use.QUEUED_POST, Use.DRAFT_POST, Use.ONGOING})


class WhyUnknown(StrEnum):
    NOT_ASKED = "not_asked"
    """The decision does not need it yet."""
    MISSING_SCOPE = "missing_scope"
    UNREADABLE = "unreadable"
    UNKNOWN_STATUS = "unknown_status"
    MISSING_TIME = "missing_time"
    FUTURE_TIME = "future_time"
    LEASE_UNDATED = "lease_undated"
    """The lease's own begin is a time that cannot be: it is not known which posts are of it."""
    LEASE_TO_COME = "lease_to_come"
    """It is said to begin in the future."""
    NO_POST_EVER_SHOWN = "no_post_ever_shown"
    """The source never showed a post in this project, so silence proves nothing (design §4.1)."""
    PLANNED_LATER = "planned_later"
    """Of use by a moment that has passed: what goes out later may have been planned by then (ADR 88)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """The latest use known; `at` is aware UTC and never in the future."""

    at: datetime
    what: Use
    words: str | None = field(default=None, compare=False)
    """Its source's own, where those of posts do not fit, such as `was signed in to`. How long ago follows."""
    planned: datetime | None = field(default=None, compare=False)
    """Of unfinished work, when it is to go out."""
    cancelled: frozenset[datetime] = field(default=frozenset(), compare=False)
    """Posts that were cancelled, by when they were to go out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unknown:
    """Nothing may be concluded: an error is not emptiness."""

    why: WhyUnknown


Activity = Seen | Unknown


def use_in(activity: Activity | None) -> Seen | None:
    """The use that it is evidence of. None: nothing is known, or only since when none was seen."""
    return activity if isinstance(activity, Seen) and not activity.what.is_absence else None


NOT_ASKED = Unknown(why=WhyUnknown.NOT_ASKED)
_UNDATED = Unknown(why=WhyUnknown.MISSING_TIME)


def remembering(read: Activity, used: Seen | None) -> Activity:
    """A reading, held against the latest use remembered: an older answer than before is not believed.

    Use remembered from a time that cannot be was at an unknown one, perhaps after the lease's begin.
    """
    if used is None or isinstance(read, Unknown) or read.what.ongoing:
        return read
    if used.what.ongoing and used.planned in read.cancelled:
        # Not an older answer but a newer one: a person took back what was to go out (ADR 0022).
        return read
    if read.what is Use.ASSIGNMENT and not believable(used.at):
        return _UNDATED
    if read.at >= used.at:
        return read
    return Seen(at=used.at, what=used.what if used.what.is_absence else Use.REMEMBERED)


_SLIP = timedelta(hours=24)
"""Several posts of one day may be told of in another order than they were noted in."""


def still_shows(read: Activity, used: Seen | None, *, recent: timedelta, now: datetime) -> bool | None:
    """Whether a source still shows the use that it once showed; None where that cannot be told.

    `recent`: how far back it was asked to look. A source that forgets is not believed in what it does not
    show; but a draft thrown away or a post called off is no forgetting while other use still shows.
    """
    if isinstance(read, Unknown) or used is None or used.what.is_absence:
        return None
    if read.what.ongoing or read.at >= used.at - _SLIP:
        return True
    if used.what.ongoing and used.planned in read.cancelled:
        # It shows that this was called off.
        return True
    if now - used.at >= recent or (used.what.ongoing and now - read.at < recent):
        return None
    return False


def seen_by(read: Activity, then: datetime) -> Activity:
    """What the latest use that is known now tells of the use by a moment that has passed.

    Where it came later, nothing: there may have been other use before, or what is unfinished been planned.
    """
    if isinstance(read, Unknown) or (read.at <= then and not read.what.ongoing):
        return read
    return Unknown(why=WhyUnknown.PLANNED_LATER)


def idle_for(activity: Activity, now: datetime) -> timedelta | None:
    """How long since the last use, or since the lease began where none was ever seen; None: unknown."""
    match activity:
        case Unknown():
            return None
        case Seen(at=at, what=what):
            return timedelta() if what.ongoing else max(now - at, timedelta())


def idle_days(activity: Activity, now: datetime) -> int | None:
    """The same in whole days."""
    length = idle_for(activity, now)
    return None if length is None else length.days


def combined(readings: Iterable[Activity]) -> Activity:
    """What several sources say together: unfinished work wins, then doubt, then the latest use.

    Use at a time that cannot be is in doubt, whichever source saw it. Of several doubts silence is the last:
    an error is not emptiness. An empty iterable is `NOT_ASKED`.
    """
    found = list(readings)
    seen = [reading for reading in found if isinstance(reading, Seen)]
    for use in seen:
        if use.what.ongoing:
            return use
    doubts = [reading for reading in found if isinstance(reading, Unknown)]
    if any(not believable(use.at) for use in seen):
        doubts.append(_UNDATED)
    if doubts:
        return next((one for one in doubts if one.why is not WhyUnknown.NO_POST_EVER_SHOWN), doubts[0])
    return max(seen, key=lambda reading: reading.at, default=NOT_ASKED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Inquiry:
    """One account whose use matters now. `recent`: use younger than this settles the question.

    `complete`: the policy says that all use shows here, so silence counts.

    `renewals`: those that have passed of which the use is asked as it was by then, each with so much before
    it (`Findings.by_then`). Use since settles nothing about them.
    """

    account: Account
    recent: timedelta
    complete: bool
    renewals: tuple[datetime, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Findings:
    """What a source says of the accounts asked about; of one that is missing it has no opinion.

    `shown`: the source showed something in this project.

    `age`: how old the oldest of what it was told was, when it came. `blank`: whether the source, which once
    did, shows nothing of the whole project any more; None where it did not look at that. `by_source`: of
    several sources together, what each said of an account, by its name. `health`: of those whose health was
    asked for. `by_then`: of renewals that have passed, what its use was by each; a source that does not say
    is taken by its `activity`, where that tells.
    """

    activity: Mapping[AccountId, Activity]
    shown: bool
    age: timedelta = timedelta()
    blank: bool | None = None
    by_source: Mapping[AccountId, Mapping[str, Activity]] = field(default_factory=dict)
    health: Mapping[AccountId, Health] = field(default_factory=dict)
    by_then: Mapping[AccountId, Mapping[datetime, Activity]] = field(default_factory=dict)
