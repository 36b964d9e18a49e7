"""What a turn needs, before it begins and until it has ended; by itself it only looks."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event as StopSignal

from watcher.decide.gathered import Due, noteworthy, nothing_put_aside
from watcher.decide.openings import Opening, at_stake, openings
from watcher.decide.orders import Orders
from watcher.decide.readings import Asking
from watcher.decide.report import Report
from watcher.facts.accounts import AccountId, ProjectId
from watcher.memory.remembered import FleetMemory, Held, TurnRecord
from watcher.memory.writes import Bound, Write
from watcher.messages.halts_by_now import HaltsByNow
from watcher.ports.clock import Clock
from watcher.ports.leases import ApiError, LacksScope, LeaseReader, Suspended, is_about_the_key
from watcher.ports.ledger import LedgerReader, require_ours
from watcher.record.attempts import Attempt
from watcher.record.reasons import Trouble
from watcher.rules.plan import Decision
from watcher.turn.act import Situation
from watcher.turn.gather import Gatherer


@dataclass(frozen=True, kw_only=True, slots=True)
class Tools:
    """Everything that a turn needs to look: an audit, a dry run. What acts overrides the second half."""

    reader: LeaseReader
    gatherer: Gatherer
    ledger: LedgerReader
    clock: Clock
    orders: Orders
    stop: StopSignal
    asking: Asking = Asking.NEEDED
    due: frozenset[AccountId] = frozenset()
    """Accounts of which every source is asked, however far their renewal: somebody asks to release them."""
    keep: Callable[[Decision], bool] = noteworthy
    recall: Callable[[Collection[tuple[ProjectId, str]]], Iterable[Decision]] = nothing_put_aside
    """What `keep` put aside of accounts, where it did."""
    progress: Callable[[str, int], None] = lambda _project, _accounts: None

    def clock_is_right(self, skew: timedelta | None) -> bool:
        """Whether a clock that is off by so much is proved (None: nothing proves it), and right enough."""
        return skew is not None and skew <= self.orders.limits.max_clock_skew

    def at_stake(self, memory: FleetMemory, now: datetime) -> tuple[Opening, ...]:
        """The announced releases that wait, by the ledger: what a trouble may cost."""
        announced = self.ledger.announced(now)
        ids = frozenset(period.account for period in announced)
        overrides = memory.overrides.with_words(self.orders.configured_holds.said)
        known, fates = self.ledger.known(ids), self.ledger.fates(ids)
        found = openings(announced, known, fates, overrides, self.orders, now)
        return at_stake(found.to_come, self.orders.mode)

    def blank(self, record: TurnRecord) -> Report:
        """The report of a turn of which nothing more is known than that it began."""
        return Report(
            turn=record.id,
            kind=record.kind,
            mode=record.mode,
            acting=self.acting,
            started_at=record.started_at,
        )

    # What a turn that only looks has no hands for.

    @property
    def acting(self) -> bool:
        """Whether anything is written, told or released."""
        return False

    def take_lock(self, _now: datetime) -> Held | None:
        """Become the one watcher that acts on the ledger; a look needs no leave."""
        return None

    def keep_lock(self) -> bool:
        """Say that we are alive; False for who does not act on the ledger."""
        return False

    def prove_writable(self) -> None:
        """Raises `LedgerUnavailable` or `LedgerUnusable` where something is to be written and cannot be."""

    def bind(self, bound: Bound) -> None:
        """Raises `LedgerUnusable` for the ledger of another organisation, base URL or part of the fleet."""
        require_ours(self.ledger, bound)

    def write(self, writes: Iterable[Write]) -> None:
        """Apply what was decided, all of it or nothing."""

    def settle(
        self, _memory: FleetMemory, _now: datetime, _sent_within: timedelta | None
    ) -> Iterator[Attempt]:
        """Find out how releases ended that an earlier turn left without an ending."""
        return iter(())

    def act(self, _due: Sequence[Due], _situation: Situation) -> Iterator[Attempt]:
        """Release what is due; raises the reader's errors about the key."""
        return iter(())

    def tell(self, _clock_proved: bool, _halts: HaltsByNow | None = None) -> int:
        """Deliver the messages that wait, as of what this turn knows; answers how many are overdue."""
        return 0

    def collect(self) -> None:
        """Between turns: note which deliveries have ended."""

    def tell_on(self) -> None:
        """Between turns: try again what was held or refused until now."""

    def doubt_the_clock(self) -> None:
        """It jumped: until a turn has proved it again nobody knows how late it is."""


def trouble_of(error: ApiError) -> Trouble:
    match error:
        case Suspended():
            return Trouble.KEY_SUSPENDED
        case LacksScope():
            return Trouble.KEY_LACKS_SCOPE
        case _:
            return Trouble.KEY_REFUSED if is_about_the_key(error) else Trouble.API_UNREACHABLE
