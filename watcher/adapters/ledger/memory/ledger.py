"""A ledger over a memory that several handles may share: `watcher.ports.ledger.Ledger` without a database."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from watcher.adapters.ledger.holder import Holder, new_holder
from watcher.adapters.ledger.lines import Asked
from watcher.adapters.ledger.lock import Tenure, holder_of
from watcher.adapters.ledger.memory import fold, history, listings, outbox, past_releases, remembering
from watcher.adapters.ledger.memory.state import State
from watcher.adapters.ledger.rules import in_parts
from watcher.brakes.docket import HORIZON
from watcher.decide.gate import GateFacts
from watcher.decide.measures import LedgerCounts
from watcher.facts.accounts import Account, AccountId, LeasePeriod, Listed, ProjectId
from watcher.memory.remembered import FleetMemory, Held, Known, ProjectMemory, TurnRecord
from watcher.memory.writes import Concluded, DocketKept, Word, Write
from watcher.messages.delivery import Channel, DeliveryNote
from watcher.messages.events import ALL_KINDS, EventKind
from watcher.messages.outbox import Delivered, QueuedMessage, Undelivered
from watcher.messages.problems import Problem
from watcher.ports.ledger import PART, HistoryLine, LockLost
from watcher.record.fates import Fates
from watcher.record.intents import Intent
from watcher.record.notices import Notice
from watcher.record.outcomes import Cause, Outcome, OutcomeKind
from watcher.record.overrides import Overrides
from watcher.record.past_releases import PastRelease
from watcher.record.reasons import Reason
from watcher.record.restored import Lost


class MemoryReader:
    """Looks."""

    def __init__(self, state: State) -> None:
        self._state = state

    @property
    def place(self) -> str:
        return self._state.place

    def bound_to(self) -> tuple[str, str] | None:
        return self._state.bound

    def part(self) -> str | None:
        return self._state.part

    def lost(self) -> Lost | None:
        """Nothing outside it tells what it should remember."""
        return None

    def fleet(self, now: datetime) -> FleetMemory:
        with self._state.guard:
            return remembering.fleet(self._state, now)

    def last_word(self) -> int:
        return len(self._state.overrides)

    def project(self, project: ProjectId) -> ProjectMemory:
        with self._state.guard:
            return remembering.project(self._state, project)

    def projects(self, projects: Collection[ProjectId]) -> Mapping[ProjectId, ProjectMemory]:
        with self._state.guard:
            return {one: remembering.project(self._state, one) for one in projects}

    def find(self, reference: str) -> Sequence[Known]:
        with self._state.guard:
            return listings.find(self._state, reference)

    def doubles(self) -> Mapping[AccountId, frozenset[ProjectId]]:
        with self._state.guard:
            return listings.doubles(self._state)

    def listings(self, accounts: Collection[AccountId]) -> Mapping[AccountId, Sequence[Listed]]:
        with self._state.guard:
            return listings.of(self._state, accounts)

    def known(self, accounts: Collection[AccountId]) -> Mapping[AccountId, Sequence[Known]]:
        with self._state.guard:
            return listings.known(self._state, accounts)

    def leased(self, project: ProjectId | None = None, *, ever: bool = False) -> Iterator[Account]:
        with self._state.guard:
            return iter(listings.leased(self._state, project, ever=ever))

    def renewals_since(self) -> Mapping[AccountId, datetime]:
        with self._state.guard:
            return listings.renewals_since(self._state)

    def fates(self, accounts: Collection[AccountId]) -> Fates:
        with self._state.guard:
            return listings.fates(self._state, accounts)

    def inhabited(self) -> Sequence[ProjectId]:
        with self._state.guard:
            return listings.inhabited(self._state)

    def history(
        self,
        account: AccountId | None = None,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Iterator[HistoryLine]:
        with self._state.guard:
            return history.lines(self._state, Asked(account=account, since=since, until=until))

    def past_releases(self, before: datetime) -> Iterator[PastRelease]:
        with self._state.guard:
            return iter(past_releases.past_releases(self._state, before))

    def renewals_paid(self, since: datetime, until: datetime) -> Iterator[Outcome]:
        with self._state.guard:
            return iter(past_releases.renewals_paid(self._state, since, until))

    def docket(self, docket_id: str) -> DocketKept | None:
        return self._state.dockets.get(docket_id)

    def dockets(self, now: datetime) -> Mapping[str, DocketKept]:
        with self._state.guard:
            kept = self._state.dockets.items()
            return {id_: one for id_, one in kept if any(each.renews_at > now for each in one.periods)}

    def announced(self, now: datetime) -> Mapping[LeasePeriod, Notice]:
        with self._state.guard:
            return remembering.announced(self._state, now)

    def turns(self, now: datetime, *, most: int = 2) -> Sequence[TurnRecord]:
        with self._state.guard:
            begun = (one for one in self._state.turns.values() if one.started_at <= now)
            return sorted(begun, key=lambda one: one.started_at, reverse=True)[:most]

    def holder(self, now: datetime) -> Held | None:
        with self._state.guard:
            return holder_of(self._state.lock, now)

    def problems(self) -> Mapping[str, Problem]:
        with self._state.guard:
            return dict(self._state.problems)

    def undelivered(self) -> Sequence[Undelivered]:
        with self._state.guard:
            return outbox.undelivered(self._state)

    def counts(self) -> LedgerCounts:
        with self._state.guard:
            return _counts(self._state)

    def close(self) -> None:
        pass


class MemoryWords(MemoryReader):
    """Looks, and appends what a person said."""

    def prove_writable(self) -> None:
        pass

    def apply(self, writes: Sequence[Word]) -> None:
        with self._state.guard:
            for one in writes:
                fold.apply(self._state, one)

    def say(self, about: Collection[AccountId], words: Callable[[Fates], Sequence[Word]]) -> Fates:
        with self._state.guard:
            found = listings.fates(self._state, about)
            for one in words(found):
                fold.apply(self._state, one)
        return found

    def retry_messages(self, messages: Collection[int], *, at: datetime) -> int:
        with self._state.guard:
            return outbox.retry(self._state, messages, at=at)

    def drop_messages(self, messages: Collection[int], *, by: str, why: str, at: datetime) -> int:
        with self._state.guard:
            return outbox.drop(self._state, messages, by=by, why=why, at=at)


class MemoryLedger(MemoryWords):
    """The whole memory. Two over one state are two processes on one ledger."""

    def __init__(self, state: State, holder: Holder | None = None) -> None:
        super().__init__(state)
        self._tenure = Tenure(holder or new_holder())

    def take_lock(self, now: datetime) -> Held | None:
        with self._state.guard:
            there = self._tenure.take(self._state.lock, now)
            if isinstance(there, Held):
                return there
            self._state.lock = there
            return None

    def keep_lock(self, now: datetime) -> bool:
        if self._tenure.held and self._tenure.due(now):
            try:
                with self._acting(at=now):
                    pass
            except LockLost:
                return False
        return self._tenure.held

    @contextmanager
    def _acting(self, *, at: datetime | None = None, whole: bool = False) -> Iterator[State]:
        """What only the lock's holder does. Raises `LockLost` for anybody else."""
        state = self._state
        with state.guard:
            if self._tenure.number is None or self._tenure.number != state.lock.number:
                raise self._tenure.lose(state.lock)
            if at is not None and (whole or self._tenure.due(at)):
                state.lock = self._tenure.extended_on(state.lock, at)
            yield state

    def close(self) -> None:
        with self._state.guard:
            if self._tenure.number == self._state.lock.number:
                self._state.lock = self._state.lock.given_up()
            self._tenure.give_up()

    def apply(self, writes: Sequence[Write]) -> None:
        if all(isinstance(one, Word) for one in writes):
            with self._state.guard:
                self._fold(writes)
            return
        with self._acting():
            self._fold(writes)

    def _fold(self, writes: Sequence[Write]) -> None:
        refusal = fold.refusal(self._state, writes)
        if refusal is not None:
            raise refusal
        for one in writes:
            fold.apply(self._state, one)

    def write_intent(self, intent: Intent, guard: Callable[[GateFacts], Reason | None]) -> Intent | Reason:
        try:
            with self._acting(at=intent.written_at, whole=True) as state:
                return _written(state, intent, guard)
        except LockLost:
            return Reason.LOCK_LOST

    def conclude(self, concluded: Concluded) -> None:
        with self._state.guard:
            fold.conclude(self._state, concluded)

    def waiting(
        self, notifier: str, kinds: Collection[EventKind] = ALL_KINDS, *, most: int = PART
    ) -> Iterator[Sequence[QueuedMessage]]:
        def read(after: int) -> tuple[Sequence[QueuedMessage], int | None]:
            with self._state.guard:
                return outbox.waiting(self._state, notifier, kinds, after, most)

        return in_parts(read)

    def channels(self, notifiers: Collection[str], now: datetime | None) -> Mapping[str, Channel]:
        with self._state.guard:
            return {name: outbox.channel(self._state, name, now) for name in notifiers}

    def begin_delivery(
        self, messages: Iterable[int], *, at: datetime, lost_since: datetime
    ) -> frozenset[int]:
        with self._acting(at=at) as state:
            return outbox.begin(state, messages, at=at, lost_since=lost_since)

    def end_delivery(self, note: DeliveryNote, channel: Channel, *, at: datetime) -> None:
        with self._state.guard:
            outbox.end(self._state, note, channel, at=at)

    def overdue(self, notifiers: Collection[str], *, sending: Collection[int] = ()) -> int:
        with self._state.guard:
            return outbox.overdue(self._state, notifiers, sending)


