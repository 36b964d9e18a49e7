"""What brakes will stop when windows open: every release to come is held against the fleet as it will be."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from watcher.brakes import FleetState, Halt, brake
from watcher.brakes.docket import Docket, Entry, Place, Prospect, lookahead
from watcher.brakes.kinds.paused import planned_halts
from watcher.decide.orders import Orders
from watcher.facts.accounts import LeasePeriod, ProjectId
from watcher.messages.matters import Matter, halt_matter, in_time
from watcher.record.planned_pauses import PlannedPauses


@dataclass(frozen=True, kw_only=True, slots=True)
class ComingHalt:
    """Every release that will be halted when its window opens, as one docket, and by what.

    One command lets all of them go. `halts`: of each brake and project the halt that stops most.
    """

    docket: Docket = Docket()
    docket_id: str = ""
    by_period: Mapping[LeasePeriod, tuple[Entry, tuple[Halt, ...]]] = field(default_factory=dict)
    halts: tuple[Halt, ...] = ()

    def on(self, period: LeasePeriod) -> tuple[Halt, ...]:
        return self.by_period[period][1] if period in self.by_period else ()

    def matter(self, orders: Orders, now: datetime) -> Matter | None:
        """The whole of it; None where nothing will be halted."""
        return self._matter(self.docket.to_come, self.halts, orders, now)

    def matter_of(self, period: LeasePeriod, orders: Orders, now: datetime) -> Matter | None:
        """What of it is about one release."""
        if period not in self.by_period:
            return None
        entry, halts = self.by_period[period]
        return self._matter([entry], halts, orders, now)

    def _matter(
        self, entries: Sequence[Entry], halts: Sequence[Halt], orders: Orders, now: datetime
    ) -> Matter | None:
        if not entries or not halts:
            return None
        return halt_matter(
            halts, entries, self.docket_id, now, poll=orders.poll, names=orders.names, coming=True
        )


def coming_halt(
    prospects: Sequence[Prospect],
    done: Sequence[Entry],
    state: FleetState,
    orders: Orders,
    approved: frozenset[LeasePeriod],
    now: datetime,
) -> ComingHalt:
    """Judge what is to come as it will be then: everything that opens within one hour together."""
    by_hour: dict[datetime, list[Prospect]] = {}
    for one in prospects:
        if one.entry.place is Place.OPENING:
            by_hour.setdefault(one.opens.replace(minute=0, second=0, microsecond=0), []).append(one)
    planned = orders.planned_pauses
    state = replace(state, planned=())  # each release is held against those that are on as it opens
    stopped: list[Entry] = []
    by_period: dict[LeasePeriod, tuple[Entry, tuple[Halt, ...]]] = {}
    largest: dict[tuple[str, ProjectId | None, str], tuple[int, Halt]] = {}
    for hour, opening in sorted(by_hour.items()):
        docket = lookahead(prospects, done, at=hour, now=now)
        halts = brake(docket, state, orders.limits, approved).lasting(until=hour)
        for one in opening:
            on_it = (
                *_joined(halts.on(one.entry.period, one.entry.project), one.entry.project, planned),
                *_planned_throughout(one, orders, now),
            )
            if on_it:
                stopped.append(one.entry)
                by_period[one.entry.period] = one.entry, on_it
                for halt in on_it:
                    said = halt.measured if halt.brake.says_all else ""  # of two pauses both
                    key, size = (halt.brake.word, halt.project, said), len(docket.entries)
                    if key not in largest or largest[key][0] < size:
                        largest[key] = (size, halt)
    if not stopped:
        return ComingHalt()
    docket = Docket(entries=tuple(stopped))
    return ComingHalt(
        docket=docket,
        docket_id=docket.id,
        by_period=by_period,
        halts=tuple(halt for _, halt in largest.values()),
    )


def _planned_throughout(one: Prospect, orders: Orders, now: datetime) -> Iterator[Halt]:
    """The planned pauses that will be on from the opening of a window until it is too late to release."""
    on = orders.planned_pauses.on(max(one.opens, now))
    last = in_time([one.entry.closes], now, orders.poll) if on else None
    for halt in planned_halts(on, now):
        if halt.covers(one.entry.project) and last is not None and (halt.lifts_at or last) >= last:
            yield halt


def _joined(halts: Iterable[Halt], project: ProjectId, planned: PlannedPauses) -> Iterator[Halt]:
    """What ends by itself as a planned pause begins does not end then."""
    for halt in halts:
        if halt.lifts_at is None:
            yield halt
        else:
            yield replace(halt, lifts_at=planned.last_end(project, halt.lifts_at))
