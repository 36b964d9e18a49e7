"""What brakes stop now, and will: the days ahead are played through, release by release.

A brake that is on as a window opens may be off long before it closes: what was done a day ago counts no more,
another window has closed, a pause has ended. Such a release goes on by itself, and nobody has to decide
anything. Only what brakes stop until it is too late is lost, and that is what people are asked about.
"""

from collections.abc import Iterable, Iterator, Sequence
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
from watcher.memory.writes import DocketKept, KeptHalt
from watcher.messages.coming_halts import approving_all, told_alone
from watcher.messages.matters import Matter, halt_matter
from watcher.texts.commands import WayOut

_MOST_MOMENTS: Final = 200
"""Of more moments than these several are judged together, so that a large fleet stays quick."""


@dataclass(frozen=True, kw_only=True)
class HaltsAhead:
    """Every release that brakes stop now or will stop, the one that is due first at the top.

    What follows from that is asked for each release, so it is found out once.
    """

    releases: tuple[HaltedRelease, ...] = ()

    @cached_property
    def to_decide(self) -> tuple[HaltedRelease, ...]:
        """What is lost unless somebody acts, and what one approval has to name with it.

        A brake halts whole: let go alone, what is lost would still count, and might stop the others until
        they are lost too. So those that the same limits stop are named together.
        """
        lost = [one for one in self.releases if one.is_lost]
        limits = {halt.key for one in lost for halt in one.halts if halt.brake.approvable}
        return tuple(
            one for one in self.releases if one.is_lost or any(halt.key in limits for halt in one.halts)
        )

    @cached_property
    def for_now(self) -> tuple[HaltedRelease, ...]:
        """What is due, halted, and goes on by itself: nobody has to decide anything."""
        deciding = {one.entry.period for one in self.to_decide}
        return tuple(one for one in self.releases if one.is_due and one.entry.period not in deciding)

    @property
    def told(self) -> tuple[HaltedRelease, ...]:
        """What is to be decided; without such, what is halted for now."""
        return self.to_decide or self.for_now

    @cached_property
    def docket(self) -> Docket:
        """What one approval is to name."""
        return Docket(entries=tuple(one.entry for one in self.to_decide))

    @property
    def halts(self) -> tuple[Halt, ...]:
        """What stops, until it is too late, what is lost."""
        return tuple(dict.fromkeys(halt for one in self.releases if one.is_lost for halt in one.halts))

    def kept(self, orders: Orders, now: datetime) -> tuple[DocketKept, ...]:
        """The docket of what is to be decided, so that `approve` can name it; none where nothing is."""
        if not self.to_decide:
            return ()
        return (self.kept_as(self.docket, self.halts, orders, now),)

    def kept_as(self, docket: Docket, halts: Iterable[Halt], orders: Orders, now: datetime) -> DocketKept:
        """A docket and what halts it, with what of it will be lost by which halt."""
        periods = tuple(entry.period for entry in docket.to_come)
        lost = {one.entry.period: one.halts for one in self.releases if one.is_lost}
        loses: dict[tuple[str, ...], list[LeasePeriod]] = {}
        for period in periods:
            for halt in lost.get(period, ()):
                loses.setdefault(halt.key, []).append(period)
        id_ = docket.id
        return DocketKept(
            docket=id_,
            periods=periods,
            at=now,
            halts=tuple(
                KeptHalt.of(halt, id_, orders.names, tuple(loses.get(halt.key, ()))) for halt in halts
            ),
        )

    def matter(
        self,
        orders: Orders,
        now: datetime,
        *,
        since: datetime | None = None,
        decided: str = "",
        problem: str | None = None,
    ) -> Matter | None:
        """All that is to be decided, as one matter; or else what is halted for now; None: nothing is."""
        told = self.told
        if not told:
            return None
        return halt_matter(
            told,
            self._docket_id,
            now,
            poll=orders.poll,
            names=orders.names,
            since=since,
            decided=decided,
            problem=problem,
        )

    def matter_of(self, period: LeasePeriod, orders: Orders, now: datetime) -> Matter | None:
        """What of it is about one release; None where it goes its way: as its window opens, or in it."""
        own = self._by_period.get(period)
        if own is None:
            return None
        alone = halt_matter([own], self._docket_id, now, poll=orders.poll, names=orders.names)
        return told_alone(alone, self._approving)

    @cached_property
    def _by_period(self) -> dict[LeasePeriod, HaltedRelease]:
        return {one.entry.period: one for one in (*self.to_decide, *self.for_now)}

    @cached_property
    def _docket_id(self) -> str:
        return self.docket.id

    @cached_property
    def _approving(self) -> tuple[WayOut, ...]:
        return approving_all(self.docket.to_come, self._docket_id)


