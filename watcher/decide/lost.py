"""What came too late while it was halted: its end says so, also to who never heard of the halt."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from watcher.decide.background import Background
from watcher.decide.matters import last_moment
from watcher.facts.accounts import AccountId, LeasePeriod
from watcher.facts.activity import use_in
from watcher.memory.remembered import Known
from watcher.messages.events import EventKind
from watcher.messages.problems import Problem


def in_halts(problems: Mapping[str, Problem]) -> frozenset[AccountId]:
    """The accounts of standing halts."""
    return frozenset(period.account for one in _halts(problems) for period in one.periods)


def lost_in_halts(
    known: Mapping[AccountId, Sequence[Known]], background: Background, now: datetime
) -> dict[LeasePeriod, int]:
    """Of the releases of standing halts, those of which the window has closed, with their prices.

    `known`: the accounts of standing halts, as they are now. What a person held, what was used since, what is
    leased no more and what was sent all the same, however that ended, is no loss.
    """
    memory = background.memory
    sent = {one.period for one in memory.done} | {one.account.period for one in memory.unresolved}
    return {
        period: one.account.price_cents
        for halt in _halts(memory.problems)
        for period in halt.periods
        if period not in sent
        for one in known.get(period.account, ())[:1]
        if _is_lost(period, one, halt, background, now)
    }


def _halts(problems: Mapping[str, Problem]) -> list[Problem]:
    return [one for one in problems.values() if one.kind is EventKind.BRAKE_HALTED]


def _is_lost(period: LeasePeriod, one: Known, halt: Problem, background: Background, now: datetime) -> bool:
    account, said = one.account, background.overrides
    used = use_in(one.used)
    was_used = used is not None and used.at >= halt.since
    if one.gone_at is not None or was_used or said.held_between(account.id, halt.since, now):
        return False
    if account.period == period and now < period.renews_at:
        closes = last_moment(account, background.orders, now)
        return closes is not None and closes <= now
    return period.renews_at <= now and account.renews_at >= period.renews_at
