"""What people can be told: one closed list for logs, messages, routes and metrics."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from watcher.domain.accounts import AccountId, LeasePeriod, ProjectId


class EventKind(StrEnum):
    RENEWAL_WARNING = "renewal.warning"
    RENEWAL_PAID = "renewal.paid"
    RENEWAL_MOVED = "renewal.moved"
    RELEASE_ANNOUNCED = "release.announced"
    RELEASE_WITHDRAWN = "release.withdrawn"
    RELEASE_DONE = "release.done"
    RELEASE_FAILED = "release.failed"
    RELEASE_UNKNOWN = "release.unknown"
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
    NOTIFIER_TEST = "notifier.test"


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


SEVERITY = {
    EventKind.RENEWAL_WARNING: Severity.INFO,
    EventKind.RENEWAL_PAID: Severity.WARNING,
    EventKind.RENEWAL_MOVED: Severity.WARNING,
    EventKind.RELEASE_ANNOUNCED: Severity.WARNING,
    EventKind.RELEASE_WITHDRAWN: Severity.INFO,
    EventKind.RELEASE_DONE: Severity.INFO,
    EventKind.RELEASE_FAILED: Severity.CRITICAL,
    EventKind.RELEASE_UNKNOWN: Severity.CRITICAL,
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
    EventKind.NOTIFIER_TEST: Severity.INFO,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One thing that happened, as values.

    `key` names the occasion: the same key is told to a channel once. `text` is one plain sentence;
    `facts` are further values for templates and machines (strings, integers, ISO times).
    `cents` is the money at stake. `period` and `rung` key the memory of warnings and notices.
    """

    kind: EventKind
    key: str
    at: datetime
    text: str
    project: ProjectId | None = None
    account: AccountId | None = None
    handle: str | None = None
    period: LeasePeriod | None = None
    rung: timedelta | None = None
    cents: int | None = None
    facts: dict[str, str | int | bool | None] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        return SEVERITY[self.kind]
