"""Renewals that were debited although no use was evidenced, each with its price and its cause."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import datetime, timedelta

from watcher.domain.accounts import Account, LeasePeriod
from watcher.domain.judge import Usage
from watcher.domain.memory import Known, ProjectMemory
from watcher.domain.outcomes import CAUSES, Cause, Outcome, OutcomeKind, renewals
from watcher.domain.reasons import Reason

_WISHES = frozenset(
    {
        Cause.HELD,
        Cause.PROTECTED,
        Cause.NOT_ENROLLED,
        Cause.POLICY,
    }
)
"""Causes that no watching would have changed: somebody wanted the account kept."""


_LONGEST_MONTH = timedelta(days=31)


def paid_renewals(old: Known, new: Account, memory: ProjectMemory, now: datetime) -> Iterator[Outcome]:
    """The renewals between two readings of one lease that no evidence of use in their period came before.

    A renewal took place where the remembered `renews_at` has passed and a later one is shown. Those in
    between, after a long absence, are extrapolated and say so.
    """
    due = old.account.renews_at
    if not renewed(old.account, new, now):
        return
    for moment in renewals(due, new.renews_at, _anchor_day(due, new)):
        if moment > now:
            return
        if _used_before(moment, old):
            continue
        yield Outcome(
            kind=OutcomeKind.PAID,
            period=LeasePeriod(account=new.id, renews_at=moment),
            project=new.project,
            handle=new.handle,
            price_cents=old.account.price_cents if moment == due else new.price_cents,
            at=moment,
            cause=cause_of(old, memory) if moment == due else Cause.WATCHER_DOWN,
            estimated=moment != due,
        )


def renewed(old: Account, new: Account, now: datetime) -> bool:
    """Whether the renewal that was known has taken place: it has passed, and a later one is shown."""
    return old.renews_at <= now < new.renews_at


def _used_before(renewal: datetime, known: Known) -> bool:
    """Whether use is evidenced in the lease period that ends with a renewal: later ones need their own."""
    if known.usage is not Usage.IN_USE:
        return False
    return known.used is None or known.used.at >= renewal - _LONGEST_MONTH


def _anchor_day(due: datetime, new: Account) -> int:
    """The day of the month on which renewals fall: the lease's first, unless a renewal was moved off it.

    A short month hides it, so of the days seen the latest is the nearest to it.
    """
    last = monthrange(due.year, due.month)[1]
    first = new.leased_since.day if new.leased_since is not None else None
    if first is not None and min(first, last) == due.day:
        return first
    return max(due.day, new.renews_at.day)


def cause_of(old: Known, memory: ProjectMemory) -> Cause:
    """Why the remembered period was paid for: a person's wish, an absence, or the last reason noted."""
    noted = CAUSES.get(old.reason) if old.reason else None
    if noted is not None and noted in _WISHES:
        return noted
    if memory.unreadable_since is not None and memory.unreadable_since <= old.account.renews_at:
        return Cause.API_DOWN
    if noted is not None and old.reason is not Reason.NOTICE_TO_COME:
        return noted
    if old.account.period in memory.not_done:
        return Cause.UNEXPLAINED
    return Cause.WATCHER_DOWN
