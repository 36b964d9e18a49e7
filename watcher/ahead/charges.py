"""What one account will cost, as things are today: its renewals of the days ahead, and what becomes of each.

Nothing is decided here. What a turn decided of an account is laid beside what stands in the way of its
release, and each renewal is one `Charge`. The first is the one that the API names; those after it are
extrapolated, and say so.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from watcher.brakes import Halt, Halts
from watcher.brakes.kinds.paused import PAUSED
from watcher.decide.paused_then import pause_then
from watcher.decide.report import Report
from watcher.facts.accounts import LeasePeriod
from watcher.facts.activity import Unknown, WhyUnknown
from watcher.facts.health import HealthUnknown, WhyHealthUnknown
from watcher.record.outcomes import anchor_day, renewals
from watcher.record.planned_pauses import PlannedPauses
from watcher.record.reasons import Reason
from watcher.rules.judge import Check, Usage, Verdict
from watcher.rules.plan import Decision, Leave, Mode, Wait


class Expected(StrEnum):
    """What is expected of a charge, by what is so today. Each charge is one of these, so they add up."""

    COMMITTED = "committed"
    """It will be paid: the account is in use, or nobody knows."""
    UNUSED = "unused"
    """It will be paid although the account is unused today: it is kept, or it is too late."""
    AT_RISK = "at_risk"
    """A release is wanted, and unless somebody does something it will be paid: a `Risk` says why."""
    DECIDED = "decided"
    """A release is planned before it, so it will not be paid."""


class Risk(StrEnum):
    """What stands between a release that is wanted and its doing."""

    BRAKE = "brake"
    PAUSE = "pause"
    HOLD = "hold"
    SCOPE = "scope"
    """The key may not see the use, or not release."""
    LATE_NOTICE = "late_notice"
    """Its announcement is not accepted, or too late."""
    FAILED = "failed"
    """It was tried: refused, without effect, or of unknown end."""


AT_RISK_BY: Final = {
    Risk.BRAKE: "stopped by a brake",
    Risk.PAUSE: "paused",
    Risk.HOLD: "held",
    Risk.SCOPE: "the key lacks a scope",
    Risk.LATE_NOTICE: "its announcement is not accepted, or too late",
    Risk.FAILED: "its release was tried in vain",
}
"""Each as people read it, as a label."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Charge:
    """One renewal of one account. `cents` as read today, also of later ones.

    `why`: the reason of its decision; None: of a later renewal nothing is decided yet. `usage` is today's.
    `by_window`: it is in use today, and will count as unused when its window opens unless it is used, which
    is no state of today and changes nothing of `expected`. `unless_hot`: it is to be released, and nobody was
    asked yet how healthy the account is, which its policy wants to know. `extrapolated`: it is a renewal
    after the one that the API names.
    """

    at: datetime
    cents: int
    expected: Expected
    why: Reason | None
    usage: Usage
    risk: Risk | None = None
    by_window: bool = False
    unless_hot: bool = False
    extrapolated: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Hindrances:
    """What may stand in the way of releases beside their decisions.

    `lost`: what brakes stop until it is too late, by which halts; `halts`: those that are on now; `planned`:
    the pauses that are known beforehand; `may_release` False: the API said that the key may not.
    """

    mode: Mode
    now: datetime
    lost: Mapping[LeasePeriod, tuple[Halt, ...]] = field(default_factory=dict)
    halts: Halts = Halts()
    planned: PlannedPauses = PlannedPauses()
    may_release: bool = True

    @classmethod
    def of(cls, report: Report) -> "Hindrances":
        return cls(
            mode=report.mode,
            now=report.started_at,
            lost=report.lost,
            halts=report.halts,
            planned=report.planned_pauses,
            may_release=report.may_release,
        )

    def on(self, decision: Decision) -> Risk | None:
        """Of a release that is to come: what will stop it until it is too late, unless somebody acts."""
        account = decision.account
        if not self.may_release:
            return Risk.SCOPE
        stopping = self.lost.get(account.period, ())
        if stopping:
            return Risk.PAUSE if all(halt.brake is PAUSED for halt in stopping) else Risk.BRAKE
        if pause_then(decision, self.planned, self.now) is not None:
            return Risk.PAUSE
        window = decision.judgement.window
        closes = account.renews_at if window is None else window.closes
        # What a person paused is paused also for what no turn looks at yet.
        halts = (one for one in self.halts.on(account.period, account.project) if one.brake is PAUSED)
        lasting = any(one.lifts_at is None or one.lifts_at >= closes for one in halts)
        return Risk.PAUSE if lasting else None


