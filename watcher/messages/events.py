"""What people can be told: one closed list for logs, messages, routes and metrics."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from watcher.facts.accounts import Account, AccountId, LeasePeriod, ProjectId


class EventKind(StrEnum):
    RENEWAL_WARNING = "renewal.warning"
    RENEWAL_PAID = "renewal.paid"
    RENEWAL_MOVED = "renewal.moved"
    RELEASE_ANNOUNCED = "release.announced"
    RELEASE_WITHDRAWN = "release.withdrawn"
    RELEASE_DONE = "release.done"
    RELEASE_FAILED = "release.failed"
    RELEASE_UNKNOWN = "release.unknown"
    RELEASE_UNDONE = "release.undone"
    DEADLINE_MISSED = "deadline.missed"
    BRAKE_HALTED = "brake.halted"
    BUDGET_EXCEEDED = "budget.exceeded"
    LEASE_NEW = "lease.new"
    PRICE_CHANGED = "price.changed"
    ACCOUNT_GONE = "account.gone"
    ACCOUNT_QUARANTINED = "account.quarantined"
    ACTIVITY_UNKNOWN = "activity.unknown"
    PROJECT_UNREADABLE = "project.unreadable"
    PROJECT_RECOVERED = "project.recovered"
    KEY_REFUSED = "key.refused"
    CLOCK_OFF = "clock.off"
    DELIVERY_FAILED = "delivery.failed"
    CONFIG_REFUSED = "config.refused"
    PROTECTION_UNMATCHED = "protection.unmatched"
    DEADLINE_NEAR = "deadline.near"
    PROBLEM_RESOLVED = "problem.resolved"
    NOTIFIER_TEST = "notifier.test"


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for the mildest."""
        return _RANK[self]


_RANK = {severity: rank for rank, severity in enumerate(Severity)}


SEVERITY = {
    EventKind.RENEWAL_WARNING: Severity.INFO,
    EventKind.RENEWAL_PAID: Severity.WARNING,
    EventKind.RENEWAL_MOVED: Severity.WARNING,
    EventKind.RELEASE_ANNOUNCED: Severity.WARNING,
    EventKind.RELEASE_WITHDRAWN: Severity.INFO,
    EventKind.RELEASE_DONE: Severity.INFO,
    EventKind.RELEASE_FAILED: Severity.CRITICAL,
    EventKind.RELEASE_UNKNOWN: Severity.CRITICAL,
    EventKind.RELEASE_UNDONE: Severity.CRITICAL,
    EventKind.DEADLINE_MISSED: Severity.CRITICAL,
    EventKind.BRAKE_HALTED: Severity.CRITICAL,
    EventKind.BUDGET_EXCEEDED: Severity.WARNING,
    EventKind.LEASE_NEW: Severity.INFO,
    EventKind.PRICE_CHANGED: Severity.WARNING,
    EventKind.ACCOUNT_GONE: Severity.CRITICAL,
    EventKind.ACCOUNT_QUARANTINED: Severity.WARNING,
    EventKind.ACTIVITY_UNKNOWN: Severity.WARNING,
    EventKind.PROJECT_UNREADABLE: Severity.WARNING,
    EventKind.PROJECT_RECOVERED: Severity.INFO,
    EventKind.KEY_REFUSED: Severity.CRITICAL,
    EventKind.CLOCK_OFF: Severity.CRITICAL,
    EventKind.DELIVERY_FAILED: Severity.CRITICAL,
    EventKind.CONFIG_REFUSED: Severity.CRITICAL,
    EventKind.PROTECTION_UNMATCHED: Severity.WARNING,
    EventKind.DEADLINE_NEAR: Severity.CRITICAL,
    EventKind.PROBLEM_RESOLVED: Severity.INFO,
    EventKind.NOTIFIER_TEST: Severity.INFO,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One thing that happened, as values.

    `key` names the occasion: the same key is told to a channel once. `text` is one plain sentence;
    `facts` are further values for templates and machines (strings, integers, ISO times).
    `cents` is the money at stake. `period` and `rung` key the memory of warnings and notices.
    `problem` names the standing problem that it tells of, or the end of.
    """

    kind: EventKind
    key: str
    at: datetime
    text: str
    project: ProjectId | None = None
    project_name: str | None = None
    """What people call the project; known when the event goes out."""
    account: AccountId | None = None
    handle: str | None = None
    platform: str | None = None
    period: LeasePeriod | None = None
    rung: timedelta | None = None
    cents: int | None = None
    problem: str | None = None
    facts: dict[str, str | int | bool | None] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        return SEVERITY[self.kind]

    @property
    def shown_project(self) -> str:
        """The project for people: its name, or else its id; empty for what is of none."""
        return self.project_name or self.project or ""

    @property
    def topic(self) -> str:
        """What it is about, from the first word to the last: a standing problem, or a lease period."""
        if self.problem is not None:
            return self.problem
        if self.period is not None:
            return f"lease:{self.period.account}:{self.period.renews_at.isoformat()}"
        return self.key

    @property
    def ends_topic(self) -> bool:
        """Whether nothing more is to be done about its topic: what was raised for it can be closed."""
        return self.kind in LAST_WORDS


LAST_WORDS = frozenset(
    {
        EventKind.RELEASE_DONE,
        EventKind.RELEASE_WITHDRAWN,
        EventKind.RENEWAL_PAID,
        EventKind.PROJECT_RECOVERED,
        EventKind.PROBLEM_RESOLVED,
    }
)
"""After one of these there is nothing more to say on a topic."""


def about(
    account: Account,
    kind: EventKind,
    now: datetime,
    *,
    key: str,
    text: str,
    facts: Mapping[str, str | int | bool | None] = MappingProxyType({}),
    rung: timedelta | None = None,
) -> Event:
    """What happened to one account in its lease period; `key` tells it from others of its kind there."""
    return Event(
        kind=kind,
        key=f"{kind}:{account.id}:{account.renews_at.isoformat()}:{key}",
        at=now,
        text=text,
        project=account.project,
        account=account.id,
        handle=account.handle,
        platform=account.platform,
        period=account.period,
        rung=rung,
        cents=account.price_cents,
        facts=dict(facts),
    )
