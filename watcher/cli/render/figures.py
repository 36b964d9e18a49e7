"""Accounts and money, summed over the decisions shown; money is cents a month."""

from collections.abc import Iterable
from dataclasses import dataclass

from watcher.rules.judge import Usage, Verdict
from watcher.rules.plan import Decision


@dataclass(frozen=True, kw_only=True, slots=True)
class Sum:
    accounts: int = 0
    cents: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """`unused` is the money that could be avoided; `releasing` the part that releases are to avoid."""

    all: Sum
    in_use: Sum
    unused: Sum
    unknown: Sum
    releasing: Sum

    def of(self, usage: Usage) -> Sum:
        return {Usage.IN_USE: self.in_use, Usage.UNUSED: self.unused, Usage.UNKNOWN: self.unknown}[usage]


def figures(decisions: Iterable[Decision]) -> Figures:
    listed = list(decisions)
    by_usage = {usage: _sum(one for one in listed if one.judgement.usage is usage) for usage in Usage}
    return Figures(
        all=_sum(listed),
        in_use=by_usage[Usage.IN_USE],
        unused=by_usage[Usage.UNUSED],
        unknown=by_usage[Usage.UNKNOWN],
        releasing=_sum(one for one in listed if one.judgement.verdict is Verdict.RELEASE),
    )


def _sum(decisions: Iterable[Decision]) -> Sum:
    prices = [one.account.price_cents for one in decisions]
    return Sum(accounts=len(prices), cents=sum(prices))
