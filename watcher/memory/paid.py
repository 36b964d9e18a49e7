"""Renewals that were debited although no use was evidenced, each with its price and its cause."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, assert_never

from watcher.facts.accounts import Account, LeasePeriod
from watcher.facts.activity import NOT_ASKED, Activity, Seen, Unknown, Use, WhyUnknown, remembering, use_in
from watcher.facts.health import HEALTH_NOT_ASKED
from watcher.facts.moment import Moment
from watcher.memory.absences import BARRED, absent
from watcher.memory.causes import WISHES, by_rules, explained, held_by
from watcher.memory.remembered import Known, ProjectMemory, latest_use
from watcher.messages.words import DOUBT
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
from watcher.rules.judge import Subject, Usage, judge, usage_of, window_of
from watcher.rules.matching import as_remembered
from watcher.rules.policies import OPINIONS
from watcher.rules.policy import Policy
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
    by_then: Mapping[LeasePeriod, Activity] = {},
) -> Iterator[Outcome]:
    """The renewals between two readings of one lease that no evidence of use in their period came before,
    or that an announced release was to save whatever the use.

    A renewal took place where the remembered `renews_at` has passed and one at least a month later is shown.
    Those in between, after a long absence, are extrapolated and say so. `target`: by whose rules its project
    is read now, where they may say what nobody looked at. `by_then`: what the evidence says now of the use by
    renewals that nobody saw pass (`to_ask`); of any other it is what was known before.
    """
    due = old.account.renews_at
    if not renewed(old.account, new, at):
        return
    why = explained(old, memory, overrides, now=at.now)
    if why.cause in _ABSENCES and old.reason is None:
        why = _kept_anyway(old.account, target, overrides) or why
    for moment in _passed(due, new, at):
        period = LeasePeriod(account=new.id, renews_at=moment)
        use, doubt = _use_then(moment, old, memory, target, by_then.get(period))
        if use is None:
            continue
        if moment == due or why.cause is Cause.OBSERVING:
            explanation = why
        else:
            then = replace(new, renews_at=moment)
            absence = absent(memory, overrides, by=moment)
            explanation = _kept_anyway(then, target, overrides) or absence
        yield Outcome(
            kind=OutcomeKind.PAID,
            period=period,
            project=new.project,
            handle=new.handle,
            price_cents=old.account.price_cents if moment == due else new.price_cents,
            at=moment,
            cause=explanation.cause,
            estimated=moment != due,
            explanation=replace(explanation, use=use, details=(*explanation.details, *doubt)),
        )


def to_ask(old: Known, new: Account, at: Moment) -> tuple[datetime, ...]:
    """The renewals that have passed since a lease was looked at, and of which it is not known that it was in
    use by then: somebody may have used it meanwhile, so the evidence is to be asked before any is told as
    paid, or as missed (ADR 88).
    """
    due = old.account.renews_at
    if due == new.renews_at or not new.is_same_lease(old.account) or not renewed(old.account, new, at):
        return ()
    return tuple(moment for moment in _passed(due, new, at) if not _was_in_use(moment, old))


def _passed(due: datetime, new: Account, at: Moment) -> Iterator[datetime]:
    for moment in renewals(due, new.renews_at, anchor_day(due, new)):
        if at.latest is not None and moment > at.latest:
            return
        yield moment


def _was_in_use(moment: datetime, old: Known) -> bool:
    """By what was known when it was last looked at; what was to be given back all the same is not meant."""
    return used_before(moment, old) and not (moment == old.account.renews_at and old.reason in _WANTED)


def _use_then(
    moment: datetime, old: Known, memory: ProjectMemory, target: Target | None, read: Activity | None
) -> tuple[UseThen | None, tuple[str, ...]]:
    """What its use was by a renewal, and why that is in doubt. None: in use, so nothing is to be noted.

    `read`: what the evidence says of it now; None where it was not asked.
    """
    if isinstance(read, Unknown) and read.why not in _SILENT:
        said = old.reason is Reason.ACTIVITY_UNKNOWN and moment == old.account.renews_at
        return UseThen.UNKNOWN, () if said else (f"{_IN_DOUBT}: {DOUBT[read.why]}",)
    policy = None if target is None else _policy_then(moment, old, memory, target)
    if not isinstance(read, Seen) or policy is None:
        return (None if _was_in_use(moment, old) else use_then(moment, old, memory)), ()
    then = replace(old.account, renews_at=moment)
    opens = window_of(then, policy).opens
    used = latest_use(then, (old, *memory.known_elsewhere.get(then.id, ())))
    activity = remembering(read, used if used is not None and used.at <= moment else None)
    if usage_of(activity, policy.release, opens) is not Usage.IN_USE:
        return UseThen.UNUSED, ()
    if isinstance(activity, Seen) and activity.what is Use.FIRST_LISTED:
        # What was seen of its use from before it came stays use; of what was not nobody can tell (ADR 91).
        if read.what.is_absence or usage_of(read, policy.release, opens) is not Usage.IN_USE:
            return UseThen.UNKNOWN, ()
        activity = read
    seen = use_in(activity)
    if seen is None or seen.at < moment - _LONGEST_MONTH:
        return UseThen.TOO_SHORT, ()
    wanted = moment == old.account.renews_at and old.reason in _WANTED
    at_term = wanted and OPINIONS[policy.release.when](policy.release, activity, opens).release
    return (UseThen.IN_USE if at_term else None), ()


_SILENT: Final = frozenset({WhyUnknown.NOT_ASKED, WhyUnknown.NO_POST_EVER_SHOWN})
_IN_DOUBT: Final = "whether it was used by then is not known"


def _policy_then(moment: datetime, old: Known, memory: ProjectMemory, target: Target) -> Policy | None:
    notice = memory.notices.get(old.account.period)
    return as_remembered(old.account, target.policies, moment, None if notice is None else notice.fingerprint)


_ABSENCES: Final = frozenset({Cause.WATCHER_DOWN, Cause.RESTORED, Cause.API_DOWN, *BARRED.values()})


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
        case Usage.IN_USE if known.used is not None and known.used.what.is_absence:
            return UseThen.UNKNOWN  # how it was used where it came from
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

    A lease that is merely too young to be called unused was not used, nor one that came from elsewhere.
    """
    used = use_in(known.used)
    if known.usage_at_opening is not Usage.IN_USE or used is None:
        return False
    return used.at >= renewal - _LONGEST_MONTH
