"""The ledger in three widths: to look, to append a person's word, to keep a turn's memory."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from watcher.adapters.ledger import (
    applying,
    attempts,
    copies,
    counting,
    export,
    history,
    listings,
    locking,
    outbox,
    past_releases,
    project_memory,
    recording,
    remembering,
    standing,
)
from watcher.adapters.ledger.bookmark import Bookmark
from watcher.adapters.ledger.holder import Holder, new_holder
from watcher.adapters.ledger.lines import Asked
from watcher.adapters.ledger.lock import Tenure
from watcher.adapters.ledger.rows import docket_of, known_of
from watcher.adapters.ledger.rules import in_parts
from watcher.adapters.ledger.schema import dockets, meta, overrides, threads, turns
from watcher.adapters.ledger.store import Durable, Store
from watcher.decide.gate import GateFacts
from watcher.decide.measures import LedgerCounts
from watcher.facts.accounts import Account, AccountId, LeasePeriod, Listed, ProjectId
from watcher.facts.handles import folded
from watcher.memory.remembered import FleetMemory, Held, Known, ProjectMemory, TurnRecord
from watcher.memory.writes import Concluded, DocketKept, Queued, TurnBegun, Word, Write, lasting
from watcher.messages.delivery import Channel, DeliveryNote
from watcher.messages.events import ALL_KINDS, EventKind
from watcher.messages.outbox import QueuedMessage, Undelivered
from watcher.messages.problems import Problem
from watcher.ports.ledger import PART, HistoryLine, LedgerUnavailable, LedgerUnusable, LockLost
from watcher.record.fates import Fate, Fates
from watcher.record.intents import Intent
from watcher.record.notices import Notice
from watcher.record.outcomes import Outcome
from watcher.record.overrides import Override
from watcher.record.past_releases import PastRelease
from watcher.record.reasons import Reason
from watcher.record.restored import Lost

if TYPE_CHECKING:
    from watcher.adapters.ledger.memory.state import State
    from watcher.ahead.backtest import Recorded

_LAST_WORD = select(func.coalesce(func.max(overrides.c.id), 0))


class SqlReader:
    """Looks. Used by the thread that opened it only."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def place(self) -> str:
        return self._store.place

    def bound_to(self) -> tuple[str, str] | None:
        with self._store.reading() as connection:
            bound = connection.execute(select(meta.c.organization, meta.c.base_url)).one()
        return None if bound.organization is None else (bound.organization, bound.base_url)

    def part(self) -> str | None:
        with self._store.reading() as connection:
            found: str | None = connection.execute(select(meta.c.shard)).scalar_one()
        return found

    def lost(self) -> Lost | None:
        return copies.lost(self._store)

    def fleet(self, now: datetime) -> FleetMemory:
        with self._store.reading() as connection:
            return remembering.fleet_memory(connection, now)

    def last_word(self) -> int:
        with self._store.reading() as connection:
            return int(connection.execute(_LAST_WORD).scalar_one())

    def project(self, project: ProjectId) -> ProjectMemory:
        return self.projects((project,))[project]

    def projects(self, projects: Collection[ProjectId]) -> Mapping[ProjectId, ProjectMemory]:
        with self._store.reading() as connection:
            return project_memory.project_memories(connection, projects)

    def find(self, reference: str) -> Sequence[Known]:
        """The account of that id; else those of that handle, gone ones only where no leased one has it.

        Where none is called so any more, those that were.
        """
        with self._store.reading() as connection:
            found = remembering.accounts_with(connection, AccountId(reference))
            if not found and (name := folded(reference)):
                found = remembering.accounts_called(connection, name)
                found = found or remembering.accounts_once_called(connection, name)
        known = [known_of(row) for row in found]
        return [one for one in known if one.gone_at is None] or known

    def doubles(self) -> Mapping[AccountId, frozenset[ProjectId]]:
        with self._store.reading() as connection:
            return listings.doubles(connection)

    def listings(self, accounts: Collection[AccountId]) -> Mapping[AccountId, Sequence[Listed]]:
        with self._store.reading() as connection:
            return listings.of(connection, accounts)

    def known(self, accounts: Collection[AccountId]) -> Mapping[AccountId, Sequence[Known]]:
        with self._store.reading() as connection:
            return listings.known(connection, accounts)

    def leased(self, project: ProjectId | None = None, *, ever: bool = False) -> Iterator[Account]:
        """Read as they are consumed, on a connection of their own."""
        with self._store.reading() as connection:
            yield from listings.leased(connection, project, ever=ever)

    def renewals_since(self) -> Mapping[AccountId, datetime]:
        with self._store.reading() as connection:
            return listings.renewals_since(connection)

    def fates(self, accounts: Collection[AccountId]) -> Fates:
        with self._store.reading() as connection:
            return attempts.fates(connection, accounts)

    def inhabited(self) -> Sequence[ProjectId]:
        with self._store.reading() as connection:
            return listings.inhabited(connection)

    def history(
        self,
        account: AccountId | None = None,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Iterator[HistoryLine]:
        """Read as it is consumed, on a connection of its own."""
        with self._store.reading() as connection:
            yield from history.lines(connection, Asked(account=account, since=since, until=until))

    def past_releases(self, before: datetime) -> Iterator[PastRelease]:
        """Read as they are consumed, on a connection of their own; so are the renewals paid."""
        with self._store.reading() as connection:
            yield from past_releases.past_releases(connection, before)

    def renewals_paid(self, since: datetime, until: datetime) -> Iterator[Outcome]:
        with self._store.reading() as connection:
            yield from past_releases.renewals_paid(connection, since, until)

    def docket(self, docket_id: str) -> DocketKept | None:
        with self._store.reading() as connection:
            row = connection.execute(select(dockets).where(dockets.c.docket == docket_id)).one_or_none()
        return None if row is None else docket_of(row)

    def dockets(self, now: datetime) -> Mapping[str, DocketKept]:
        with self._store.reading() as connection:
            return remembering.dockets_to_come(connection, now)

    def announced(self, now: datetime) -> Mapping[LeasePeriod, Notice]:
        with self._store.reading() as connection:
            return project_memory.announced(connection, now)

    def turns(self, now: datetime, *, most: int = 2) -> Sequence[TurnRecord]:
        with self._store.reading() as connection:
            return remembering.last_turns(connection, now, most)

    def holder(self, now: datetime) -> Held | None:
        with self._store.reading() as connection:
            return locking.holder(connection, now)

    def undelivered(self) -> Sequence[Undelivered]:
        with self._store.reading() as connection:
            return outbox.undelivered(connection)

    def problems(self) -> Mapping[str, Problem]:
        with self._store.reading() as connection:
            return standing.standing(connection)

    def into_memory(self, now: datetime) -> "State":
        """What it remembers, for who begins with it and changes nothing of it."""
        from watcher.adapters.ledger import into_memory  # no turn needs it

        return into_memory.into_memory(self._store, now)

    def recorded(self) -> Iterator["Recorded"]:
        """What was known of every account, from when on; once, and as long as it is read."""
        from watcher.adapters.ledger import sightings  # nor this

        return sightings.recorded(self._store)

    def export(self) -> Iterator[str]:
        """Everything, as lines of `ledger/1`; read as it is consumed."""
        return export.exported(self._store)

    def counts(self) -> LedgerCounts:
        with self._store.reading() as connection:
            return counting.counts(connection)

    def close(self) -> None:
        self._store.close()


class SqlWords(SqlReader):
    """Looks, and appends what a person said."""

    def prove_writable(self) -> None:
        with self._store.writing() as connection:
            # Something and then nothing: a value written over by itself would not reach the disk.
            connection.execute(insert(threads), {"notifier": "", "topic": "", "thread": ""})
            connection.execute(delete(threads).where(threads.c.notifier == ""))

    def apply(self, writes: Sequence[Word]) -> None:
        applying.apply(self._store, self._store.writing(), writes)

    def say(self, about: Collection[AccountId], words: Callable[[Fates], Sequence[Word]]) -> Fates:
        found: dict[AccountId, Fate] = {}

        def said(connection: Connection) -> Sequence[Word]:
            found.update(attempts.fates(connection, about))
            return words(found)

        applying.answer(self._store, said)
        return found

    def retry_messages(self, messages: Collection[int], *, at: datetime) -> int:
        with self._store.writing() as connection:
            return outbox.retry(connection, messages, at=at)

    def drop_messages(self, messages: Collection[int], *, by: str, why: str, at: datetime) -> int:
        with self._store.writing() as connection:
            return outbox.drop(connection, messages, by=by, why=why, at=at)


class SqlLedger(SqlWords):
    """The whole memory: `watcher.ports.ledger.Ledger` on any database."""

    def __init__(self, store: Store, holder: Holder | None = None) -> None:
        super().__init__(store)
        self._tenure = Tenure(holder or new_holder())
        self._turn: TurnRecord | None = None
        """The one under way."""

    def take_lock(self, now: datetime) -> Held | None:
        with self._store.writing() as connection:
            return locking.take(connection, self._tenure, now)

    def keep_lock(self, now: datetime) -> bool:
        if self._tenure.held and self._tenure.due(now):
            try:
                with self._acting(at=now):
                    pass
            except LockLost:
                return False
        return self._tenure.held

    @contextmanager
    def _acting(
        self,
        durable: Durable = Durable.POWER_LOSS,
        *,
        at: datetime | None = None,
        whole: bool = False,
    ) -> Iterator[Connection]:
        """One transaction of the lock's holder. Raises `LockLost` for anybody else."""
        with self._store.writing(durable) as connection:
            locking.check(connection, self._tenure, at, whole=whole)
            yield connection

    def close(self) -> None:
        """Give the lock up, if that can still be written: otherwise it ends by itself."""
        try:
            if self._tenure.held:
                with self._store.writing() as connection:
                    locking.give_up(connection, self._tenure)
        except (LedgerUnavailable, LedgerUnusable):
            pass
        finally:
            super().close()

    def fill(self, lines: Iterable[str], words: tuple[Override, Override] | None = None) -> int:
        """Take over another ledger's export where nothing is remembered yet; answers how many rows came.

        `words`: said with it, as by `begin_anew`; None: nothing was done or said since it was written.
        """
        count, last = export.imported(self._store, lines, words)
        self._store.note(Bookmark(word=last))
        return count

    def apply(self, writes: Sequence[Write]) -> None:
        """All of them or none; where the turn under way was gone, it is written again with them."""
        wanted = [one for one in writes if not (isinstance(one, Queued) and one.is_empty)]
        if not wanted:
            return
        try:
            applying.apply(self._store, self._transaction(wanted), wanted)
        except IntegrityError:
            if not self._began_again():
                raise
            self.apply(wanted)
        for one in wanted:
            self._turn = one.turn if isinstance(one, TurnBegun) else self._turn

    def _transaction(self, writes: Sequence[Write]) -> AbstractContextManager[Connection]:
        """A transaction as these need it: of the lock's holder, unless people alone said something."""
        if all(isinstance(one, Word) for one in writes):
            return self._store.writing()
        return self._acting(Durable.POWER_LOSS if any(map(lasting, writes)) else Durable.KILL)

    def _began_again(self) -> bool:
        """Whether the turn under way was gone, as after a server took over that had not heard of it; then it
        is written again, and what failed for its sake can be done.
        """
        if self._turn is None:
            return False
        with self._acting() as connection:
            if connection.execute(select(turns.c.id).where(turns.c.id == self._turn.id)).first() is not None:
                return False
            attempts.began_again(connection, self._turn)
        return True

    def write_intent(self, intent: Intent, guard: Callable[[GateFacts], Reason | None]) -> Intent | Reason:
        try:
            with self._acting(at=intent.written_at, whole=True) as connection:
                return attempts.write(connection, intent, guard)
        except LockLost:
            return Reason.LOCK_LOST
        except IntegrityError:
            with self._store.reading() as connection:
                if attempts.is_unresolved(connection, intent.account.id):
                    return Reason.UNRESOLVED
            if not self._began_again():
                raise
            return self.write_intent(intent, guard)

    def conclude(self, concluded: Concluded) -> None:
        with self._store.writing() as connection:
            if attempts.conclude(connection, concluded):
                if concluded.outcome is not None:
                    recording.write_release(connection, concluded.outcome)
                outbox.queue(connection, concluded.messages, at=concluded.at)

    def waiting(
        self, notifier: str, kinds: Collection[EventKind] = ALL_KINDS, *, most: int = PART
    ) -> Iterator[Sequence[QueuedMessage]]:
        def read(after: int) -> tuple[Sequence[QueuedMessage], int | None]:
            with self._store.reading() as connection:
                return outbox.waiting(connection, notifier, kinds, after, most)

        return in_parts(read)

    def channels(self, notifiers: Collection[str], now: datetime | None) -> Mapping[str, Channel]:
        with self._store.reading() as connection:
            return standing.channels_of(connection, notifiers, now)

    def begin_delivery(
        self, messages: Iterable[int], *, at: datetime, lost_since: datetime
    ) -> frozenset[int]:
        with self._acting(at=at) as connection:
            return outbox.begin(connection, messages, at=at, lost_since=lost_since)

    def end_delivery(self, note: DeliveryNote, channel: Channel, *, at: datetime) -> None:
        with self._store.writing() as connection:
            outbox.end(connection, note, at=at)
            standing.keep_channel(connection, note.notifier, channel)

    def overdue(self, notifiers: Collection[str], *, sending: Collection[int] = ()) -> int:
        with self._store.reading() as connection:
            return outbox.overdue(connection, notifiers, sending)
