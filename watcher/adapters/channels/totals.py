"""What a digest amounts to, counted once for every channel."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from watcher.messages.events import Event, Severity
from watcher.messages.presenting import renews_in_use


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """Counts of a digest. `cents` is the money at stake, each lease period once.

    Events about no single lease period (a halt, say) add nothing to `cents`: theirs sums up others'.
    `in_use` counts the lease periods of accounts in use that merely renew, `in_use_cents` their price.
    """

    events: int
    severity: Mapping[Severity, int]
    cents: int
    in_use: int
    in_use_cents: int


def totals_of(events: Iterable[Event]) -> Totals:
    listed = list(events)
    counted = Counter(event.severity for event in listed)
    in_use = _prices(event for event in listed if renews_in_use(event))
    return Totals(
        events=len(listed),
        severity={severity: counted[severity] for severity in Severity},
        cents=sum(_prices(listed).values()),
        in_use=len(in_use),
        in_use_cents=sum(in_use.values()),
    )


def _prices(events: Iterable[Event]) -> dict[object, int]:
    return {event.period: event.cents or 0 for event in events if event.period is not None}
