"""How things stand, as one value made of what the ledger remembers: no request, no decision of its own."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from watcher.decide.costs_today import as_of_today
from watcher.decide.dockets import WaitingDocket, docket_of, known_without_a_turn, still_halted
from watcher.decide.fleet_problems import is_suspended
from watcher.decide.matters import given_up_matter, remembered_matters
from watcher.decide.measures import LedgerCounts
from watcher.decide.openings import Opening, Openings, PauseAhead, at_stake, openings, pauses_ahead
from watcher.decide.orders import Orders
from watcher.decide.overlaps import matters_of
from watcher.facts.accounts import Account, AccountId, LeasePeriod
from watcher.memory.remembered import FleetMemory, Held, Known, TurnRecord, known_of
from watcher.memory.writes import DocketKept
from watcher.messages.events import EventKind
from watcher.messages.matters import Matter, MatterKind, in_order
from watcher.messages.problems import Problem
from watcher.record.exit_codes import Exit, worst
from watcher.record.fates import Fates, holds_in_force
from watcher.record.intents import Intent
from watcher.record.notices import Notice
from watcher.record.overrides import Override, Overrides
from watcher.record.planned_pauses import PauseInForce
from watcher.rules.plan import Mode


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """A hold in force. `account` None: the ledger never saw it."""

    id: AccountId
    account: Account | None
    word: Override


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """`last`: the turn that ended last, `begun`: a later one that did not end yet, or never will.

    `whole`: the last full turn that read the fleet to its end. `waiting` and `dead` are messages by notifier.
    """

    now: datetime
    mode: Mode
    poll: timedelta
    last: TurnRecord | None = None
    begun: TurnRecord | None = None
    whole: TurnRecord | None = None
    failing_since: datetime | None = None
    ledger_since: datetime | None = None
    holder: Held | None = None
    openings: tuple[Opening, ...] = ()
    unwatched: tuple[Account, ...] = ()
    """What is announced to be released, of projects that the orders do not name."""
    matters: tuple[Matter, ...] = ()
    pauses: tuple[Override, ...] = ()
    planned: tuple[PauseInForce, ...] = ()
    ahead: tuple[PauseAhead, ...] = ()
    """Planned pauses that are not on yet and will stand in the way of openings."""
    ahead_of_none: int = 0
    """How many others are to come, in the way of nothing that is announced so far."""
    holds: tuple[Hold, ...] = ()
    asked: tuple[Override, ...] = ()
    """Words for releases that nobody has carried out yet."""
    unresolved: tuple[Intent, ...] = ()
    waiting: Mapping[str, int] = field(default_factory=dict)
    dead: Mapping[str, int] = field(default_factory=dict)

    @property
    def under_way(self) -> bool:
        """Whether a turn is being taken; one without a holder of the ledger was cut short."""
        return self.begun is not None and self.holder is not None

    @property
    def overdue(self) -> bool:
        """Whether turns stay away: one may be missed, and the next takes its time."""
        latest = self.begun or self.last
        if latest is None:
            return True
        took = timedelta() if latest.ended_at is None else latest.ended_at - latest.started_at
        return abs(self.now - latest.started_at) > 2 * self.poll + took

    @property
    def code(self) -> Exit:
        """How the last turn ended; that none did, or none has for too long, is no good ending."""
        code = Exit.DONE if self.last is None else _known_exit(self.last)
        cut_short = self.begun is not None and not self.under_way
        doubtful = self.last is None or self.overdue or cut_short
        return worst(code, Exit.UNREADABLE) if doubtful else code


def _known_exit(turn: TurnRecord) -> Exit:
    try:
        return Exit.UNEXPECTED if turn.exit_code is None else Exit(turn.exit_code)
    except ValueError:
        return Exit.UNEXPECTED


@dataclass(frozen=True, kw_only=True, slots=True)
class Remembered:
    """What was read of the ledger. `turns`: the last ones, the latest first; `known` and `fates`: of at least
    the accounts of `concerned`.
    """

    fleet: FleetMemory
    turns: Sequence[TurnRecord]
    holder: Held | None
    announced: Mapping[LeasePeriod, Notice]
    dockets: Mapping[str, DocketKept]
    known: Mapping[AccountId, Sequence[Known]]
    fates: Fates
    counts: LedgerCounts


_HALTS = (MatterKind.HALT, MatterKind.COMING_HALT)


def status_of(ledger: Remembered, orders: Orders, now: datetime) -> Status:
    fleet = ledger.fleet
    overrides = fleet.overrides.with_words(orders.configured_holds.said)
    ended = next((one for one in ledger.turns if one.ended_at is not None), None)
    latest = next(iter(ledger.turns), None)
    announced = openings(ledger.announced, ledger.known, ledger.fates, overrides, orders, now)
    matters = _matters(ledger, announced, overrides, orders, now)
    planned = orders.planned_pauses.with_said(overrides.pauses_to_come(now))
    ahead = pauses_ahead(announced.to_come, planned, now)
    met = [one.pause for one in ahead]
    others = [one for one in planned.pauses if one not in met and one.next_begin(now) is not None]
    to_decide = [one for one in matters if one.kind in _HALTS and one.asks]
    halted = frozenset(each.account for one in to_decide for each in one.accounts)
    return Status(
        now=now,
        mode=orders.mode,
        poll=orders.poll,
        last=ended,
        begun=None if latest is None or latest.ended_at is not None else latest,
        whole=fleet.last_turn,
        failing_since=fleet.failing_since,
        ledger_since=fleet.ledger_since,
        holder=ledger.holder,
        openings=tuple(replace(one, halted=one.account.id in halted) for one in announced.to_come),
        unwatched=tuple(_unwatched(ledger, orders)),
        matters=matters,
        pauses=overrides.pauses(now),
        planned=orders.planned_pauses.on(now),
        ahead=ahead,
        ahead_of_none=len(others),
        holds=tuple(_holds(ledger, overrides, now)),
        asked=overrides.asked_releases(now),
        unresolved=fleet.unresolved,
        waiting=ledger.counts.waiting,
        dead=ledger.counts.dead,
    )


def _unwatched(ledger: Remembered, orders: Orders) -> Iterator[Account]:
    for period in ledger.announced:
        one = known_of(period, ledger.known)
        if one is not None and not orders.watches(one.account.project):
            yield one.account


def concerned(
    fleet: FleetMemory,
    announced: Collection[LeasePeriod],
    dockets: Mapping[str, DocketKept],
    orders: Orders,
) -> frozenset[AccountId]:
    """The accounts that a status has something to say of."""
    periods = [period for one in dockets.values() for period in one.periods]
    periods += [*announced, *(period for one in fleet.problems.values() for period in one.periods)]
    words = (*fleet.overrides.said, *orders.configured_holds.said)
    held = (word.account for word in words if word.account is not None)
    return frozenset((*(period.account for period in periods), *held))


def _matters(
    ledger: Remembered, announced: Openings, overrides: Overrides, orders: Orders, now: datetime
) -> tuple[Matter, ...]:
    """Of halts their dockets tell more than the problem as which they were told.

    What a pause, or a suspended key, stops since the last turn no docket knows of yet.
    """
    enforcing = orders.mode is Mode.ENFORCE
    suspended = is_suspended(ledger.fleet)
    kept = still_halted(ledger.dockets, ledger.fleet) if enforcing else {}

    def as_it_stands(one: DocketKept) -> WaitingDocket:
        return docket_of(one, ledger.known, ledger.fates, overrides, orders, now, suspended=suspended)

    found = list(matters_of(kept.values(), as_it_stands))
    if enforcing:
        named = {each.account for one in found for each in one.accounts}
        others = [one for one in announced.to_come if one.live and one.account.id not in named]
        since = _stopped_since(others, overrides, orders, now, suspended=suspended)
        found += [since] if since is not None else []
        found += [
            given_up_matter(one.account, one.closes, orders, now, why=old.reason)
            for one, old in announced.given_up
            if one.live
        ]
    stopped = {each.account for one in found for each in one.accounts if not each.goes_on}
    waiting = [one for one in at_stake(announced.to_come, orders.mode) if one.account.id not in stopped]
    problems = ledger.fleet.problems
    standing = [
        matter
        for one in remembered_matters(ledger.fleet, ledger.known, orders, now)
        if (matter := _today(one, problems, waiting, orders, now)) is not None
    ]
    told = EventKind.BRAKE_HALTED.value
    return in_order((*found, *(one for one in standing if not (kept and one.problem == told))))


def _today(
    matter: Matter,
    problems: Mapping[str, Problem],
    waiting: Sequence[Opening],
    orders: Orders,
    now: datetime,
) -> Matter | None:
    problem = problems.get(matter.problem or "")
    return matter if problem is None else as_of_today(matter, problem, waiting, now, poll=orders.poll)


def _stopped_since(
    announced: Sequence[Opening], overrides: Overrides, orders: Orders, now: datetime, *, suspended: bool
) -> Matter | None:
    """Of announced releases, what is halted by what was said, or told, since the last turn."""
    entries = [one.entry(now) for one in announced]
    return known_without_a_turn(entries, overrides, orders, now, suspended=suspended).matter(orders, now)


def _holds(ledger: Remembered, overrides: Overrides, now: datetime) -> Iterator[Hold]:
    for id_, word in holds_in_force(overrides, ledger.fates, now):
        known = next(iter(ledger.known.get(id_, ())), None)
        yield Hold(id=id_, account=None if known is None else known.account, word=word)
