"""Accounts and money, counted by use: the one place that counts, whoever shows it. Money is cents a month."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import assert_never

from watcher.facts.activity import Unknown, WhyUnknown
from watcher.record.reasons import Reason
from watcher.rules.judge import Usage
from watcher.rules.plan import Decision, Leave, avoidable


@dataclass(frozen=True, kw_only=True, slots=True)
class Sum:
    """So many accounts, and what they cost a month: leases, where an `Amount` is of renewals."""

    accounts: int = 0
    cents: int = 0

    def __add__(self, other: "Sum") -> "Sum":
        return Sum(accounts=self.accounts + other.accounts, cents=self.cents + other.cents)

    def plus(self, cents: int) -> "Sum":
        """With one account more, at this price."""
        return Sum(accounts=self.accounts + 1, cents=self.cents + cents)


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

    @property
    def kept_unused(self) -> Sum:
        """What is unused today and will renew all the same: nothing of it is in `releasing`."""
        return Sum(
            accounts=self.unused.accounts - self.planned.accounts,
            cents=self.unused.cents - self.planned.cents,
        )


class Counting:
    """Figures in the making: each decision is counted and let go."""

    def __init__(self) -> None:
        self._accounts, self._cents = Counter[str](), Counter[str]()

    def add(self, one: Decision) -> None:
        for name in _counted_as(one):
            self._accounts[name] += 1
            self._cents[name] += one.account.price_cents

    @property
    def figures(self) -> Figures:
        names = (each.name for each in fields(Figures))
        return Figures(
            **{name: Sum(accounts=self._accounts[name], cents=self._cents[name]) for name in names}
        )


def figures(decisions: Iterable[Decision]) -> Figures:
    """They are looked at one by one, once: however many there are, nothing of them is kept."""
    found = Counting()
    for one in decisions:
        found.add(one)
    return found.figures


def _counted_as(one: Decision) -> Iterator[str]:
    """The fields of `Figures` in which it counts."""
    judgement, releasing = one.judgement, is_planned(one)
    yield "all"
    match judgement.usage:
        case Usage.IN_USE:
            yield "in_use"
        case Usage.UNUSED:
            yield "unused"
            if avoidable(one):
                yield "avoidable"
            if releasing:
                yield "planned"
        case Usage.UNKNOWN:
            yield "not_asked" if _not_asked(one) else "unknown"
        case _:
            assert_never(judgement.usage)
    if judgement.unused_by_window:
        yield "unused_by_window"
    if releasing:
        yield "releasing"


def _not_asked(decision: Decision) -> bool:
    activity = decision.judgement.subject.activity
    return isinstance(activity, Unknown) and activity.why is WhyUnknown.NOT_ASKED


def is_planned(decision: Decision) -> bool:
    """Its release is ahead; in observe mode, also what enforce would release now. What is too late for this
    renewal is not planned.
    """
    course = decision.course
    return decision.release_ahead or (isinstance(course, Leave) and course.why is Reason.OBSERVING)


def summed(decisions: Iterable[Decision]) -> Sum:
    found = Sum()
    for one in decisions:
        found = found.plus(one.account.price_cents)
    return found
