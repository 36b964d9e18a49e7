"""How lease periods ended: given back, or paid for without evidence of use, and why."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import islice

from watcher.facts.accounts import Account, LeasePeriod, ProjectId
from watcher.record.reasons import Reason


class OutcomeKind(StrEnum):
    RELEASED = "released"
    PAID = "paid"


class Cause(StrEnum):
    """Why a renewal was paid although no use was evidenced."""

    HELD = "held"
    PROTECTED = "protected"
    NOT_ENROLLED = "not_enrolled"
    POLICY = "policy"
    UNKNOWN_ACTIVITY = "unknown_activity"
    UNKNOWN_HEALTH = "unknown_health"
    BRAKED = "braked"
    NOTICE_LATE = "notice_late"
    CHANGED_TOO_LATE = "changed_too_late"
    OBSERVING = "observing"
    REFUSED = "refused"
    UNDONE = "undone"
    UNRESOLVED = "unresolved"
    LISTED_TWICE = "listed_twice"
    KEY_REFUSED = "key_refused"
    KEY_SUSPENDED = "key_suspended"
    KEY_LACKS_SCOPE = "key_lacks_scope"
    """It could not list what is leased, or not release it."""
    API_DOWN = "api_down"
    WATCHER_DOWN = "watcher_down"
    RESTORED = "restored"
    """The ledger is an older copy, or a new one: what it announced counts no more, and turns may be lost."""
    UNEXPLAINED = "unexplained"


class UseThen(StrEnum):
    """What was known of the use of an account when its renewal was paid (ADR 68)."""

    UNUSED = "unused"
    """Unused by its policy: what was paid was paid for nothing."""
    UNKNOWN = "unknown"
    """Nobody could tell, or nobody had looked for too long."""
    TOO_SHORT = "too_short"
    """Not used in its last month, and not unused for as long as its policy asks."""
    IN_USE = "in_use"
    """Used, and to be given back all the same."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """Why a release was not done, as people read it afterwards, where more is known than the closed word.

    `title`: what halted it, or who held it, without figures and times; empty: the cause says it. `word`: what
    a person's word had to do with it, in short. Sums go by both. `details`: all that is known, each a short
    phrase. `brakes`: the names of those that halted it; `channels`: of those that had not accepted that it
    comes. `closes`: the last moment at which a word would have let it go; `by`: until when people were told
    that one does, as a turn still follows. None: they were told of no moment. `use`: of a renewal that was
    paid; None where it was noted by a version that did not say. `unsent`: a turn came in its window, and what
    kept the release from being sent was none of its doing.
    """

    cause: Cause
    title: str = ""
    word: str = ""
    details: tuple[str, ...] = ()
    brakes: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    closes: datetime | None = None
    by: datetime | None = None
    use: UseThen | None = None
    unsent: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """One lease period's end. `estimated`: the renewal instant was extrapolated after downtime."""

    kind: OutcomeKind
    period: LeasePeriod
    project: ProjectId
    handle: str
    price_cents: int
    at: datetime
    cause: Cause | None = None
    estimated: bool = False
    explanation: Explanation | None = None


def released(account: Account, at: datetime) -> Outcome:
    return Outcome(
        kind=OutcomeKind.RELEASED,
        period=account.period,
        project=account.project,
        handle=account.handle,
        price_cents=account.price_cents,
        at=at,
    )


CAUSES: dict[Reason, Cause] = {
    Reason.HELD: Cause.HELD,
    Reason.PROTECTED_ACCOUNT: Cause.PROTECTED,
    Reason.PROTECTED_HANDLE: Cause.PROTECTED,
    Reason.PROTECTED_FOLLOWERS: Cause.PROTECTED,
    Reason.PROTECTED_HEALTH: Cause.PROTECTED,
    Reason.CANNOT_MATCH: Cause.PROTECTED,
    Reason.NOT_ENROLLED: Cause.NOT_ENROLLED,
    Reason.POLICY_NEVER: Cause.POLICY,
    Reason.NO_POLICY: Cause.POLICY,
    Reason.ACTIVITY_UNKNOWN: Cause.UNKNOWN_ACTIVITY,
    Reason.HEALTH_UNKNOWN: Cause.UNKNOWN_HEALTH,
    Reason.BRAKED: Cause.BRAKED,
    Reason.NOTICE_LATE: Cause.NOTICE_LATE,
    Reason.NOTICE_UNANSWERED: Cause.NOTICE_LATE,
    Reason.CHANGED_TOO_LATE: Cause.CHANGED_TOO_LATE,
    Reason.OBSERVING: Cause.OBSERVING,
    Reason.REFUSED_BEFORE: Cause.REFUSED,
    Reason.ATTEMPTS_SPENT: Cause.REFUSED,
    Reason.KEY_LACKS_SCOPE: Cause.KEY_LACKS_SCOPE,
    Reason.RELEASE_UNDONE: Cause.UNDONE,
    Reason.UNRESOLVED: Cause.UNRESOLVED,
    Reason.LISTED_TWICE: Cause.LISTED_TWICE,
    Reason.TOO_LATE: Cause.WATCHER_DOWN,
}


def anchor_day(due: datetime, shown: Account) -> int:
    """The day of the month on which renewals fall: the lease's first, unless a renewal was moved off it.

    A short month hides it, so of the days seen the latest is the nearest to it. `shown`: as it is read now.
    """
    last = monthrange(due.year, due.month)[1]
    first = shown.leased_since.day if shown.leased_since is not None else None
    if first is not None and min(first, last) == due.day:
        return first
    return max(due.day, shown.renews_at.day)


def paid_from(account: Account) -> datetime:
    """When the month began that ends with the account's renewal: a renewal before it, extrapolated, or the
    lease's own begin where that is later.
    """
    due, anchor = account.renews_at, anchor_day(account.renews_at, account)
    year, month = divmod(due.year * 12 + due.month - 2, 12)
    day = min(anchor, monthrange(year, month + 1)[1])
    before = due.replace(year=year, month=month + 1, day=day)
    return before if account.leased_since is None else max(before, account.leased_since)


_SHORTEST_MONTH = timedelta(days=27)
"""A renewal shows the next one a month later, which is never less than this, whatever the provider's zone."""


def was_moved(due: datetime, shown: datetime) -> bool:
    """Whether a renewal that is shown where another was due is that one, moved: after one that took place the
    next is shown, a month later (ADR 0023).
    """
    return shown - due < _SHORTEST_MONTH


def next_renewal(account: Account) -> datetime:
    """The renewal after the coming one, extrapolated."""
    due = account.renews_at
    _, following = islice(renewals(due, _NEVER, anchor_day(due, account)), 2)
    return following


_NEVER = datetime.max.replace(tzinfo=UTC)


def renewals(first: datetime, upcoming: datetime, anchor_day: int) -> Iterator[datetime]:
    """The renewals from `first` until before `upcoming`: the first one read, the others extrapolated.

    Monthly on the anchor day, or on the month's last day where it is shorter (31 Jan, 28 Feb, 31 Mar).
    For the record only: no decision rests on an extrapolated renewal (design §3).
    """
    moment = first
    while moment < upcoming:
        yield moment
        year, month = divmod(moment.year * 12 + moment.month, 12)
        day = min(anchor_day, monthrange(year, month + 1)[1])
        moment = moment.replace(year=year, month=month + 1, day=day)
