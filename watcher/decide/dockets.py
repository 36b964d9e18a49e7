"""Dockets as people decide about them: what is left of each, what halts it, by when a word comes in time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from watcher.brakes import FleetState
from watcher.brakes.docket import Docket, Entry, Place, entry_for
from watcher.brakes.kept_halts import KeptHalt
from watcher.brakes.kinds.key_suspended import KEY_SUSPENDED
from watcher.brakes.kinds.paused import PAUSED
from watcher.decide.halts_ahead import HaltsAhead, halts_ahead
from watcher.decide.matters import window_in_force
from watcher.decide.orders import Orders
from watcher.facts.accounts import AccountId, LeasePeriod, ProjectId
from watcher.memory.remembered import FleetMemory, Known
from watcher.memory.writes import DocketKept
from watcher.messages.halt_matters import StoppedRelease, halt_matter, halted_together, release_name
from watcher.messages.matters import Matter, in_time
from watcher.record.fates import LEASED, Fate, Fates, LeaseState
from watcher.record.overrides import Override, OverrideKind, Overrides
from watcher.record.planned_pauses import said_to_come
from watcher.rules.window import Window
from watcher.texts.commands import WayOut, to_approve
from watcher.texts.spans import counted
from watcher.texts.times import distance


@dataclass(frozen=True, kw_only=True, slots=True)
class WaitingRelease:
    """One release of a docket. `window`: by the rules in force, where one governs it.

    `moved`: its renewal is another one by now, so the docket is about none of it. `hold`: one is in force.
    """

    period: LeasePeriod
    known: Known | None
    window: Window | None
    approval: Override | None = None
    fate: Fate = LEASED
    moved: bool = False
    hold: Override | None = None

    @property
    def closes(self) -> datetime | None:
        """The last moment for it."""
        return None if self.window is None else self.window.closes

    def entry(self, now: datetime) -> Entry | None:
        """As brakes judge it; None where the ledger never saw its account."""
        if self.known is None:
            return None
        opens = None if self.window is None else self.window.opens
        place = Place.OPENING if opens is not None and opens > now else Place.DUE
        return replace(
            entry_for(self.known.account, place, opens=opens, closes=self.closes), period=self.period
        )

    @property
    def cents(self) -> int:
        return 0 if self.known is None else self.known.account.price_cents

    def is_to_come(self, now: datetime) -> bool:
        """Whether it can still be released, whoever has to say something first."""
        leased = self.fate.state is LeaseState.LEASED and not self.moved
        return leased and now < (self.closes or self.period.renews_at)

    @property
    def is_kept(self) -> bool:
        """Whether a hold keeps it, that no approval outweighs."""
        return self.hold is not None

    def waits(self, now: datetime) -> bool:
        """Whether an approval would let it go."""
        return self.is_to_come(now) and not self.is_kept and self.approval is None


@dataclass(frozen=True, kw_only=True, slots=True)
class WaitingDocket:
    """Releases that are halted, or are going to be, and that one approval names. `at`: when it was judged."""

    id: str
    at: datetime
    now: datetime
    halts: tuple[KeptHalt, ...]
    releases: tuple[WaitingRelease, ...]
    matter: Matter | None
    """What is to be decided about it; None where nothing of it waits any more."""

    @property
    def waiting(self) -> tuple[WaitingRelease, ...]:
        """What an approval would let go."""
        return tuple(one for one in self.releases if one.waits(self.now))

    @property
    def approved(self) -> tuple[WaitingRelease, ...]:
        """What one did let go, and is still to come."""
        return tuple(
            one for one in self.releases if one.is_to_come(self.now) and not one.is_kept and one.approval
        )

    @property
    def over(self) -> tuple[WaitingRelease, ...]:
        """What became of the others, by themselves or by somebody."""
        gone = (one for one in self.releases if not one.is_to_come(self.now))
        return (*gone, *(one for one in self.releases if one.is_to_come(self.now) and one.is_kept))


def docket_of(
    kept: DocketKept,
    known: Mapping[AccountId, Sequence[Known]],
    fates: Fates,
    overrides: Overrides,
    orders: Orders,
    now: datetime,
    *,
    suspended: bool = False,
    still_lost: frozenset[LeasePeriod] | None = None,
) -> WaitingDocket:
    """By the ledger alone: as it was judged last, with what was said and done since.

    `suspended`: the key, as the last turn was told; `still_lost`: what a later turn found to be lost,
    where one judged since.

    kept = ledger.docket("7f3a90c1")
    ids = accounts_in([kept])
    docket_of(kept, ledger.known(ids), ledger.fates(ids), ledger.fleet(now).overrides, orders, now)
    """
    approvals = overrides.approvals(now)
    releases = tuple(
        sorted(
            (_release(one, known, fates, overrides, approvals.get(one), orders, now) for one in kept.periods),
            key=lambda one: (one.period.renews_at, one.known.account.handle if one.known else ""),
        )
    )
    to_come = [one for one in releases if one.is_to_come(now) and not one.is_kept]
    entries = tuple(entry for one in to_come if (entry := one.entry(now)) is not None)
    since = known_without_a_turn(entries, overrides, orders, now, suspended=suspended)
    waiting = sum(one.waits(now) for one in releases)
    halts = tuple(
        replace(halt, way=_for_what_is_left(halt.way, kept, waiting))
        for halt in _halts_now(kept, entries, since, orders, now, still_lost)
    )
    stopped = _stopped(to_come, halts, since, orders, now)
    matter = None
    if stopped and (halts or not kept.halts):
        held = sum(one.is_to_come(now) and one.is_kept for one in releases)
        matter = halt_matter(stopped, kept.docket, now, poll=orders.poll)
        accounts = tuple(one for one in matter.accounts if one.project)
        ways = tuple(_for_what_is_left(one, kept, waiting) for one in matter.ways)
        matter = replace(
            _doubted(matter, stopped, held, kept.at, now), docket=kept.docket, accounts=accounts, ways=ways
        )
    return WaitingDocket(
        id=kept.docket,
        at=kept.at,
        now=now,
        halts=halts,
        releases=releases,
        matter=matter,
    )


def _for_what_is_left(way: WayOut, kept: DocketKept, waiting: int) -> WayOut:
    """An approval names what waits: where that is not all of its docket any more, it says so."""
    named = len(kept.periods)
    if way.command != to_approve(kept.docket) or waiting in (0, named):
        return way
    these = "this one, which is" if waiting == 1 else f"these {waiting:,}, which are"
    return WayOut.by_typing(to_approve(kept.docket), after=f" allows {these} left of {named:,}")


def _halts_now(
    kept: DocketKept,
    left: tuple[Entry, ...],
    since: HaltsAhead,
    orders: Orders,
    now: datetime,
    still_lost: frozenset[LeasePeriod] | None,
) -> tuple[KeptHalt, ...]:
    """What halted it when it was judged and is not over; what is known without a turn, as it is now."""
    stopped = tuple(dict.fromkeys(halt for one in since.releases for halt in one.halts))
    anew = since.kept_as(Docket(entries=left), stopped, orders, now).halts
    words = {brake.word for brake in KNOWN_WITHOUT_A_TURN}
    rest = (
        one for one in kept.halts if one.brake not in words and (one.lifts_at is None or one.lifts_at > now)
    )
    if still_lost is None:
        return (*anew, *rest)
    losing = (
        replace(one, loses=tuple(each for each in those if each in still_lost))
        for one in rest
        for those in [kept.periods if one.loses is None else one.loses]
    )
    return (*anew, *(one for one in losing if one.loses))


KNOWN_WITHOUT_A_TURN: Final = (PAUSED, KEY_SUSPENDED)


def known_without_a_turn(
    to_come: Iterable[Entry], overrides: Overrides, orders: Orders, now: datetime, *, suspended: bool
) -> HaltsAhead:
    """What pauses, and a key that the provider suspended, stop of these; of other brakes a turn has to know.

    `suspended`: as the last turn was told.
    """
    state = FleetState(
        now=now,
        pauses=overrides.pauses(now),
        to_come=said_to_come(overrides.pauses_to_come(now)),
        key_suspended=suspended,
    )
    return halts_ahead(
        to_come, (), state, orders, frozenset(), now, brakes=KNOWN_WITHOUT_A_TURN, in_turn=False
    )


def accounts_in(dockets: Iterable[DocketKept]) -> frozenset[AccountId]:
    return frozenset(period.account for one in dockets for period in one.periods)


def still_halted(dockets: Mapping[str, DocketKept], memory: FleetMemory) -> dict[str, DocketKept]:
    """Those of the last turn in which something is lost, but for one of which others name all of that.

    Of two that name the same losses the smaller one is told: the other names what nothing stops, too. What
    somebody unapproved since then is halted as it was before it was approved.
    """
    last = memory.last_turn
    if last is None:
        return {}
    latest = max((one.at for one in dockets.values() if one.at >= last.started_at), default=None)
    withdrawn: set[LeasePeriod] = set()
    for word in memory.overrides.said:
        if word.at >= last.started_at and word.kind is OverrideKind.UNAPPROVE:
            withdrawn.update(word.periods)
        elif word.kind is OverrideKind.APPROVE:
            withdrawn.difference_update(word.periods)
    of_the_turn = [(id_, one, lost_in(one)) for id_, one in dockets.items() if one.at == latest]
    of_the_turn.sort(key=lambda each: (-len(each[2]), len(each[1].periods)))
    latest_first = sorted(dockets.items(), key=lambda each: each[1].at, reverse=True)
    found: dict[str, DocketKept] = {}
    named: set[LeasePeriod] = set()
    for id_, one, lost in (
        *of_the_turn,
        *((id_, one, lost_in(one) & withdrawn) for id_, one in latest_first),
    ):
        if not named.issuperset(lost):
            found[id_] = one
            named.update(one.periods)
    return found


def lost_since(
    kept: DocketKept, dockets: Mapping[str, DocketKept], memory: FleetMemory
) -> frozenset[LeasePeriod] | None:
    """What the last turn found to be lost; None where none has judged since this docket was."""
    last = memory.last_turn
    if last is None or kept.at >= last.started_at:
        return None
    return frozenset(period for one in still_halted(dockets, memory).values() for period in lost_in(one))


def lost_in(kept: DocketKept) -> frozenset[LeasePeriod]:
    """What of it was foreseen to be stopped until it is too late; all, where that is not known."""
    if not kept.halts:
        return frozenset(kept.periods)
    return frozenset(
        period for halt in kept.halts for period in (kept.periods if halt.loses is None else halt.loses)
    )


def _release(
    period: LeasePeriod,
    known: Mapping[AccountId, Sequence[Known]],
    fates: Fates,
    overrides: Overrides,
    approval: Override | None,
    orders: Orders,
    now: datetime,
) -> WaitingRelease:
    found = known.get(period.account, ())
    one = next((each for each in found if each.account.period == period), next(iter(found), None))
    return WaitingRelease(
        period=period,
        known=one,
        window=None if one is None else window_in_force(one.account, orders, now),
        approval=approval,
        fate=fates.get(period.account, LEASED),
        moved=one is not None and one.account.period != period,
        hold=overrides.hold_on(period.account, now),
    )


def _stopped(
    releases: Sequence[WaitingRelease],
    halts: Sequence[KeptHalt],
    since: HaltsAhead,
    orders: Orders,
    now: datetime,
) -> tuple[StoppedRelease, ...]:
    """Of those that are to come: what halts them, or will; what is approved only where something still does.

    A docket of an earlier version does not say what halts it: then an approval is asked for.
    """
    by = in_time((one.closes for one in releases if one.waits(now)), now, orders.poll)
    later = {one.entry.period for one in since.releases if one.only_later}
    foreseen = [_Foreseen.of(halt) for halt in halts]
    found = []
    for one in releases:
        stopping = [
            each
            for each in foreseen
            if each.loses(one.period, by) and not (one.approval is not None and each.halt.approvable)
        ]
        losing = tuple(each.halt for each in stopping)
        if one.approval is not None and not losing:
            continue
        entry = one.entry(now) or _unseen(one.period)
        perhaps_sent = bool(losing) and all(one.period in each.perhaps for each in stopping)
        found.append(
            StoppedRelease(
                entry=entry,
                halts=losing or tuple(halts),
                lost=bool(losing) or not halts,
                due=entry.place is Place.DUE and one.period not in later and not perhaps_sent,
                perhaps_sent=perhaps_sent,
            )
        )
    return tuple(found)


def _unseen(period: LeasePeriod) -> Entry:
    """Of an account that this ledger never saw."""
    return Entry(
        period=period, project=ProjectId(""), handle=period.account, price_cents=0, place=Place.OPENING
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Foreseen:
    """What a halt was foreseen to stop until it is too late: asked for each release of a large docket."""

    halt: KeptHalt
    lost: frozenset[LeasePeriod] | None
    perhaps: frozenset[LeasePeriod]

    @classmethod
    def of(cls, halt: KeptHalt) -> "_Foreseen":
        lost = None if halt.loses is None else frozenset(halt.loses)
        return cls(halt=halt, lost=lost, perhaps=frozenset(halt.perhaps))

    def loses(self, period: LeasePeriod, by: datetime | None) -> bool:
        """Whether it stops this release until it is too late."""
        if self.lost is not None:
            return period in self.lost
        lifts_at = self.halt.lifts_at
        return lifts_at is None or (by is not None and lifts_at >= by)


def _doubted(
    matter: Matter, stopped: Sequence[StoppedRelease], held: int, at: datetime, now: datetime
) -> Matter:
    """Of releases that limits stop, judged with others that are held since: perhaps none is passed now."""
    if not held or not any(one.lost and one.is_to_approve for one in stopped):
        return matter
    otherwise = matter.otherwise.removeprefix("up to ")
    return replace(
        matter,
        what=f"{halted_together([release_name(one.entry) for one in stopped])} "
        f"{'was' if len(stopped) == 1 else 'were'} halted, or to be, as of the turn {distance(at, now)}; "
        f"{counted(held, 'account')} of that docket {'is' if held == 1 else 'are'} held since, "
        "and the next turn judges anew what is left",
        otherwise=f"up to {otherwise}",
    )
