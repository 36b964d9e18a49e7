"""The judge's answers about one account, in sentences with the values they turned on."""

from datetime import datetime, tzinfo
from typing import assert_never

from watcher.cli.render.steps import unsaid_of
from watcher.facts.health import HEALTH, HealthTier
from watcher.messages.health_words import health_in_words, its_health
from watcher.messages.renewal_messages import evidence_in_words, projection_in_words
from watcher.messages.words import REASON
from watcher.record.reasons import Reason
from watcher.rules.judge import Check, Judgement, Ruling, Usage, reach_of
from watcher.rules.policy import ReleaseRule, ReleaseWhen
from watcher.texts.plain import plain
from watcher.texts.spans import counted, span
from watcher.texts.times import clock_time


def in_words(ruling: Ruling, judgement: Judgement, project: str, now: datetime, timezone: tzinfo) -> str:
    """One answer of the judge, with a sign for whether it lets a release pass."""
    told = _passed if ruling.passed else _failed
    return f"{'✓' if ruling.passed else '✗'} {told(ruling, judgement, project, now, timezone)}"


def _passed(ruling: Ruling, judgement: Judgement, project: str, now: datetime, timezone: tzinfo) -> str:
    policy = judgement.policy
    name = plain(policy.name) if policy else ""
    rule = policy.release if policy else ReleaseRule()
    match ruling.check:
        case Check.RENEWAL_AHEAD:
            return "Its renewal is still ahead."
        case Check.POLICY_FOUND:
            return f"The policy {name} governs it{_as_it_is(judgement)}."
        case Check.POLICY_RELEASES:
            if judgement.is_governed:
                return f"That policy releases {_wish(rule)}."
            return f"The policy {name} would release {_wish(rule)}."
        case Check.ENROLLED:
            return f"The project {project} is enrolled for releases."
        case Check.NOT_HELD:
            return "Nobody holds it."
        case Check.NOT_PROTECTED if policy is not None and HEALTH in policy.evidence:
            return f"Nothing protects it; its health is {health_in_words(judgement.subject.health)}."
        case Check.NOT_PROTECTED:
            return "Nothing protects it."
        case Check.UNUSED if rule.when is ReleaseWhen.ALWAYS:
            return f"A release cancels no post that is wanted: {evidence_in_words(judgement, now)}."
        case Check.UNUSED:
            return _unused(judgement, rule, now, timezone)
        case _:
            assert_never(ruling.check)


def _as_it_is(judgement: Judgement) -> str:
    """How healthy it is, where that says which policy governs it."""
    if not isinstance(judgement.matched_health, HealthTier):
        return ""
    matched = judgement.policy is not None and bool(judgement.policy.match.health)
    return f", {'as' if matched else 'and'} {its_health(judgement.matched_health)}"


def _unused(judgement: Judgement, rule: ReleaseRule, now: datetime, timezone: tzinfo) -> str:
    """What is true today, and what the verdict rests on where that is true only when the window opens."""
    evidence, needed = evidence_in_words(judgement, now), span(rule.idle_after)
    projection = projection_in_words(judgement)
    if projection is None or judgement.window is None:
        return f"It is unused: {evidence}; the {needed} needed have passed."
    opens = clock_time(judgement.window.opens, timezone, now=now)
    return (
        f"It is in use today: {evidence}. Unless it is used, it {projection} ({opens}); {needed} are needed."
    )


def _wish(rule: ReleaseRule) -> str:
    match rule.when:
        case ReleaseWhen.IDLE:
            return f"accounts that were not used for {span(rule.idle_after)}"
        case ReleaseWhen.ALWAYS if rule.cancel_queued:
            return "accounts at the end of their term, even where that cancels posts"
        case ReleaseWhen.ALWAYS:
            return "accounts at the end of their term, unless posts are still to go out"
        case ReleaseWhen.NEVER:
            return "nothing"
        case _:
            assert_never(rule.when)