def halts_ahead(
    to_come: Iterable[Entry],
    counted: Iterable[Entry],
    state: FleetState,
    orders: Orders,
    approved: frozenset[LeasePeriod],
    now: datetime,
    *,
    brakes: Sequence[Brake] = BRAKES,
) -> HaltsAhead:
    """Play the time ahead through: whatever no brake stops is done as its window opens, or as they let go.

    `counted`: releases that are done, or of unknown end; they are to come no more. One whose window is not
    known may be done until it renews. What will be known of the fleet by then is taken to
    be what is known of it now. What is halted goes on in time where a turn follows before its window closes.
    """
    behind = tuple(counted)
    sent = {entry.period for entry in behind}
    ending = (entry if entry.closes else replace(entry, closes=entry.period.renews_at) for entry in to_come)
    course = _Course(
        waiting={
            entry.period: entry
            for entry in ending
            if entry.period not in sent and entry.closes is not None and entry.closes > now
        },
        counted=behind,
        state=state,
        projects=dict(state.projects),
        orders=orders,
        approved=approved,
        now=now,
        brakes=brakes,
    )
    return HaltsAhead(releases=course.played())


@dataclass(kw_only=True, slots=True)
class _Course:
    """The time ahead, under way."""

    waiting: dict[LeasePeriod, Entry]
    counted: tuple[Entry, ...]
    state: FleetState
    projects: dict[ProjectId, ProjectState]
    """Those of `state`, less what was done on the way."""
    orders: Orders
    approved: frozenset[LeasePeriod]
    now: datetime
    brakes: Sequence[Brake]
    of_the_fleet: tuple[Halt, ...] = ()
    """The halts of now that no release changes."""
    sent: dict[LeasePeriod, Entry] = field(default_factory=dict)
    stopped: dict[LeasePeriod, tuple[Halt, ...]] = field(default_factory=dict)
    """Which halts keep a release from being done, of those still to come."""
    goes_on: dict[LeasePeriod, datetime] = field(default_factory=dict)
    told: dict[tuple[str, ...], tuple[int, Halt]] = field(default_factory=dict)
    """In whose words each halt is told: those of now, or else of the moment that counts most releases."""

    def played(self) -> tuple[HaltedRelease, ...]:
        entries = dict(self.waiting)
        for at in self._moments():
            self._judge(at)
        found = (self._told_of(entries[period], halts) for period, halts in self.stopped.items())
        worth_telling = (one for one in found if one.is_lost or one.is_due or self._is_late(one))
        return tuple(sorted(worth_telling, key=lambda one: (one.entry.period.renews_at, one.entry.handle)))

    def _is_late(self, one: HaltedRelease) -> bool:
        """Whether it is done later than its window's first turn would have done it."""
        opens = max(one.entry.opens or self.now, self.now)
        return one.goes_on is not None and one.goes_on - opens > self.orders.poll

    def _told_of(self, entry: Entry, halts: Sequence[Halt]) -> HaltedRelease:
        goes_on = self.goes_on.get(entry.period)
        words = (self.told[halt.key][1] for halt in halts)
        return HaltedRelease(
            entry=entry,
            halts=tuple(words if goes_on is None else (replace(one, lifts_at=goes_on) for one in words)),
            goes_on=goes_on,
        )

    def _moments(self) -> Iterator[datetime]:
        """When anything changes that may stop a release, or let it go; judging one may add others."""
        if not self.waiting:
            return
        ahead = [
            *(entry.opens for entry in self.waiting.values() if entry.opens is not None),
            *(entry.closes for entry in self.waiting.values() if entry.closes is not None),
            *(entry.done_at + HORIZON for entry in self.counted if entry.done_at is not None),
        ]
        ahead = list({at for at in ahead if at > self.now})
        together = timedelta()
        if len(ahead) > _MOST_MOMENTS:
            together = (max(ahead) - self.now) / _MOST_MOMENTS
        yield self.now
        done = self.now
        ahead += self._lifts(self.now)
        heapify(ahead)
        while self.waiting and ahead:
            first = at = heappop(ahead)
            while ahead and ahead[0] - first < together:
                at = heappop(ahead)
            if at > done:
                yield at
                done = at
            for lifts_at in self._lifts(at):
                heappush(ahead, lifts_at)

    def _lifts(self, at: datetime) -> set[datetime]:
        """When what was found just now lets go by time alone, or something done then counts no more."""
        lifts = {
            halt.lifts_at
            for period in self.waiting
            for halt in self.stopped.get(period, ())
            if halt.lifts_at is not None and halt.lifts_at > at
        }
        return lifts | {one.done_at + HORIZON for one in self.sent.values() if one.done_at == at}

    def _judge(self, at: datetime) -> None:
        due = [entry for entry in self.waiting.values() if (entry.opens or self.now) <= at]
        docket = self._docket(at)
        halts = self._halts(docket, at)
        by_project = _by_project(halts)
        for entry in due:
            period = entry.period
            covering = sorted((*by_project.get(None, ()), *by_project.get(entry.project, ())))
            on_it = tuple(
                halts.halts[number] for number in covering if halts.stops(halts.halts[number], period)
            )
            was_stopped = period in self.stopped
            if on_it:
                self._stop(entry, on_it, docket, at)
            elif not was_stopped or (self._is_in_time(entry, at) and self._is_known(period, at)):
                if was_stopped:
                    self.goes_on[period] = at
                self._send(entry, at)
        self.waiting = {
            period: entry
            for period, entry in self.waiting.items()
            if entry.closes is None or entry.closes > at
        }

    def _halts(self, docket: Docket, at: datetime) -> Halts:
        """Only what counts releases, and pauses, can be others by then: what is known of the fleet stays."""
        state, limits = self._state(at), self.orders.limits
        if at == self.now:
            halts = brake(docket, state, limits, self.approved, self.brakes)
            self.of_the_fleet = tuple(halt for halt in halts.halts if halt.brake not in _CHANGING)
            return halts
        anew = brake(docket, state, limits, self.approved, [one for one in self.brakes if one in _CHANGING])
        order = {each: number for number, each in enumerate(self.brakes)}
        together = sorted((*anew.halts, *self.of_the_fleet), key=lambda halt: order[halt.brake])
        return replace(anew, halts=tuple(together)).lasting(until=at)

    def _is_in_time(self, entry: Entry, at: datetime) -> bool:
        """Whether a turn follows before the window closes."""
        return entry.closes is None or at + self.orders.poll < entry.closes

    def _is_known(self, period: LeasePeriod, at: datetime) -> bool:
        """Whether it is known by now which releases will count then.

        What opens later than a day and a notice from now is not announced yet, and a docket looks a day
        ahead: on a busy fleet what seemed to make room was taken up again, and nothing went on.
        """
        by_count = any(halt.brake.approvable for halt in self.stopped.get(period, ()))
        return not by_count or at - self.now <= self.orders.shortest_notice

    def _stop(self, entry: Entry, halts: Sequence[Halt], docket: Docket, at: datetime) -> None:
        self.stopped[entry.period] = tuple(halts)
        for halt in halts:
            size = _AS_OF_NOW if at == self.now else len(docket.entries)
            if halt.key not in self.told or self.told[halt.key][0] < size:
                self.told[halt.key] = size, halt if at == self.now else self._foreseen(halt, at)

    def _foreseen(self, halt: Halt, at: datetime) -> Halt:
        """What a docket to come amounts to is told with its time: there are others, with other figures."""
        if not halt.brake.approvable:
            return halt
        return replace(halt, foreseen=at)

    def _docket(self, at: datetime) -> Docket:
        """As it will be then; a window that has closed by then counts no more."""
        far = at - self.now
        before = (one for one in self.counted if _counts(one, at, far))
        sent = (one for one in self.sent.values() if _counts(one, at, far))
        ahead = (
            entry
            for entry in self.waiting.values()
            if (entry.opens or self.now) - at <= HORIZON
            and (entry.closes is None or entry.closes > at or entry.period not in self.stopped)
        )
        return Docket(entries=tuple(chain(before, sent, ahead)))

    def _state(self, at: datetime) -> FleetState:
        """What was done meanwhile is leased no more; of planned pauses those that are on then."""
        return replace(self.state, projects=self.projects, planned=self.orders.planned_pauses.on(at))

    def _send(self, entry: Entry, at: datetime) -> None:
        self.sent[entry.period] = replace(entry, place=Place.DONE, done_at=at)
        del self.waiting[entry.period]
        known = self.projects.get(entry.project)
        if known is not None:
            self.projects[entry.project] = replace(known, assigned=max(known.assigned - 1, 0))


def _by_project(halts: Halts) -> dict[ProjectId | None, list[int]]:
    """Which halts, by number, cover what: of thousands of releases thousands may each be of one project."""
    found: dict[ProjectId | None, list[int]] = {}
    for number, halt in enumerate(halts.halts):
        found.setdefault(halt.project, []).append(number)
    return found


_CHANGING: Final = frozenset({PAUSED, *(each for each in BRAKES if each.approvable)})
"""The brakes that may be on, or off, at another time by what is known now."""

_AS_OF_NOW: Final = 10**9
"""No later docket is larger: what stops a release now is told as it is now."""


def _counts(entry: Entry, at: datetime, far: timedelta) -> bool:
    """Whether a release that is done, or perhaps, still counts then."""
    if entry.place is not Place.DONE:
        return True
    return far < HORIZON if entry.done_at is None else at - entry.done_at < HORIZON
