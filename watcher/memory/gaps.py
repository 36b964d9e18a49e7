"""Whether the turns followed each other without a gap (design §4.9), where not every clock was proved."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from watcher.memory.remembered import CLOCK_OFF, TurnRecord

_SLACK = timedelta(minutes=2)
"""Two clocks of which each may be off by the usual minute: so much a claim of a wrong one may be beyond."""


def longest_gap(poll: timedelta) -> timedelta:
    """How long nothing may have been looked at for a notice to count all the same."""
    return max(timedelta(hours=24), 3 * poll)


def has_gap(last: TurnRecord, doubtful: Iterable[TurnRecord], now: datetime, longest: timedelta) -> bool:
    """Whether more than `longest` went by without a turn since `last`: its clock was proved, and ours is now.

    `doubtful`: the turns since then whose clocks were not. They count where they say they were, so that a
    missing `Date` alone makes no gap; but one that they came upon is there for the turn that can judge it.
    Of a clock that was off every moment that it may have been is held against them.
    """
    if abs(now - last.started_at) <= longest:
        return False
    reached = last.started_at
    for turn in sorted(doubtful, key=lambda one: one.started_at):
        off = timedelta(seconds=turn.summary.get(CLOCK_OFF, 0))
        slack = _SLACK if off else timedelta()
        claims = {turn.started_at, turn.started_at - off, turn.started_at + off}
        possible = [at for at in claims if last.started_at - slack <= at <= now + slack]
        if not possible:
            continue
        if max(possible) - reached > longest + slack:
            return True
        reached = max(reached, min(possible))
    return now - reached > longest