def _written(state: State, intent: Intent, guard: Callable[[GateFacts], Reason | None]) -> Intent | Reason:
    """Ask the guard about what nobody can change meanwhile, then write."""
    if any(one.ending is None for one in state.attempts_on(intent.account.id)):
        return Reason.UNRESOLVED
    period = intent.account.period
    facts = GateFacts(
        overrides=Overrides(said=tuple(state.overrides)),
        notice=remembering.notice_of(state, period),
        unresolved=remembering.unresolved(state),
        attempts=remembering.attempts_on(state, period),
        done=remembering.done_since(state, intent.written_at - HORIZON),
    )
    objection = guard(facts)
    if objection is not None:
        return objection
    if intent.turn not in state.turns:
        raise ValueError(f"turn {intent.turn} never began")
    return state.new_intent(intent)


def _counts(state: State) -> LedgerCounts:
    kept = [one.outcome for one in state.outcomes.values() if one.undone_at is None]
    released = [one.price_cents for one in kept if one.kind is OutcomeKind.RELEASED]
    paid: dict[Cause, tuple[int, int]] = {}
    for one in kept:
        if one.kind is not OutcomeKind.RELEASED:
            number, cents = paid.get(one.cause or Cause.UNEXPLAINED, (0, 0))
            paid[one.cause or Cause.UNEXPLAINED] = (number + 1, cents + one.price_cents)
    return LedgerCounts(
        last_good_at=state.finished[-1].ended_at if state.finished else None,
        released=len(released),
        released_cents=sum(released),
        paid=paid,
        unresolved=len(state.unresolved),
        waiting=_by_notifier(state, Delivered.WAITING),
        dead=_by_notifier(state, Delivered.GIVEN_UP),
        problems=Counter(problem.kind for problem in state.problems.values()),
    )


def _by_notifier(state: State, how: Delivered) -> dict[str, int]:
    return dict(Counter(one.notifier for one in state.letters.values() if one.state is how))
