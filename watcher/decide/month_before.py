"""Whether a turn is the first of its month, so that it is to sum up the one before."""

from datetime import UTC, datetime, timedelta

from watcher.decide.background import Background
from watcher.decide.fleet import FleetFacts
from watcher.decide.gathered import Gathered
from watcher.memory.remembered import TurnKind
from watcher.memory.savings import Books
from watcher.texts.times import in_zone


def month_due(gathered: Gathered, facts: FleetFacts, background: Background) -> Books | None:
    """The month before, by the configured zone: due in the first full turn in it that reads something by a
    clock that is proved, so that what renewed last is noted.

    None where the ledger remembers no turn from before this month, or was put back since that one began: sums
    of what was lost would be false. After an absence of several months the last of them is summed up.
    """
    memory, now = background.memory, background.now
    whole = background.turn.kind is TurnKind.FULL and gathered.totals.projects > 0
    if not whole or facts.trouble is not None or facts.stopped or not background.clock.sure:
        return None
    until = _month_of(now, background)
    since = _month_of(until - timedelta(microseconds=1), background)
    last, restored = memory.last_proved, memory.overrides.restored_at()
    if last is None or last.started_at >= until or (restored is not None and restored >= since):
        return None
    return Books(since=since, until=until, owners={}, zone=background.orders.zone, now=now)


def _month_of(moment: datetime, background: Background) -> datetime:
    """When the month began there in which the moment lies."""
    there = in_zone(moment, background.orders.zone)
    return there.replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0).astimezone(UTC)