def _failed(ruling: Ruling, judgement: Judgement, project: str, now: datetime, timezone: tzinfo) -> str:
    policy = plain(judgement.policy.name) if judgement.policy else ""
    detail = plain(ruling.detail or "")
    match ruling.because:
        case Reason.RENEWAL_PENDING:
            return "Its renewal is past, and the API does not show the next one yet: the renewal is pending."
        case Reason.NO_POLICY:
            return f"None of the policies of project {project} matches it{_as_it_is(judgement)}."
        case Reason.HEALTH_UNKNOWN if ruling.check is Check.POLICY_FOUND:
            known = its_health(judgement.subject.health)
            return f"{_which(judgement)} governs it cannot be told: {known}. So it is left."
        case Reason.NOT_DUE if ruling.check is Check.POLICY_FOUND:
            asked = f"its health says that, and is asked from {_asked_from(judgement, now, timezone)} on"
            return f"{_which(judgement)} governs it is not asked yet: {asked}."
        case Reason.CANNOT_MATCH if ruling.check is Check.POLICY_FOUND:
            unsaid = unsaid_of(judgement.subject.account)
            return f"Its {unsaid} unknown, so the policy {detail} may or may not govern it: it is left."
        case Reason.CANNOT_MATCH:
            unsaid = unsaid_of(judgement.subject.account)
            return f"The policy {policy} protects by {detail}, and its {unsaid} unknown. So it is protected."
        case Reason.POLICY_NEVER:
            return f"The policy {policy} releases nothing; it only warns."
        case Reason.NOT_ENROLLED:
            return f"The project {project} is not enrolled for releases."
        case Reason.HELD:
            return _held(judgement, now, timezone)
        case Reason.PROTECTED_ACCOUNT:
            return f"The policy {policy} protects it by its id."
        case Reason.PROTECTED_HANDLE:
            return f"The policy {policy} protects handles like {detail}."
        case Reason.PROTECTED_FOLLOWERS:
            least, has = counted(int(detail), "follower"), judgement.subject.account.followers or 0
            return f"The policy {policy} protects accounts with {least} or more; it has {has:,}."
        case Reason.PROTECTED_HEALTH:
            tier = health_in_words(judgement.subject.health)
            return f"Its health is {tier}, and the policy {policy} names health as evidence: it is protected."
        case Reason.HEALTH_UNKNOWN:
            known = health_in_words(judgement.subject.health)
            return f"Its health is {known}, and the policy {policy} names it as evidence: so it may be hot."
        case Reason.IN_USE if judgement.usage is Usage.UNUSED:
            return (
                f"It is unused today: {evidence_in_words(judgement, now)}. But when its release window "
                "opened, it still counted as in use."
            )
        case Reason.IN_USE:
            return f"It is in use: {evidence_in_words(judgement, now)}."
        case Reason.ACTIVITY_UNKNOWN:
            return f"Its use is not known: {evidence_in_words(judgement, now)}. Unknown is never unused."
        case Reason.NOT_DUE:
            return "Its use was not asked for: the renewal is too far off."
        case None:
            return "It is kept."
        case reason:
            return f"It is kept: {REASON[reason]}."


def _which(judgement: Judgement) -> str:
    """Of the policies that may govern it; none may, where the last of them asks for a health as well."""
    named = [plain(one.name) for one in judgement.contenders]
    if len(named) == 1:
        return f"Whether {named[0]}"
    if_any = ", if any," if judgement.contenders[-1].match.health else ""
    return f"Which of {', '.join(named[:-1])} and {named[-1]}{if_any}"


def _asked_from(judgement: Judgement, now: datetime, timezone: tzinfo) -> str:
    reach = max(map(reach_of, judgement.contenders))
    return clock_time(judgement.subject.account.renews_at - reach, timezone, now=now)


def _held(judgement: Judgement, now: datetime, timezone: tzinfo) -> str:
    hold = judgement.subject.hold
    if hold is None:
        return "It is held."
    until = f"until {clock_time(hold.until, timezone, now=now)}" if hold.until else "for ever"
    return f"{plain(hold.by)} holds it {until}: {plain(hold.why)}"
