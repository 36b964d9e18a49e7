"""Accounts and money, summed over the decisions shown; money is cents a month."""

from collections.abc import Iterable
from dataclasses import dataclass

from watcher.record.reasons import Reason
from watcher.rules.judge import Usage, Verdict
from watcher.rules.plan import Decision, Leave, avoidable


@dataclass(frozen=True, kw_only=True, slots=True)
class Sum:
    accounts: int = 0
    cents: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """By use as it is today. `avoidable`: what of `unused` a release could save; `planned`: what of it one is
    to save at this renewal; `unused_by_window`: in use today, but not when their window opens, unless they
    are used. `releasing`: every release that is planned, whatever the use today.
    """

    all: Sum
    in_use: Sum
    unused: Sum
    unknown: Sum
    avoidable: Sum
    planned: Sum
    unused_by_window: Sum
    releasing: Sum

    def of(self, usage: Usage) -> Sum:
        return {Usage.IN_USE: self.in_use, Usage.UNUSED: self.unused, Usage.UNKNOWN: self.unknown}[usage]


def figures(decisions: Iterable[Decision]) -> Figures:
    listed = list(decisions)
    unused = [one for one in listed if one.judgement.usage is Usage.UNUSED]
    by_usage = {usage: summed(one for one in listed if one.judgement.usage is usage) for usage in Usage}
    return Figures(
        all=summed(listed),
        in_use=by_usage[Usage.IN_USE],
        unused=by_usage[Usage.UNUSED],
        unknown=by_usage[Usage.UNKNOWN],
        avoidable=summed(filter(avoidable, unused)),
        planned=summed(filter(_planned, unused)),
        unused_by_window=summed(one for one in listed if one.judgement.unused_by_window),
        releasing=summed(filter(_planned, listed)),
    )


def _planned(decision: Decision) -> bool:
    """In observe mode: what enforce would release. What is too late for this renewal is not planned."""
    course = decision.course
    left = isinstance(course, Leave) and course.why is not Reason.OBSERVING
    return decision.judgement.verdict is Verdict.RELEASE and not left


def summed(decisions: Iterable[Decision]) -> Sum:
    prices = [one.account.price_cents for one in decisions]
    return Sum(accounts=len(prices), cents=sum(prices))
