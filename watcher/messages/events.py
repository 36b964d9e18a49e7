"""What people can be told: one closed list for logs, messages, routes and metrics."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from watcher.facts.accounts import AccountId, Flaw, LeasePeriod, ProjectId
from watcher.messages.clauses import Clause
from watcher.messages.money_facts import BudgetFacts, SavingsFacts
from watcher.messages.plain_facts import Plain, plain_of
from watcher.messages.problem_facts import (
    ClockFacts,
    ConfigurationFacts,
    DeadlineFacts,
    DeliveryFacts,
    HaltFacts,
    UnmatchedFacts,
    UnreadableFacts,
)
from watcher.record.intents import Ending
from watcher.record.lateness import Change
from watcher.record.notices import Void
from watcher.record.outcomes import Cause
from watcher.record.reasons import Reason
from watcher.rules.judge import Usage


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
    RELEASE_TOO_LATE = "release.too_late"
    DEADLINE_MISSED = "deadline.missed"
    BRAKE_HALTED = "brake.halted"
    BRAKE_AHEAD = "brake.ahead"
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
    SAVINGS_MONTH = "savings.month"
    NOTIFIER_TEST = "notifier.test"


ALL_KINDS = frozenset(EventKind)


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for the mildest."""
        return list(Severity).index(self)


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
    EventKind.RELEASE_TOO_LATE: Severity.INFO,
    EventKind.DEADLINE_MISSED: Severity.CRITICAL,
    EventKind.BRAKE_HALTED: Severity.CRITICAL,
    EventKind.BRAKE_AHEAD: Severity.WARNING,
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
    EventKind.SAVINGS_MONTH: Severity.INFO,
    EventKind.NOTIFIER_TEST: Severity.INFO,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class HaltedFacts:
    """Where brakes will halt its release: what an approval would name, by when, their words (`planned`: all
    are planned pauses; `unsure`: they only may), the headline of all these, how many, by when first."""

    docket: str | None = None
    by: datetime | None = None
    brakes: tuple[str, ...] = ()
    planned: bool = False
    unsure: bool = False
    coming_halt: str | None = None
    halted_together: int | None = None
    first_by: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RenewalFacts(HaltedFacts):
    """Of a warning. `last_warning`: none follows before the renewal; `held`: a person's word keeps it.

    `usage` is today's, `usage_at_opening` another when its window opens.
    """

    usage: Usage
    usage_at_opening: Usage | None = None
    last_warning: bool
    held: bool
    reason: Reason
    policy: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AnnouncementFacts(HaltedFacts):
    """`notice`: the key of the notice that is told again; None where the event is the notice itself."""

    not_before: datetime
    notice: str | None = None
    reason: Reason
    policy: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MissedFacts:
    """`reason`: why no release can come any more; `cause`: what on our side kept it from coming in time;
    `because`: what halted it, or whose word it was, where that is known. `by`: until when a word brings one.
    """

    reason: Reason
    cause: Cause | None = None
    because: str | None = None
    policy: str
    by: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TooLateFacts:
    """`change`: what came too late, and when; `due`: the announcement. `next_renewal` is extrapolated."""

    change: Change
    since: datetime
    due: datetime
    next_renewal: datetime
    policy: str
    by: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class WithdrawnFacts:
    """`void`: why the announcement no longer counts."""

    void: Void


@dataclass(frozen=True, kw_only=True, slots=True)
class AttemptFacts:
    """`verified`: the account list was read afterwards. Of one that failed, `ended`: how; `by`: until when a
    person may have it tried again.
    """

    verified: bool
    policy: str
    ended: Ending | None = None
    by: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class UndoneFacts:
    """Of a release that did not last: when the API had confirmed it, and when the lease renews."""

    confirmed: datetime
    renews: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class QuarantineFacts:
    """Why an account is left alone: `flaw`, in words `because`. `id`: as the API gave it."""

    flaw: Flaw
    because: str
    id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PaidFacts:
    """`because`: what halted its release, or whose word it was; `estimated`: its price is the last known."""

    cause: Cause | None
    because: str | None = None
    estimated: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class OverFacts:
    """What is over, and since when it stood. `lost`: how many releases came too late while it did."""

    was: EventKind
    since: datetime
    lost: int = 0


