"""Releases that can no longer be, as a turn finds them: whose doing it is, and what is told of it, once."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from watcher.decide.background import Background
from watcher.facts.moment import Moment
from watcher.memory.causes import WISHES
from watcher.memory.missed import Ages, lateness, missed_unseen, rules_of
from watcher.memory.remembered import KnownRules, ProjectMemory
from watcher.messages.events import Event
from watcher.messages.late_messages import missed_event, too_late_event
from watcher.record.outcomes import Cause, Explanation, Outcome, OutcomeKind
from watcher.record.reasons import Reason
from watcher.rules.judge import window_of
from watcher.rules.matching import as_remembered
from watcher.rules.plan import MISSED, Decision, Leave, Mode, Release, with_lateness
from watcher.rules.policy import Policy
from watcher.rules.targets import Target


def rules_in_force(target: Target, memory: ProjectMemory, background: Background, at: Moment) -> KnownRules:
    """By which rules a project is read, and since when; what a ledger did not note is as old as it is."""
    enforced_before = background.memory.ledger_since if background.enforced_before else None
    return rules_of(target, background.turn.mode, memory, enforced_before=enforced_before, now=at.noted_at)


def with_its_lateness(
    decision: Decision, memory: ProjectMemory, background: Background, rules: KnownRules, at: Moment
) -> Decision:
    """The decision, and whose doing it is where no release can come any more, or none may in a moment."""
    if not at.sure:
        return decision
    match decision.course:
        case Release():
            pass
        case Leave(why=why) if why in MISSED and background.enforcing:
            pass
        case _:
            return decision
    found = lateness(decision, memory, _ages(rules, background), background.overrides, at)
    old = memory.known.get(decision.account.id)
    same = old is not None and old.account.period == decision.account.period
    # What was told as a change's doing stays that: it is not known of each for ever what it was.
    told = same and old is not None and old.reason is Reason.CHANGED_TOO_LATE
    return with_lateness(decision, found, changed=told or (found is not None and not found.missed))


def _ages(rules: KnownRules, background: Background) -> Ages:
    return Ages(
        rules=rules,
        ledger_since=background.memory.ledger_since,
        min_history=background.orders.limits.min_history,
    )


def newly_late(decisions: Iterable[Decision], memory: ProjectMemory) -> Iterator[Decision]:
    """Those of which no release can come any more, and of which that was not told yet.

    Whether it was is remembered; the reason noted last does not say: a brake's stands though the window has
    closed, and a channel's silence is the same before and after. Only for a clock that can say what has
    passed.
    """
    for decision in decisions:
        too_late = decision.reason in MISSED or decision.reason is Reason.CHANGED_TOO_LATE
        if isinstance(decision.course, Leave) and too_late and not _was_told(decision, memory):
            yield decision


def _was_told(decision: Decision, memory: ProjectMemory) -> bool:
    known = memory.known.get(decision.account.id)
    return (
        known is not None and known.account.period == decision.account.period and known.missed_at is not None
    )


def late_events(decision: Decision, why: Explanation, now: datetime) -> Iterator[Event]:
    """`why`: as `why_late` has it, and as it is remembered."""
    if decision.reason in MISSED:
        yield missed_event(
            decision.account,
            reason=decision.reason,
            why=why,
            policy=decision.judgement.policy.name if decision.judgement.policy else "",
            closes=decision.judgement.window.closes if decision.judgement.window else None,
            now=now,
        )
    elif decision.lateness is not None:
        told = too_late_event(decision, decision.lateness, now)
        yield from () if told is None else (told,)


def unseen_misses(
    outcomes: Iterable[Outcome], target: Target, memory: ProjectMemory, background: Background
) -> Iterator[Outcome]:
    """Renewals that were paid before anybody looked again, and that a release was to save."""
    rules = memory.rules
    enforced = background.enforced_before if rules is None else rules.mode is Mode.ENFORCE and rules.enrolled
    if not (enforced and background.enforcing):
        return
    ages = _ages(rules or KnownRules(mode=Mode.ENFORCE, enrolled=True), background)
    for one in outcomes:
        old = memory.known.get(one.period.account)
        if one.kind is not OutcomeKind.PAID or one.cause in WISHES or one.cause is Cause.UNDONE:
            continue
        if old is None or old.account.period != one.period or old.missed_at is not None:
            continue
        if background.overrides.held_between(old.account.id, memory.read_at, one.period.renews_at):
            continue
        policy = _as_remembered(one, memory, target)
        if policy is not None and missed_unseen(old, window_of(old.account, policy), memory, ages):
            yield one


def unseen_miss_event(one: Outcome, memory: ProjectMemory, target: Target, now: datetime) -> Event:
    old = memory.known[one.period.account].account
    policy = _as_remembered(one, memory, target)
    return missed_event(
        old,
        reason=Reason.TOO_LATE,
        why=one.explanation or Explanation(cause=one.cause or Cause.UNEXPLAINED),
        policy=policy.name if policy else "",
        now=now,
    )


def _as_remembered(one: Outcome, memory: ProjectMemory, target: Target) -> Policy | None:
    """The policy that governed it, by what is remembered of its release."""
    notice = memory.notices.get(one.period)
    return as_remembered(
        memory.known[one.period.account].account,
        target.policies,
        one.period.renews_at,
        None if notice is None else notice.fingerprint,
    )