def charges_of(decision: Decision, hindrances: Hindrances, *, until: datetime) -> Iterator[Charge]:
    """Its charges after now and before `until`, in their order.

    A renewal that should have been by now is not among them; those after it are. After a release that is
    planned there would be no later ones: they are `DECIDED` too.
    """
    account, judgement = decision.account, decision.judgement
    first = account.renews_at
    if first >= until:
        return
    expected, why, risk = _expected(decision, hindrances)
    to_be_asked = judgement.health_to_be_asked and expected is Expected.DECIDED
    if first > hindrances.now:
        yield Charge(
            at=first,
            cents=account.price_cents,
            expected=expected,
            why=why,
            risk=risk,
            usage=judgement.usage,
            by_window=judgement.unused_by_window and expected is Expected.COMMITTED,
            unless_hot=to_be_asked,
        )
    for at in renewals(first, until, anchor_day(first, account)):
        if at > first and at > hindrances.now:
            later, why_later, risk_later = _expected_later(decision, at, expected, why, risk)
            yield Charge(
                at=at,
                cents=account.price_cents,
                expected=later,
                why=why_later,
                risk=risk_later,
                usage=judgement.usage,
                unless_hot=to_be_asked,
                extrapolated=True,
            )


def _expected_later(
    decision: Decision, at: datetime, first: Expected, why: Reason, risk: Risk | None
) -> tuple[Expected, Reason | None, Risk | None]:
    """Of a renewal after the first: as the use is today, and kept by what keeps it beyond a lease period."""
    if first is Expected.DECIDED:
        return first, why, None
    judgement = decision.judgement
    hold = judgement.subject.hold
    held = hold is not None and (hold.until is None or hold.until >= at)
    if judgement.usage is not Usage.UNUSED:
        return Expected.COMMITTED, why, None
    if risk is Risk.HOLD and held:
        return Expected.AT_RISK, why, risk
    lasting = why in _BEYOND_A_PERIOD or (why is Reason.HELD and held)
    return Expected.UNUSED, why if lasting else None, None


def _expected(decision: Decision, hindrances: Hindrances) -> tuple[Expected, Reason, Risk | None]:
    judgement, reason = decision.judgement, decision.reason
    unused = judgement.usage is Usage.UNUSED
    kept = Expected.UNUSED if unused else Expected.COMMITTED
    wanted = judgement.verdict is Verdict.RELEASE and (unused or judgement.reason in _WHATEVER_THE_USE)
    if hindrances.mode is Mode.OBSERVE:
        # Whatever is wanted, nothing is released, and so nothing can stop it.
        return kept, Reason.OBSERVING if wanted and _in_time(decision) else reason, None
    if not wanted:
        risk = _kept_by(decision)
        return (kept, reason, None) if risk is None else (Expected.AT_RISK, reason, risk)
    course = decision.course
    if isinstance(course, Leave):
        if course.why is Reason.ALREADY_RELEASED:
            return Expected.DECIDED, reason, None
        risk = _LEFT_FOR.get(course.why)
        return (kept, reason, None) if risk is None else (Expected.AT_RISK, reason, risk)
    if isinstance(course, Wait) and course.why is Reason.NOTICE_UNANSWERED:
        return Expected.AT_RISK, reason, Risk.LATE_NOTICE
    risk = hindrances.on(decision)
    return Expected.DECIDED if risk is None else Expected.AT_RISK, judgement.reason, risk


_BEYOND_A_PERIOD: Final = frozenset(
    {
        Reason.OBSERVING,
        Reason.POLICY_NEVER,
        Reason.NOT_ENROLLED,
        Reason.PROTECTED_ACCOUNT,
        Reason.PROTECTED_HANDLE,
        Reason.PROTECTED_FOLLOWERS,
        Reason.CANNOT_MATCH,
    }
)
"""What keeps an account until somebody changes it; all else is about one renewal."""
_WHATEVER_THE_USE: Final = frozenset({Reason.TERM, Reason.PERSON})
_LEFT_FOR: Final = {
    Reason.NOTICE_LATE: Risk.LATE_NOTICE,
    Reason.NOTICE_UNANSWERED: Risk.LATE_NOTICE,
    Reason.REFUSED_BEFORE: Risk.FAILED,
    Reason.ATTEMPTS_SPENT: Risk.FAILED,
    Reason.RELEASE_UNDONE: Risk.FAILED,
    Reason.UNRESOLVED: Risk.FAILED,
}
"""Why an account is left that was to be released, where a person can still do something about it."""


def _in_time(decision: Decision) -> bool:
    """Whether enforce mode would still release it."""
    course = decision.course
    return not isinstance(course, Leave) or course.why is Reason.OBSERVING


def _kept_by(decision: Decision) -> Risk | None:
    """What alone keeps an account of which nobody knows a use: a hold, or a scope that the key lacks."""
    judgement = decision.judgement
    checks = [one.check for one in judgement.obstacles]
    if checks == [Check.NOT_HELD] and judgement.usage is Usage.UNUSED:
        return Risk.HOLD
    activity, health = judgement.subject.activity, judgement.subject.health
    by_health = judgement.reason is Reason.HEALTH_UNKNOWN and len(checks) == 1
    if by_health and isinstance(health, HealthUnknown):
        return Risk.SCOPE if health.why is WhyHealthUnknown.MISSING_SCOPE else None
    blind = isinstance(activity, Unknown) and activity.why is WhyUnknown.MISSING_SCOPE
    return Risk.SCOPE if blind and checks == [Check.UNUSED] else None
