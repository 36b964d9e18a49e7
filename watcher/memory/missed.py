"""Releases that were to be and can no longer be in their lease period: noticed, and counted once."""

from collections.abc import Iterable

from watcher.facts.accounts import LeasePeriod
from watcher.memory.remembered import ProjectMemory
from watcher.rules.plan import MISSED, Decision, Leave


def newly_missed(decisions: Iterable[Decision], memory: ProjectMemory) -> frozenset[LeasePeriod]:
    """The lease periods whose release is missed and was not counted as that yet.

    Whether it was is remembered; the reason noted last does not say: a brake's stands though the window has
    closed, and a channel's silence is the same before and after. Only for a clock that can say what has
    passed.
    """
    return frozenset(
        decision.account.period
        for decision in decisions
        if isinstance(decision.course, Leave)
        and decision.course.why in MISSED
        and not _was_counted(decision, memory)
    )


def _was_counted(decision: Decision, memory: ProjectMemory) -> bool:
    known = memory.known.get(decision.account.id)
    return (
        known is not None and known.account.period == decision.account.period and known.missed_at is not None
    )
