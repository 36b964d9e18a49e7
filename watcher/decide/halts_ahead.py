"""What brakes stop now, and will, and what of that somebody has to decide.

A brake that is on as a window opens may be off long before it closes: what was done a day ago counts no more,
another window has closed, a pause has ended. Such a release goes on by itself, and nobody has to decide
anything. Only what brakes stop until it is too late is lost, and that is what people are asked about.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, cached_property

from watcher.brakes import BRAKES, Brake, FleetState, Halt, HaltedRelease
from watcher.brakes.docket import Docket, Entry
from watcher.brakes.kept_halts import KeptHalt
from watcher.brakes.kinds.paused import PAUSED
from watcher.decide.days_ahead import DaysAhead
from watcher.decide.orders import Orders
from watcher.facts.accounts import LeasePeriod
from watcher.memory.writes import DocketKept
from watcher.messages.coming_halts import approving_all, told_alone
from watcher.messages.halt_matters import halt_matter, stopped_in_words
from watcher.messages.halts_by_now import HaltsByNow
from watcher.messages.matters import Matter, in_time


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
        stops = {one.entry.period: one.halts for one in self.releases if one.is_lost}
        perhaps = {one.entry.period for one in self.releases if one.perhaps_sent}
        loses: dict[tuple[str, ...], list[LeasePeriod]] = {}
        for period in periods:
            for halt in stops.get(period, ()):
                loses.setdefault(halt.key, []).append(period)
        id_ = docket.id
        those = [(halt, tuple(loses.get(halt.key, ()))) for halt in halts]
        return DocketKept(
            docket=id_,
            periods=periods,
            at=now,
            halts=tuple(
                KeptHalt.of(halt, id_, orders.names, lost, tuple(one for one in lost if one in perhaps))
                for halt, lost in those
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
            stopped_in_words(told, self._docket_id, orders.names),
            self._docket_id,
            now,
            poll=orders.poll,
            since=since,
            decided=decided,
            problem=problem,
        )

    def matter_of(self, period: LeasePeriod, orders: Orders, now: datetime) -> Matter | None:
        """What of it is about one release; None where it goes its way: as its window opens, or in it."""
        own = self._by_period.get(period)
        if own is None:
            return None
        those = stopped_in_words([own], self._docket_id, orders.names)
        alone = halt_matter(those, self._docket_id, now, poll=orders.poll)
        count, cents, closes = self._of_one_approval
        first = in_time(closes[:1], now, orders.poll)
        ways = approving_all(count, cents, self._docket_id, now, by=first, several=len(closes) > 1)
        return told_alone(alone, ways)

    def by_now(self, to_come: Iterable[Entry], orders: Orders, now: datetime, *, whole: bool) -> HaltsByNow:
        """What messages that waited are held against. `whole`: all was read, so what is not halted goes."""
        known = (entry.period for entry in to_come) if whole else (one.entry.period for one in self.releases)
        return HaltsByNow(
            at=now,
            to_come=frozenset(known),
            matter_of=cache(lambda period: self.matter_of(period, orders, now)),
            together=cache(lambda: self.matter(orders, now)),
        )

    @cached_property
    def _by_period(self) -> dict[LeasePeriod, HaltedRelease]:
        return {one.entry.period: one for one in (*self.to_decide, *self.for_now)}

    @cached_property
    def _docket_id(self) -> str:
        return self.docket.id

    @cached_property
    def _of_one_approval(self) -> tuple[int, int, Sequence[datetime]]:
        """How many releases it names, what they cost, and when the windows close of what is lost."""
        named = self.docket.to_come
        closes = {one.entry.closes for one in self.to_decide if one.is_lost and one.entry.closes is not None}
        return len(named), sum(entry.price_cents for entry in named), sorted(closes)


def halts_ahead(
    to_come: Iterable[Entry],
    counted: Iterable[Entry],
    state: FleetState,
    orders: Orders,
    approved: frozenset[LeasePeriod],
    now: datetime,
    *,
    brakes: Sequence[Brake] = BRAKES,
    in_turn: bool = True,
) -> HaltsAhead:
    """`counted`: releases that are done, or of unknown end; they are to come no more.

    `in_turn` False: nobody releases anything just now, so the next turn is another one.

    What a pause stops until it is too late, and limits would without it, is stopped by both: else people
    would end the pause and lose it all the same.
    """
    entries, behind = tuple(to_come), tuple(counted)

    def played(those: Sequence[Brake], *, in_turn: bool) -> tuple[HaltedRelease, ...]:
        days = DaysAhead(
            to_come=entries,
            counted=behind,
            state=state,
            orders=orders,
            approved=approved,
            now=now,
            brakes=those,
            in_turn=in_turn,
        )
        return days.halted()

    found = played(brakes, in_turn=in_turn)
    others = [one for one in brakes if one is not PAUSED]
    if not others or not any(one.is_lost and any(map(_is_pause, one.halts)) for one in found):
        return HaltsAhead(releases=found)
    unpaused = {one.entry.period: one for one in played(others, in_turn=False) if one.is_lost}
    in_words = {halt.key: halt for one in found for halt in one.halts}

    def with_limits(one: HaltedRelease) -> HaltedRelease:
        without = unpaused.get(one.entry.period)
        if without is None or not one.is_lost or not any(map(_is_pause, one.halts)):
            return one
        known = {halt.key for halt in one.halts}
        more = (in_words.get(halt.key, halt) for halt in without.halts if halt.key not in known)
        limits = [halt for halt in more if halt.brake.approvable]
        halts = sorted((*one.halts, *limits), key=lambda halt: brakes.index(halt.brake))
        return replace(one, halts=tuple(halts))

    return HaltsAhead(releases=tuple(map(with_limits, found)))


def _is_pause(halt: Halt) -> bool:
    return halt.brake is PAUSED
