"""The days ahead, played through: which releases brakes stop by then, and which of them until it is too late.

Nobody knows when turns will come, only that one begins within every `poll`. So a release is counted on to go
only where nothing stops it for so long, from the opening of its window or from when a brake lets it go, and
its window is still open then. Where a brake may come sooner than a turn, a turn may have sent it or not: it
is told as one that may be lost, and counts as one that may be done.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from heapq import heapify, heappop, heappush
from itertools import chain
from typing import Final

from watcher.brakes import BRAKES, Brake, FleetState, Halt, HaltedRelease, Halts, ProjectState, brake
from watcher.brakes.docket import HORIZON, Docket, Entry, Place
from watcher.brakes.kinds.paused import PAUSED
from watcher.decide.orders import Orders
from watcher.facts.accounts import LeasePeriod, ProjectId
from watcher.record.planned_pauses import PlannedPauses

_MOST_LOOKED_AT: Final = 1_000_000
"""So many entries of dockets are looked at about: of a large fleet, neighbouring moments as one stretch."""
_FEWEST_STRETCHES: Final = 100


@dataclass(kw_only=True, slots=True)
class _Course:
    """A release that waits, on its way through the days ahead.

    `joins`: when it begins to count; `opens`: when it may be done, its notice being of age, too.
    `free_since`: since when no brake stops it while its window is open, and whether that is `counted_on`.
    `stopped_by`: what did last; `stopped_from`: since when first. `let_go_at`: from when on a turn was sure
    to send it. `perhaps_sent`: until when one may have, none being sure; `sooner`: before any stop.
    """

    entry: Entry
    joins: datetime
    opens: datetime
    closes: datetime
    free_since: datetime | None = None
    counted_on: bool = True
    stopped_by: tuple[Halt, ...] = ()
    stopped_from: datetime | None = None
    let_go_at: datetime | None = None
    perhaps_sent: datetime | None = None
    sooner: bool = False


@dataclass(kw_only=True, slots=True)
class _Moments:
    """When anything changes that may stop a release, or let it go: what counts, and brakes by themselves."""

    of_dockets: list[datetime]
    of_brakes: list[datetime] = field(default_factory=list)
    stretch: timedelta = timedelta()

    @classmethod
    def after(cls, now: datetime, moments: Iterable[datetime], *, most: int) -> "_Moments":
        """Of more than `most`, neighbours are one stretch; those of brakes by themselves are never joined."""
        ahead = [at for at in moments if at > now]
        heapify(ahead)
        stretch = (max(ahead) - now) / most if len(ahead) > most else timedelta()
        return cls(of_dockets=ahead, stretch=stretch)

    def next(self, at: datetime) -> datetime | None:
        """When the next stretch begins; None: nothing changes any more."""
        while heads := self.of_dockets[:1] + self.of_brakes[:1]:
            begins = min(heads)
            for moments, until in ((self.of_dockets, begins + self.stretch), (self.of_brakes, begins)):
                while moments and moments[0] <= until:
                    heappop(moments)
            if begins > at:
                return begins
        return None


@dataclass(kw_only=True)
class DaysAhead:
    """`counted`: releases that are done, or of unknown end. `in_turn`: what nothing stops now is done now.

    What will be known of the fleet by then is taken to be what is known of it now.

    Of a large fleet neighbouring moments are judged as one stretch, by all that counts at any time in it.
    That errs on the side of stopping: a loss may be told that does not come, and never the other way round.
    Pauses, and what else ends by time, are held against the very moment, however large the fleet is.
    """

    to_come: Iterable[Entry]
    counted: tuple[Entry, ...]
    state: FleetState
    orders: Orders
    approved: frozenset[LeasePeriod]
    now: datetime
    brakes: Sequence[Brake] = BRAKES
    in_turn: bool = True
    _waiting: list[_Course] = field(default_factory=list)
    _sent: list[Entry] = field(default_factory=list)
    _perhaps_sent: list[Entry] = field(default_factory=list)
    """What went on the way, each as of the last moment at which it did, or may have."""
    _projects: dict[ProjectId, ProjectState] = field(default_factory=dict)
    """Those of `state`, less what went on the way."""
    _halts_of_now: tuple[Halt, ...] = ()
    """Those that no release changes."""
    _told: dict[tuple[str, ...], tuple[int, Halt]] = field(default_factory=dict)
    """In whose words each halt is told: those of now, or else of the moment that counts most releases."""
    _moments: _Moments = field(default_factory=lambda: _Moments(of_dockets=[]))

    def halted(self) -> tuple[HaltedRelease, ...]:
        """Those worth telling: lost, due now, or done later than the first turn of their window would."""
        courses = self._begun()
        at: datetime | None = self.now if courses and self._may_stop_some() else None
        while at is not None:
            self._move_on(at)
            self._judge(at)
            at = self._moments.next(at) if self._waiting else None
        self._move_on(None)
        found = (self._told_of(one) for one in courses if one.stopped_by and self._is_worth_telling(one))
        return tuple(sorted(found, key=lambda one: (one.entry.period.renews_at, one.entry.handle)))

    @cached_property
    def _planned(self) -> PlannedPauses:
        """All pauses that are known beforehand, whoever said so."""
        return self.orders.planned_pauses.with_more(self.state.to_come)

    def _may_stop_some(self) -> bool:
        """Whether anything may be on at all: else nothing needs to be played, as on most days of most fleets.

        Of what counts at one time there is never more than all of it, and no share of it is larger: what is
        done and counts no more is assigned no more either. So limits that pass all of it at once pass every
        day. Nothing else that is not on now comes by itself but a pause.
        """
        if self._planned.pauses:
            return True
        everything = Docket(entries=(*self.counted, *(one.entry for one in self._waiting)))
        return bool(brake(everything, self.state, self.orders.limits, self.approved, self.brakes).halts)

    def _begun(self) -> list[_Course]:
        """One whose window is not known may be done until it renews."""
        gone = {entry.period for entry in self.counted}
        courses = {
            entry.period: _Course(
                entry=entry,
                joins=(entry.opens or self.now) - HORIZON,
                opens=entry.ripe_at or entry.opens or self.now,
                closes=entry.closes or entry.period.renews_at,
            )
            for entry in self.to_come
            if entry.period not in gone and (entry.closes or entry.period.renews_at) > self.now
        }
        self._waiting = list(courses.values())
        self._projects = dict(self.state.projects)
        moments = {
            *(one.joins for one in self._waiting),
            *(one.opens for one in self._waiting),
            *(one.closes for one in self._waiting),
            *((one.done_at or self.now) + HORIZON for one in self.counted),
        }
        most = max(_MOST_LOOKED_AT // max(len(courses), 1), _FEWEST_STRETCHES)
        self._moments = _Moments.after(self.now, moments, most=most)
        return self._waiting

    def _move_on(self, at: datetime | None) -> None:
        """What has gone by then, as a turn was sure to come, and whose windows have closed. None: the end."""
        staying = []
        for one in self._waiting:
            free = one.free_since if one.counted_on else None
            goes = None if free is None else free + self.orders.poll
            if goes is not None and goes < one.closes and (at is None or goes < at):
                one.let_go_at = free
                self._send(one, goes)
            elif at is None or one.closes <= at:
                # Into what was left of its window, or before what stopped it, a turn may have come or not.
                perhaps = one.closes if one.free_since is not None else one.perhaps_sent
                if perhaps is not None:
                    self._send(one, perhaps, sure=False)
            else:
                staying.append(one)
        self._waiting = staying

    def _send(self, one: _Course, at: datetime, *, sure: bool = True) -> None:
        sent = self._sent if sure else self._perhaps_sent
        sent.append(replace(one.entry, place=Place.DONE, done_at=at))
        known = self._projects.get(one.entry.project)
        if known is not None:
            self._projects[one.entry.project] = replace(known, assigned=max(known.assigned - 1, 0))
        if at + HORIZON > self.now:
            heappush(self._moments.of_dockets, at + HORIZON)

    def _judge(self, at: datetime) -> None:
        """What the stretch that begins then stops, and what it lets go."""
        until = at if at == self.now else at + self._moments.stretch
        due = [one for one in self._waiting if one.opens <= until]
        if not due and at > self.now:
            return
        docket = self._docket(at, until)
        halts = self._halts(docket, at)
        exact = at == until or not halts.halts
        throughout = halts if exact else self._halts_throughout(at, until)
        size = _AS_OF_NOW if at == self.now else len(docket.entries)
        stopping: dict[tuple[ProjectId, bool], tuple[Halt, ...]] = {}
        for one in due:
            alike = one.entry.project, one.entry.period in self.approved
            if alike not in stopping:
                stopping[alike] = halts.on(one.entry.period, one.entry.project)
                self._note(stopping[alike], size, at)
            if stopping[alike]:
                self._stop(one, stopping[alike], at)
                if not exact and not throughout.on(one.entry.period, one.entry.project):
                    one.perhaps_sent = until  # it is stopped for a part of the stretch only
            else:
                self._let_go(one, at)
        if at == self.now and self.in_turn:
            going = [one for one in due if one.free_since is not None]
            for one in going:
                self._send(one, at)
            self._waiting = [one for one in self._waiting if one.free_since is None]

    def _stop(self, one: _Course, halts: tuple[Halt, ...], at: datetime) -> None:
        if one.free_since is not None and one.free_since < at:
            one.perhaps_sent, one.sooner = at, one.sooner or one.stopped_from is None
        one.free_since, one.stopped_by = None, halts
        one.stopped_from = one.stopped_from or at

    def _let_go(self, one: _Course, at: datetime) -> None:
        if one.free_since is not None:
            return
        one.free_since = since = max(at, one.opens)
        one.counted_on = self._is_known(one, since)
        heappush(self._moments.of_dockets, since + self.orders.poll + HORIZON)
        pause = self._planned.next_begin(one.entry.project, at)
        if pause is not None and pause <= since + self.orders.poll:
            heappush(self._moments.of_brakes, pause)

    def _is_known(self, one: _Course, at: datetime) -> bool:
        """Whether it is known by now which releases will count then, where a limit stopped it before.

        What opens later than a day and a notice from now is not announced yet, and a docket looks a day
        ahead: on a busy fleet what seemed to make room was taken up again, and nothing went on.
        """
        by_count = any(halt.brake.approvable for halt in one.stopped_by)
        return not by_count or at - self.now <= self.orders.shortest_notice

    def _note(self, halts: Iterable[Halt], size: int, at: datetime) -> None:
        """How halts are told that stop something, and when they end by themselves."""
        for halt in halts:
            if halt.key not in self._told or self._told[halt.key][0] < size:
                # There are others by then, with other figures: such a halt is told with its time.
                by_then = at > self.now and halt.brake.approvable
                self._told[halt.key] = size, replace(halt, foreseen=at) if by_then else halt
            if halt.lifts_at is not None and halt.lifts_at > at:
                heappush(self._moments.of_brakes, halt.lifts_at)

    def _halts(
        self, docket: Docket, at: datetime, projects: Mapping[ProjectId, ProjectState] | None = None
    ) -> Halts:
        """Only what counts releases, and pauses, can be others by then: what is known of the fleet stays."""
        limits = self.orders.limits
        state = replace(self.state, projects=projects or self._projects, planned=self._planned.on(at))
        if at == self.now:
            halts = brake(docket, state, limits, self.approved, self.brakes)
            self._halts_of_now = tuple(halt for halt in halts.halts if halt.brake not in _CHANGING)
            return halts
        anew = brake(docket, state, limits, self.approved, [one for one in self.brakes if one in _CHANGING])
        order = {each: number for number, each in enumerate(self.brakes)}
        together = sorted((*anew.halts, *self._halts_of_now), key=lambda halt: order[halt.brake])
        return replace(anew, halts=tuple(together)).lasting(until=at)

    def _docket(self, at: datetime, until: datetime) -> Docket:
        """All that counts at any time of a stretch."""
        behind = chain(self.counted, self._sent, self._perhaps_sent)
        ahead = (one.entry for one in self._waiting if one.joins <= until)
        return Docket(entries=(*(one for one in behind if self._counts(one, at)), *ahead))

    def _halts_throughout(self, at: datetime, until: datetime) -> Halts:
        """Those that are on all through a stretch: by what surely counts from its beginning to its end."""
        behind = (one for one in chain(self.counted, self._sent) if self._counts(one, until))
        ahead = (one.entry for one in self._waiting if one.joins <= at and one.closes > until)
        return self._halts(Docket(entries=(*behind, *ahead)), at, projects=self.state.projects)

    def _counts(self, entry: Entry, at: datetime) -> bool:
        """Whether a release that is done, or perhaps, still counts then; of unknown date, as if done now."""
        return entry.place is not Place.DONE or at - (entry.done_at or self.now) < HORIZON

    def _is_worth_telling(self, one: _Course) -> bool:
        if one.let_go_at is None or (one.entry.place is Place.DUE and one.stopped_from == self.now):
            return True
        return one.let_go_at - max(one.opens, self.now) > self.orders.poll

    def _told_of(self, one: _Course) -> HaltedRelease:
        let_go_at, only_later = one.let_go_at, one.stopped_from != self.now
        words = tuple(self._told[halt.key][1] for halt in one.stopped_by)
        if let_go_at is None:
            return HaltedRelease(entry=one.entry, halts=words, perhaps_sent=one.sooner, only_later=only_later)
        return HaltedRelease(
            entry=one.entry,
            halts=tuple(replace(halt, lifts_at=let_go_at) for halt in words),
            goes_on=let_go_at + self.orders.poll,
            only_later=only_later,
        )


_CHANGING: Final = frozenset({PAUSED, *(each for each in BRAKES if each.approvable)})
"""The brakes that may be on, or off, at another time by what is known now."""

_AS_OF_NOW: Final = 10**9
"""No later docket is larger: what stops a release now is told as it is now."""
