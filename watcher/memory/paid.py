"""Renewals that were debited although no use was evidenced, each with its price and its cause."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, assert_never

from watcher.facts.accounts import Account, LeasePeriod
from watcher.facts.activity import NOT_ASKED
from watcher.facts.health import HEALTH_NOT_ASKED
from watcher.facts.moment import Moment
from watcher.memory.causes import WISHES, by_rules, explained, held_by
from watcher.memory.remembered import Known, ProjectMemory
from watcher.record.outcomes import (
    CAUSES,
    Cause,
    Explanation,
    Outcome,
    OutcomeKind,
    UseThen,
    anchor_day,
    renewals,
    was_moved,
)
from watcher.record.overrides import NOTHING_SAID, Overrides
from watcher.record.reasons import Reason
from watcher.rules.judge import Subject, Usage, judge
from watcher.rules.targets import Target

_LONGEST_MONTH = timedelta(days=31)
"""No lease period is longer. Of a shorter one the days before it count with it: that calls less unused."""


def paid_renewals(
    old: Known,
    new: Account,
    memory: ProjectMemory,
    at: Moment,
    overrides: Overrides = NOTHING_SAID,
    target: Target | None = None,
) -> Iterator[Outcome]:
    """The renewals between two readings of one lease that no evidence of use in their period came before,
    or that an announced release was to save whatever the use.

    A renewal took place where the remembered `renews_at` has passed and one at least a month later is shown.
    Those in between, after a long absence, are extrapolated and say so. `target`: by whose rules its project
    is read now, where they may say what nobody looked at.
    """
    due = old.account.renews_at
    if not renewed(old.account, new, at):
        return
    why = explained(old, memory, overrides, now=at.now)
    if why.cause in _ABSENCES and old.reason is None:
        why = _kept_anyway(old.account, target, overrides) or why
    for moment in renewals(due, new.renews_at, anchor_day(due, new)):
        if at.latest is not None and moment > at.latest:
            return
        if used_before(moment, old) and not (moment == due and old.reason in _WANTED):
            continue
        if moment == due or why.cause is Cause.OBSERVING:
            explanation = why
        else:
            then = replace(new, renews_at=moment)
            absence = Explanation(cause=Cause.WATCHER_DOWN)
            explanation = _kept_anyway(then, target, overrides) or absence
        yield Outcome(
            kind=OutcomeKind.PAID,
            period=LeasePeriod(account=new.id, renews_at=moment),
            project=new.project,
            handle=new.handle,
            price_cents=old.account.price_cents if moment == due else new.price_cents,
            at=moment,
            cause=explanation.cause,
            estimated=moment != due,
            explanation=replace(explanation, use=use_then(moment, old, memory)),
        )


_ABSENCES: Final = frozenset({Cause.WATCHER_DOWN, Cause.API_DOWN})


def _kept_anyway(account: Account, target: Target | None, overrides: Overrides) -> Explanation | None:
    """Why a turn before its renewal, had any come, would have kept it whatever its use: by a hold, and by the
    rules as they stand now. None where it would not, or that cannot be told.
    """
    if target is None:
        return None
    hold = overrides.held_at(account.id, account.renews_at)
    judgement = judge(
        Subject(
            account=account,
            policies=target.policies,
            enrolled=target.enrolled,
            hold=hold,
            activity=NOT_ASKED,
            health=HEALTH_NOT_ASKED,
        ),
        account.renews_at - _TICK,
    )
    cause = CAUSES.get(judgement.reason)
    if cause not in WISHES:
        return None
    if hold is not None and cause is Cause.HELD:
        return held_by(hold, account.renews_at)
    return by_rules(judgement, judgement.reason) or Explanation(cause=cause)


_TICK: Final = timedelta(microseconds=1)


def renewed(old: Account, new: Account, at: Moment) -> bool:
    """Whether the renewal that was known has taken place, and was not moved away (ADR 0023).

    It may have passed, and the one that is shown is at least a month later: one that was moved is shown
    nearer. Where nobody knows how late it is, the one that is shown must be where a renewal would show it.
    """
    if was_moved(old.renews_at, new.renews_at):
        return False
    if at.latest is None:
        return _is_next(old.renews_at, new)
    return old.renews_at <= at.latest


def _is_next(due: datetime, new: Account) -> bool:
    *_, last = renewals(due, new.renews_at, anchor_day(due, new))
    *_, following = renewals(last, new.renews_at + timedelta(days=1), anchor_day(due, new))
    return following == new.renews_at


def as_of_its_renewal(old: Known | None, new: Account, at: Moment) -> Account:
    """The account as it is to be remembered: at the price that its renewal, once that may have passed, was
    due for. What is shown while the renewal is pending may be the next period's.
    """
    pending = new.renews_at <= (at.latest or at.now)
    if not pending or old is None or old.account.period != new.period or not new.is_same_lease(old.account):
        return new
    return replace(new, price_cents=old.account.price_cents)


_SEEN_WITHIN = timedelta(days=3)
"""How old the last look at an account may be for its use to be known: an announced release is looked at for
as long with the default lead and notice."""


def use_then(renewal: datetime, known: Known, memory: ProjectMemory) -> UseThen:
    """What is known of an account's use at a renewal, of which it is not evidenced that it was used before.

    Nobody looked at what came after the renewal that was remembered, nor where the project had not been read
    for days; what an account was to be by its window, unless it were used, is not what it was.
    """
    looked = memory.read_at is None or renewal - memory.read_at <= _SEEN_WITHIN
    if renewal != known.account.renews_at or not looked or known.reason is Reason.ACTIVITY_UNKNOWN:
        return UseThen.UNKNOWN
    match known.usage_at_opening:
        case Usage.UNKNOWN:
            return UseThen.UNKNOWN
        case Usage.UNUSED:
            return UseThen.UNUSED
        case Usage.IN_USE:
            return UseThen.IN_USE if used_before(renewal, known) else UseThen.TOO_SHORT
        case _:
            assert_never(known.usage_at_opening)


_WANTED = frozenset(
    {
        Reason.UNUSED,
        Reason.TERM,
        Reason.WINDOW_NOT_OPEN,
        Reason.NOTICE_TO_COME,
        Reason.NOTICE_UNANSWERED,
        Reason.NOTICE_TOO_YOUNG,
        Reason.NOTICE_LATE,
        Reason.BRAKED,
        Reason.OBSERVING,
        Reason.REFUSED_BEFORE,
        Reason.ATTEMPTS_SPENT,
        Reason.RELEASE_UNDONE,
        Reason.KEY_LACKS_SCOPE,
        Reason.UNRESOLVED,
        Reason.TOO_LATE,
        Reason.CHANGED_TOO_LATE,
    }
)
"""What is noted of an account that is to be released, whatever its use; what is kept has another reason."""


def used_before(renewal: datetime, known: Known) -> bool:
    """Whether use is evidenced in the lease period that ends with a renewal: later ones need their own.

    A lease that is merely too young to be called unused was not used.
    """
    if known.usage_at_opening is not Usage.IN_USE or known.used is None:
        return False
    return known.used.at >= renewal - _LONGEST_MONTH
