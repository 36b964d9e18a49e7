"""When a warning is due: so long before the renewal, or before quiet hours that would keep it until that."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from watcher.texts.hours import Hours, hours_began, hours_end, longest_hours

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class QuietHours:
    """When a receiver of warnings wants to hear of none. `poll`: the longest time between two turns."""

    hours: tuple[Hours, ...]
    zone: tzinfo
    poll: timedelta

    @property
    def longest(self) -> timedelta:
        """By how much earlier than its rung a warning may be due because of them, at most."""
        return longest_hours(self.hours) + self.poll


def warned_from(rung: timedelta, renews_at: datetime, quiet: Iterable[QuietHours] = ()) -> datetime:
    """From when on the warning of a rung is due, so that each receiver can hear it before the renewal.

    Quiet hours put it off until they end. Where they end no sooner than the renewal, and a turn may come
    within them first, nobody would hear of it: it is due a poll before they begin (ADR 86).

    warned_from(D, sunday_noon, [weekend])  # Friday, a poll before midnight
    """
    due = renews_at - rung
    return min((_heard_of(due, renews_at, one) for one in quiet), default=due)


def _heard_of(due: datetime, renews_at: datetime, quiet: QuietHours) -> datetime:
    latest = min(due + quiet.poll, renews_at - _MINUTE)
    ends = hours_end(quiet.hours, latest, quiet.zone)
    if ends is None or ends < renews_at:
        return due
    began = hours_began(quiet.hours, latest, quiet.zone)
    return due if began is None else min(due, began - quiet.poll)


def reach_of_warnings(rungs: Iterable[timedelta], quiet: Iterable[QuietHours]) -> timedelta:
    """How long before a renewal the first of its warnings may be due."""
    earlier = max((one.longest for one in quiet), default=timedelta())
    return max((rung + earlier if rung < earlier else rung for rung in rungs), default=timedelta())