Facts = (
    RenewalFacts
    | AnnouncementFacts
    | MissedFacts
    | TooLateFacts
    | WithdrawnFacts
    | AttemptFacts
    | UndoneFacts
    | QuarantineFacts
    | PaidFacts
    | HaltFacts
    | DeadlineFacts
    | BudgetFacts
    | UnreadableFacts
    | ClockFacts
    | UnmatchedFacts
    | DeliveryFacts
    | ConfigurationFacts
    | OverFacts
    | SavingsFacts
)

FACTS: dict[EventKind, type[Facts]] = {
    EventKind.RENEWAL_WARNING: RenewalFacts,
    EventKind.RENEWAL_PAID: PaidFacts,
    EventKind.RELEASE_ANNOUNCED: AnnouncementFacts,
    EventKind.RELEASE_WITHDRAWN: WithdrawnFacts,
    EventKind.RELEASE_DONE: AttemptFacts,
    EventKind.RELEASE_FAILED: AttemptFacts,
    EventKind.RELEASE_UNKNOWN: AttemptFacts,
    EventKind.RELEASE_UNDONE: UndoneFacts,
    EventKind.ACCOUNT_GONE: AttemptFacts,
    EventKind.ACCOUNT_QUARANTINED: QuarantineFacts,
    EventKind.RELEASE_TOO_LATE: TooLateFacts,
    EventKind.DEADLINE_MISSED: MissedFacts,
    EventKind.BRAKE_HALTED: HaltFacts,
    EventKind.BRAKE_AHEAD: HaltFacts,
    EventKind.BUDGET_EXCEEDED: BudgetFacts,
    EventKind.PROJECT_UNREADABLE: UnreadableFacts,
    EventKind.KEY_REFUSED: UnreadableFacts,
    EventKind.CLOCK_OFF: ClockFacts,
    EventKind.PROJECT_RECOVERED: OverFacts,
    EventKind.PROBLEM_RESOLVED: OverFacts,
    EventKind.DELIVERY_FAILED: DeliveryFacts,
    EventKind.CONFIG_REFUSED: ConfigurationFacts,
    EventKind.PROTECTION_UNMATCHED: UnmatchedFacts,
    EventKind.DEADLINE_NEAR: DeadlineFacts,
    EventKind.SAVINGS_MONTH: SavingsFacts,
}
"""The facts of each kind of event; kinds that are not here have none, and these may."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One thing that happened, as values.

    `key` names the occasion: the same key is told to a channel once. `what` is what happened, in one plain
    clause, `clauses` the further ones: why, what follows, what to do; together they are its `text`. `facts`
    are for routes, templates and machines: nobody reads them back out of the words. `cents` is the money at
    stake. `period` and `rung` key the memory of warnings and notices. `problem` names the standing problem
    that it tells of, or the end of. `reminder`: it was told before and is open still. `keep_url`: the link
    that keeps its account; it goes out and is kept nowhere.
    """

    kind: EventKind
    key: str
    at: datetime
    what: str
    clauses: tuple[Clause, ...] = ()
    project: ProjectId | None = None
    project_name: str | None = None
    """What people call the project; known when the event goes out, as is whose it is."""
    owner: str | None = None
    account: AccountId | None = None
    handle: str | None = None
    platform: str | None = None
    period: LeasePeriod | None = None
    rung: timedelta | None = None
    cents: int | None = None
    problem: str | None = None
    facts: Facts | None = None
    reminder: bool = False
    keep_url: str | None = None

    @property
    def text(self) -> str:
        """Everything it says, in one sentence."""
        return "; ".join((self.what, *(clause.text for clause in self.clauses)))

    @property
    def notice(self) -> str:
        """The notice that this is, or tells again."""
        return (self.facts.notice if isinstance(self.facts, AnnouncementFacts) else None) or self.key

    @property
    def renews_in_use(self) -> bool:
        """Whether it warns of the renewal of an account in use: for people, one line for all of them."""
        match self.facts:
            case RenewalFacts(usage=Usage.IN_USE, usage_at_opening=None | Usage.IN_USE, reason=reason):
                return reason is not Reason.TERM
            case _:
                return False

    def plain_facts(self) -> dict[str, Plain]:
        """The facts by their names, as templates and machines get them; what does not apply is left out."""
        known = {} if self.facts is None else dict(plain_of(self.facts))
        more: dict[str, Plain] = {"reminder": self.reminder or None, "keep_url": self.keep_url}
        return known | {name: value for name, value in more.items() if value is not None}

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
