"""A sample of everything that can be told, on which templates are tried out before they are needed."""

from datetime import UTC, datetime, timedelta
from typing import Final

from watcher.facts.accounts import AccountId, Flaw, LeasePeriod, ProjectId
from watcher.messages.events import (
    AnnouncementFacts,
    AttemptFacts,
    Event,
    EventKind,
    Facts,
    MissedFacts,
    PaidFacts,
    QuarantineFacts,
    RenewalFacts,
    TooLateFacts,
    UndoneFacts,
)
from watcher.messages.money_facts import SavingsFacts
from watcher.messages.problem_facts import (
    ClockFacts,
    ConfigurationFacts,
    DeadlineFacts,
    HaltFacts,
    UnmatchedFacts,
    UnreadableFacts,
)
from watcher.ports.notifier import Digest
from watcher.record.lateness import Change
from watcher.record.outcomes import Cause
from watcher.record.reasons import Reason
from watcher.rules.judge import Usage

_NOW: Final = datetime(2026, 5, 18, 12, tzinfo=UTC)
_MANY: Final = 100
_RENEWS: Final = _NOW + timedelta(days=2, hours=4, minutes=12)
_OF_THE_FLEET: Final = frozenset(
    {
        EventKind.BRAKE_HALTED,
        EventKind.BRAKE_AHEAD,
        EventKind.BUDGET_EXCEEDED,
        EventKind.KEY_REFUSED,
        EventKind.CLOCK_OFF,
        EventKind.DELIVERY_FAILED,
        EventKind.CONFIG_REFUSED,
        EventKind.DEADLINE_NEAR,
        EventKind.PROTECTION_UNMATCHED,
        EventKind.PROBLEM_RESOLVED,
        EventKind.SAVINGS_MONTH,
        EventKind.NOTIFIER_TEST,
    }
)
_OF_A_PROJECT: Final = frozenset(
    {EventKind.ACTIVITY_UNKNOWN, EventKind.PROJECT_UNREADABLE, EventKind.PROJECT_RECOVERED}
)
_POLICY: Final = "standard"
_FACTS: Final[dict[EventKind, Facts]] = {
    EventKind.RENEWAL_WARNING: RenewalFacts(
        usage=Usage.UNUSED, last_warning=True, held=False, reason=Reason.UNUSED, policy=_POLICY
    ),
    EventKind.RENEWAL_PAID: PaidFacts(cause=None, estimated=False),
    EventKind.RELEASE_ANNOUNCED: AnnouncementFacts(not_before=_RENEWS, reason=Reason.UNUSED, policy=_POLICY),
    EventKind.RELEASE_DONE: AttemptFacts(verified=True, policy=_POLICY),
    EventKind.RELEASE_FAILED: AttemptFacts(verified=False, policy=_POLICY),
    EventKind.RELEASE_UNKNOWN: AttemptFacts(verified=False, policy=_POLICY),
    EventKind.RELEASE_UNDONE: UndoneFacts(confirmed=_NOW - timedelta(hours=2), renews=_RENEWS),
    EventKind.ACCOUNT_QUARANTINED: QuarantineFacts(
        flaw=Flaw.UNKNOWN_STATUS, because="its status is not one we know (status)", id="sa_sample"
    ),
    EventKind.DEADLINE_MISSED: MissedFacts(reason=Reason.TOO_LATE, cause=Cause.WATCHER_DOWN, policy=_POLICY),
    EventKind.RELEASE_TOO_LATE: TooLateFacts(
        change=Change.ENFORCED,
        since=_NOW - timedelta(hours=2),
        due=_NOW - timedelta(hours=20),
        next_renewal=_NOW + timedelta(days=31),
        policy=_POLICY,
    ),
    EventKind.CONFIG_REFUSED: ConfigurationFacts(mistakes=2, releases=3, cents=45_000),
    EventKind.PROTECTION_UNMATCHED: UnmatchedFacts(words=2),
    EventKind.DEADLINE_NEAR: DeadlineFacts(accounts=3, closes=_RENEWS),
    EventKind.BRAKE_HALTED: HaltFacts(docket="7f3a", brakes=("too_many",), releases=24),
    EventKind.BRAKE_AHEAD: HaltFacts(docket="7f3a", brakes=("paused",), releases=24),
    EventKind.CLOCK_OFF: ClockFacts(skew_seconds=312),
    EventKind.PROJECT_UNREADABLE: UnreadableFacts(code="FORBIDDEN_SCOPE"),
    EventKind.SAVINGS_MONTH: SavingsFacts(
        month="2026-04",
        saved_cents=315_000,
        later_cents=210_000,
        not_yet_cents=45_000,
        for_nothing_cents=60_000,
        paid_else_cents=24_900,
        given_up_cents=2_613,
    ),
}


def samples() -> tuple[Digest, ...]:
    """Each kind of event alone, all together, worded both ways, as many as come at once, and none."""
    every = tuple(map(_sample, EventKind))
    return (
        _digest(*every),
        _digest(*every, live=False),
        _digest(*[_sample(EventKind.RELEASE_ANNOUNCED)] * _MANY),
        *(_digest(event) for event in every),
        _digest(),
    )


def _digest(*events: Event, live: bool = True) -> Digest:
    return Digest(id="sample", at=_NOW, live=live, events=events)


def _sample(kind: EventKind) -> Event:
    about_account = kind not in _OF_THE_FLEET | _OF_A_PROJECT
    account = AccountId(f"sa_sample_{kind.name.lower()}") if about_account else None
    return Event(
        kind=kind,
        key=f"{kind.value}:sample",
        at=_NOW,
        what=f"a sample of {kind.value}",
        project=None if kind in _OF_THE_FLEET else ProjectId("prj_sample"),
        account=account,
        handle=f"sample.{kind.name.lower()}" if about_account else None,
        period=None if account is None else LeasePeriod(account=account, renews_at=_RENEWS),
        cents=15_000 if about_account else None,
        facts=_FACTS.get(kind),
    )
