"""What a policy thinks of one account, with the trace that `explain` shows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from watcher.facts.accounts import Account
from watcher.facts.activity import Activity, Seen, Unknown, WhyUnknown
from watcher.facts.handles import matching, nameless
from watcher.facts.health import HEALTH, HEALTH_NOT_ASKED, Health, HealthTier, HealthUnknown, is_doubtful
from watcher.record.overrides import Override
from watcher.record.reasons import Reason
from watcher.rules.matching import Governed, governing, may_govern, rests_on_health
from watcher.rules.policies import OPINIONS
from watcher.rules.policy import Opinion, Policy, Protect, ReleaseRule, ReleaseWhen, WarnFor
from watcher.rules.rungs import reach_of_warnings, warned_from
from watcher.rules.window import Window


class Verdict(StrEnum):
    KEEP = "keep"
    WARN = "warn"
    """It will renew although no use is evidenced: a person should know."""
    RELEASE = "release"


class Usage(StrEnum):
    """What the evidence amounts to at one moment, under a policy."""

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
    """All that the judge looks at. `policies` are tried in order; `hold` is the one in force.

    `by_source`: what the activity was made of, by each source's name, where a turn keeps that for people.
    `health`: where its policy names that as evidence, or policies match by it, and a decision may turn on it.
    """

    account: Account
    policies: tuple[Policy, ...]
    enrolled: bool
    hold: Override | None
    activity: Activity
    health: Health = HEALTH_NOT_ASKED
    by_source: Mapping[str, Activity] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """The verdict, its reason, and the facts it rests on.

    `trace` has the answer to every question that could be asked, also those after the one that decided:
    whoever wants a release is told of everything in its way. Without a policy nothing can be asked about one.

    `usage` is what the evidence amounts to today: what people are told. `usage_at_opening` is the same when
    the window opens, if nothing happens until then: what the verdict rests on (ADR 46).

    `contenders`: all policies that may govern it, where nobody knows the health that this turns on (ADR 81).
    """

    verdict: Verdict
    reason: Reason
    usage: Usage
    usage_at_opening: Usage
    subject: Subject
    policy: Policy | None
    window: Window | None
    trace: tuple[Ruling, ...]
    contenders: tuple[Policy, ...] = ()

    @property
    def _may_govern(self) -> tuple[Policy, ...]:
        return self.contenders or (() if self.policy is None else (self.policy,))

    @property
    def rungs(self) -> tuple[timedelta, ...]:
        """How long before its renewal it is warned of: where one of several policies governs it, by each."""
        if self.policy is None or not self.contenders:
            return () if self.policy is None else self.policy.warn
        return tuple(sorted({rung for one in self.contenders for rung in one.warn}, reverse=True))

    @property
    def warned_from(self) -> Mapping[timedelta, datetime]:
        """From when on each of them is due."""
        renews_at = self.subject.account.renews_at
        quiet = tuple(dict.fromkeys(each for one in self._may_govern for each in one.quiet))
        return {rung: warned_from(rung, renews_at, quiet) for rung in self.rungs}

    @property
    def warned_in_use(self) -> bool:
        """Whether it is warned of although it will be in use when its window opens."""
        return any(one.warn_for is WarnFor.ALL for one in self._may_govern)

    @property
    def is_governed(self) -> bool:
        """Whether it is known which policy governs it, and one does."""
        return all(ruling.passed for ruling in self.trace if ruling.check is Check.POLICY_FOUND)

    @property
    def matched_health(self) -> Health | None:
        """How healthy it is, where the policy that governs it or one before it matches by that."""
        for one in self.subject.policies:
            if one.match.health:
                return self.subject.health
            if one is self.policy:
                break
        return None

    @property
    def unused_by_window(self) -> bool:
        """Whether it is in use today, and will count as unused when its window opens unless it is used."""
        return self.usage is Usage.IN_USE and self.usage_at_opening is Usage.UNUSED

    @property
    def doubtful(self) -> bool:
        """Whether what this turns on was asked for and could not be had: its use or, where that lets it go,
        its health.
        """
        return self.use_doubtful or is_doubtful(self.subject.health)

    @property
    def use_doubtful(self) -> bool:
        """A source that is merely silent is not meant."""
        activity = self.subject.activity
        silent = (WhyUnknown.NOT_ASKED, WhyUnknown.NO_POST_EVER_SHOWN)
        return isinstance(activity, Unknown) and activity.why not in silent

    @property
    def health_to_be_asked(self) -> bool:
        """Whether it is to be released unless it turns out to be hot, which nobody was asked yet."""
        named = self.policy is not None and HEALTH in self.policy.evidence
        return named and self.verdict is Verdict.RELEASE and self.subject.health == HEALTH_NOT_ASKED

    @property
    def deciding(self) -> Ruling:
        """The first answer that keeps it; where none does, the last one."""
        return next((ruling for ruling in self.trace if not ruling.passed), self.trace[-1])

    @property
    def obstacles(self) -> tuple[Ruling, ...]:
        """Every answer that keeps it: all of them must change before it may be released."""
        return tuple(ruling for ruling in self.trace if not ruling.passed)


def judge(subject: Subject, now: datetime) -> Judgement:
    """Judge one account at `now`: the first answer that keeps it decides."""
    account = subject.account
    governed = governing(account, subject.policies, now, subject.health)
    policy = governed.policy if governed else None
    window = window_of(account, policy) if policy else None
    usage = usage_at_opening = Usage.UNKNOWN
    opinion = None
    if policy and window:
        usage = usage_of(subject.activity, policy.release, now)
        usage_at_opening = usage_of(subject.activity, policy.release, window.opens)
        opinion = OPINIONS[policy.release.when](policy.release, subject.activity, window.opens)
    trace = tuple(_answers(subject, governed, window, opinion, now))
    kept = next((ruling.because for ruling in trace if ruling.because is not None), None)
    if kept is None and opinion is not None:
        verdict, reason = Verdict.RELEASE, opinion.reason
    else:
        reason = kept or Reason.NO_POLICY
        quiet = usage_at_opening is Usage.IN_USE or reason in (Reason.RENEWAL_PENDING, Reason.NOT_DUE)
        verdict = Verdict.KEEP if quiet else Verdict.WARN
    return Judgement(
        verdict=verdict,
        reason=reason,
        usage=usage,
        usage_at_opening=usage_at_opening,
        subject=subject,
        policy=policy,
        window=window,
        trace=trace,
        contenders=governed.contenders if governed else (),
    )


_PASSED = {check: Ruling(check=check, passed=True) for check in Check}


def _answers(
    subject: Subject,
    governed: Governed | None,
    window: Window | None,
    opinion: Opinion | None,
    now: datetime,
) -> Iterator[Ruling]:
    """Every question, in the order of `Check`, and its answer: none about use before all others were put."""
    account = subject.account

    def answer(check: Check, because: Reason | None, detail: str | None = None) -> Ruling:
        if because is None:
            return _PASSED[check]
        return Ruling(check=check, passed=False, because=because, detail=detail)

    yield answer(Check.RENEWAL_AHEAD, Reason.RENEWAL_PENDING if now >= account.renews_at else None)
    if governed is None:
        yield answer(Check.POLICY_FOUND, Reason.NO_POLICY)
    else:
        yield answer(Check.POLICY_FOUND, _unsure(governed, subject, now), governed.policy.name)
        never = opinion is not None and opinion.reason is Reason.POLICY_NEVER
        yield answer(Check.POLICY_RELEASES, Reason.POLICY_NEVER if never else None)
    yield answer(Check.ENROLLED, None if subject.enrolled else Reason.NOT_ENROLLED)
    hold = subject.hold
    yield _PASSED[Check.NOT_HELD] if hold is None else answer(Check.NOT_HELD, Reason.HELD, hold.why)
    if governed is None or window is None or opinion is None:
        return
    shield = protection(account, governed.policy.protect)
    if shield is None:
        let_go = governed.certain and subject.enrolled and hold is None and opinion.release
        owed = let_go and window.announce_from <= now < account.renews_at
        shield = _by_health(subject.health, governed.policy, owed=owed)
    yield _PASSED[Check.NOT_PROTECTED] if shield is None else answer(Check.NOT_PROTECTED, *shield)
    if opinion.reason is Reason.POLICY_NEVER:
        # Of one that releases nothing it is asked all the same whether it would be unused.
        opinion = OPINIONS[ReleaseWhen.IDLE](governed.policy.release, subject.activity, window.opens)
    yield answer(Check.UNUSED, None if opinion.release else opinion.reason)


def _unsure(governed: Governed, subject: Subject, now: datetime) -> Reason | None:
    """Why it cannot be told whether that policy governs it. Far from its renewal nobody need have asked."""
    if governed.certain:
        return None
    if not governed.contenders:
        return Reason.CANNOT_MATCH
    near = now >= subject.account.renews_at - max(map(reach_of, governed.contenders))
    return Reason.HEALTH_UNKNOWN if near or is_doubtful(subject.health) else Reason.NOT_DUE


def _by_health(health: Health, policy: Policy, *, owed: bool) -> tuple[Reason, str] | None:
    """What of its health keeps an account whose policy names that as evidence: that it is hot, or unknown.

    `owed`: all else lets it go, and people are to be told so, or have been: from then on it must be known.
    """
    if HEALTH not in policy.evidence:
        return None
    match health:
        case HealthTier():
            return (Reason.PROTECTED_HEALTH, health.value) if health.keeps else None
        case HealthUnknown(why=why):
            return (Reason.HEALTH_UNKNOWN, why.value) if owed or is_doubtful(health) else None


def window_of(account: Account, policy: Policy) -> Window:
    rule = policy.release
    return Window.of(
        account.renews_at, lead=rule.lead, margin=rule.margin, notice=rule.notice, quiet=rule.quiet_ahead
    )


def evidence_from(account: Account, policies: tuple[Policy, ...], now: datetime) -> datetime | None:
    """From when on the use of an account matters, and its health where that says which policy governs it: the
    first warning or announcement of any that may.

    None where no policy governs it.
    """
    reach = max(map(reach_of, may_govern(account, policies, now)), default=None)
    return None if reach is None else account.renews_at - reach


def is_matched_by_health(account: Account, policies: tuple[Policy, ...], now: datetime) -> bool:
    """Whether its health is to be asked so that it can be told which policy governs it: not before one of
    them would do something for this renewal.
    """
    since = evidence_from(account, policies, now)
    return since is not None and since <= now and rests_on_health(account, policies, now)


def reach_of(policy: Policy) -> timedelta:
    """How long before a renewal a policy first asks, warns or announces."""
    return max(decided_within(policy), reach_of_warnings(policy.warn, policy.quiet))


def decided_within(policy: Policy) -> timedelta:
    """How long before a renewal its release is first announced, or stands on a docket."""
    rule = policy.release
    return max(rule.lead + 2 * rule.notice + rule.quiet_ahead, rule.lead + timedelta(hours=24))


def is_in_question(subject: Subject, now: datetime) -> bool:
    """Whether the account is soon to be released by what is known so far, were it not hot: whoever is to be
    asked about few accounts is asked about this one.
    """
    judgement = judge(replace(subject, health=HealthTier.COLD), now)
    policy = judgement.policy
    near = policy is not None and now >= subject.account.renews_at - decided_within(policy)
    return near and judgement.verdict is Verdict.RELEASE


def usage_of(activity: Activity, rule: ReleaseRule, at: datetime) -> Usage:
    """What the use known now amounts to at a moment, today or later, if nothing happens until then."""
    match activity:
        case Unknown():
            return Usage.UNKNOWN
        case Seen() if activity.what.ongoing or at - activity.at < rule.idle_after:
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
