"""Accounts and money, counted by use: the one place that counts, whoever shows it. Money is cents a month."""

from collections.abc import Iterable
from dataclasses import dataclass

from watcher.facts.activity import Unknown, WhyUnknown
from watcher.record.reasons import Reason
from watcher.rules.judge import Usage, Verdict
from watcher.rules.plan import Decision, Leave, avoidable


@dataclass(frozen=True, kw_only=True, slots=True)
class Sum:
    accounts: int = 0
    cents: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """By use as it is today. `unknown` is what was asked about in vain, `not_asked` what is too far from its
    renewal to be asked about; an audit asks about everything. `avoidable`: what of `unused` a release could
    save; `planned`: what of it one is to save at this renewal; `unused_by_window`: in use today, but not when
    their window opens, unless they are used. `releasing`: every release that is planned, whatever the use
    today.
    """

    all: Sum
    in_use: Sum
    unused: Sum
    unknown: Sum
    not_asked: Sum
    avoidable: Sum
    planned: Sum
    unused_by_window: Sum
    releasing: Sum


def figures(decisions: Iterable[Decision]) -> Figures:
    listed = list(decisions)
    by_usage: dict[Usage, list[Decision]] = {usage: [] for usage in Usage}
    for one in listed:
        by_usage[one.judgement.usage].append(one)
    unused, unknown = by_usage[Usage.UNUSED], by_usage[Usage.UNKNOWN]
    releasing = list(filter(is_planned, listed))
    return Figures(
        all=summed(listed),
        in_use=summed(by_usage[Usage.IN_USE]),
        unused=summed(unused),
        unknown=summed(one for one in unknown if not _not_asked(one)),
        not_asked=summed(filter(_not_asked, unknown)),
        avoidable=summed(filter(avoidable, unused)),
        planned=summed(one for one in releasing if one.judgement.usage is Usage.UNUSED),
        unused_by_window=summed(one for one in by_usage[Usage.IN_USE] if one.judgement.unused_by_window),
        releasing=summed(releasing),
    )


def _not_asked(decision: Decision) -> bool:
    activity = decision.judgement.subject.activity
    return isinstance(activity, Unknown) and activity.why is WhyUnknown.NOT_ASKED


def is_planned(decision: Decision) -> bool:
    """In observe mode: what enforce would release. What is too late for this renewal is not planned."""
    course = decision.course
    left = isinstance(course, Leave) and course.why is not Reason.OBSERVING
    return decision.judgement.verdict is Verdict.RELEASE and not left


def summed(decisions: Iterable[Decision]) -> Sum:
    prices = [one.account.price_cents for one in decisions]
    return Sum(accounts=len(prices), cents=sum(prices))
