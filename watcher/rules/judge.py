"""What a policy thinks of one account, with the trace that `explain` shows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from watcher.facts.accounts import Account
from watcher.facts.activity import Activity, Seen, Unknown
from watcher.facts.handles import matching, nameless
from watcher.record.overrides import Override
from watcher.record.reasons import Reason
from watcher.rules.matching import governing
from watcher.rules.policies import OPINIONS
from watcher.rules.policy import Policy, Protect, ReleaseRule
from watcher.rules.window import Window


class Verdict(StrEnum):
    KEEP = "keep"
    WARN = "warn"
    """It will renew although no use is evidenced: a person should know."""
    RELEASE = "release"


class Usage(StrEnum):
    """What the evidence amounts to, projected to the opening of the window."""

    IN_USE = "in_use"
    UNUSED = "unused"
    UNKNOWN = "unknown"


class Check(StrEnum):
    """The judge's questions, in the order they are asked."""

    RENEWAL_AHEAD = "renewal_ahead"
    POLICY_FOUND = "policy_found"
    POLICY_RELEASES = "policy_releases"
    ENROLLED = "enrolled"
    NOT_HELD = "not_held"
    NOT_PROTECTED = "not_protected"
    UNUSED = "unused"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ruling:
    """One question, and whether the answer lets a release pass; `because` is set where it does not."""

    check: Check
    passed: bool
    because: Reason | None = None
    detail: str | None = None
    """The value it turned on, such as the glob that protects; the rest stands in the judgement."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """All that the judge looks at. `policies` are tried in order; `hold` is the one in force."""

    account: Account
    policies: tuple[Policy, ...]
    enrolled: bool
    hold: Override | None
    activity: Activity


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """The verdict, its reason, and the facts it rests on. `trace` ends with the ruling that decided."""

    verdict: Verdict
    reason: Reason
    usage: Usage
    subject: Subject
    policy: Policy | None
    window: Window | None
    trace: tuple[Ruling, ...]


_PASSED = tuple(Ruling(check=check, passed=True) for check in Check)
_PASSED_BEFORE = {check: _PASSED[:place] for place, check in enumerate(Check)}
"""The questions asked before each one: they passed, or it would not have been asked."""


def judge(subject: Subject, now: datetime) -> Judgement:
    """Judge one account at `now`. Every condition that keeps it is checked before its use is."""
    account = subject.account
    governed = governing(account, subject.policies, now)
    policy = governed.policy if governed else None
    window = window_of(account, policy) if policy else None
    usage = usage_of(subject.activity, policy.release, window.opens) if policy and window else Usage.UNKNOWN

    def kept(check: Check, reason: Reason, detail: str | None = None) -> Judgement:
        quiet = usage is Usage.IN_USE or reason in (Reason.RENEWAL_PENDING, Reason.NOT_DUE)
        return Judgement(
            verdict=Verdict.KEEP if quiet else Verdict.WARN,
            reason=reason,
            usage=usage,
            subject=subject,
            policy=policy,
            window=window,
            trace=(
                *_PASSED_BEFORE[check],
                Ruling(check=check, passed=False, because=reason, detail=detail),
            ),
        )

    if now >= account.renews_at:
        return kept(Check.RENEWAL_AHEAD, Reason.RENEWAL_PENDING)
    if governed is None or policy is None or window is None:
        return kept(Check.POLICY_FOUND, Reason.NO_POLICY)
    if not governed.certain:
        return kept(Check.POLICY_FOUND, Reason.CANNOT_MATCH, policy.name)
    opinion = OPINIONS[policy.release.when](policy.release, subject.activity, window.opens)
    if opinion.reason is Reason.POLICY_NEVER:
        return kept(Check.POLICY_RELEASES, opinion.reason)
    if not subject.enrolled:
        return kept(Check.ENROLLED, Reason.NOT_ENROLLED)
    if subject.hold is not None:
        return kept(Check.NOT_HELD, Reason.HELD, subject.hold.why)
    if shield := protection(account, policy.protect):
        return kept(Check.NOT_PROTECTED, *shield)
    if not opinion.release:
        return kept(Check.UNUSED, opinion.reason)
    return Judgement(
        verdict=Verdict.RELEASE,
        reason=opinion.reason,
        usage=usage,
        subject=subject,
        policy=policy,
        window=window,
        trace=_PASSED,
    )


def window_of(account: Account, policy: Policy) -> Window:
    rule = policy.release
    return Window.of(
        account.renews_at, lead=rule.lead, margin=rule.margin, notice=rule.notice, quiet=rule.quiet_ahead
    )


def evidence_from(account: Account, policies: tuple[Policy, ...], now: datetime) -> datetime | None:
    """From when on the use of an account matters: its first warning or announcement.

    None where no policy governs it.
    """
    governed = governing(account, policies, now)
    return None if governed is None else account.renews_at - reach_of(governed.policy)


def reach_of(policy: Policy) -> timedelta:
    """How long before a renewal a policy first asks, warns or announces."""
    rule = policy.release
    announced = rule.lead + 2 * rule.notice + rule.quiet_ahead
    return max(announced, rule.lead + timedelta(hours=24), *policy.warn)


def usage_of(activity: Activity, rule: ReleaseRule, opens: datetime) -> Usage:
    match activity:
        case Unknown():
            return Usage.UNKNOWN
        case Seen() if activity.what.ongoing or opens - activity.at < rule.idle_after:
            return Usage.IN_USE
        case Seen():
            return Usage.UNUSED


def protection(account: Account, protect: Protect) -> tuple[Reason, str] | None:
    """What protects the account, if anything; what cannot be told protects where it would matter."""
    if account.id in protect.accounts:
        return Reason.PROTECTED_ACCOUNT, account.id
    if (glob := matching(account.handle, protect.handles)) is not None:
        return Reason.PROTECTED_HANDLE, glob
    if protect.handles and nameless(account.handle):
        return Reason.CANNOT_MATCH, "handle"
    if protect.min_followers is not None:
        if account.followers is None:
            return Reason.CANNOT_MATCH, "followers"
        if account.followers >= protect.min_followers:
            return Reason.PROTECTED_FOLLOWERS, str(protect.min_followers)
    return None
