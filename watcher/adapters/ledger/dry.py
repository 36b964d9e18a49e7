"""A ledger for audits and dry runs: it remembers, and forgets whatever it is told."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from watcher.decide.measures import LedgerCounts
from watcher.facts.accounts import AccountId, LeasePeriod, Listed, ProjectId
from watcher.memory.remembered import FleetMemory, Known, ProjectMemory
from watcher.memory.writes import Bound, Write
from watcher.messages.delivery import Channel, DeliveryNote
from watcher.messages.outbox import Message, QueuedMessage, Undelivered
from watcher.messages.problems import Problem
from watcher.ports.ledger import GateFacts, Held, HistoryLine, LedgerReader, require_ours
from watcher.record.intents import Ending, Intent
from watcher.record.outcomes import Outcome
from watcher.record.reasons import Reason
from watcher.record.restored import Lost


@dataclass(frozen=True, kw_only=True, slots=True)
class DryLedger:
    """A whole `Ledger` over a reader. It holds nothing that could write."""

    reader: LedgerReader

    @property
    def place(self) -> str:
        return self.reader.place

    def bound_to(self) -> tuple[str, str] | None:
        return self.reader.bound_to()

    def part(self) -> str | None:
        return self.reader.part()

    def apply(self, writes: Sequence[Write]) -> None:
        """Nothing is written. Whether it may be looked into at all is checked as it would be."""
        for one in writes:
            if isinstance(one, Bound):
                require_ours(self.reader, one)

    def lost(self) -> Lost | None:
        return self.reader.lost()

    def fleet(self, now: datetime) -> FleetMemory:
        return self.reader.fleet(now)

    def project(self, project: ProjectId) -> ProjectMemory:
        return self.reader.project(project)

    def find(self, reference: str) -> Sequence[Known]:
        return self.reader.find(reference)

    def doubles(self) -> Mapping[AccountId, frozenset[ProjectId]]:
        return self.reader.doubles()

    def listings(self, accounts: Collection[AccountId]) -> Mapping[AccountId, Sequence[Listed]]:
        return self.reader.listings(accounts)

    def known(self, accounts: Collection[AccountId]) -> Mapping[AccountId, Sequence[Known]]:
        return self.reader.known(accounts)

    def inhabited(self) -> Sequence[ProjectId]:
        return self.reader.inhabited()

    def history(self, account: AccountId | None = None) -> Iterator[HistoryLine]:
        return self.reader.history(account)

    def docket(self, docket_id: str) -> Sequence[LeasePeriod] | None:
        return self.reader.docket(docket_id)

    def problems(self) -> Mapping[str, Problem]:
        return self.reader.problems()

    def undelivered(self) -> Sequence[Undelivered]:
        return self.reader.undelivered()

    def counts(self) -> LedgerCounts:
        return self.reader.counts()

    def prove_writable(self) -> None:
        pass

    def close(self) -> None:
        self.reader.close()

    def take_lease(self, now: datetime) -> Held | None:
        """A look needs none."""
        return None

    def keep_lease(self, now: datetime) -> bool:
        return True

    def retry_messages(self, messages: Collection[int], *, at: datetime) -> int:
        return 0

    def drop_messages(self, messages: Collection[int], *, by: str, why: str, at: datetime) -> int:
        return 0

    def write_intent(self, intent: Intent, guard: Callable[[GateFacts], Reason | None]) -> Intent | Reason:
        """Never: an actor that releases must not be wired to this ledger."""
        raise AssertionError(f"a dry turn was about to release {intent.account.id}")

    def conclude(
        self,
        intent: Intent,
        ending: Ending,
        *,
        at: datetime,
        detail: str,
        request_id: str | None = None,
        said_by: str | None = None,
        outcome: Outcome | None = None,
        messages: Iterable[Message] = (),
    ) -> None:
        raise AssertionError(f"a dry turn was about to conclude the release of {intent.account.id}")

    def waiting(self, notifier: str) -> Sequence[QueuedMessage]:
        return ()

    def channel(self, notifier: str, now: datetime | None) -> Channel:
        return Channel()

    def begin_delivery(
        self, messages: Iterable[int], *, at: datetime, lost_since: datetime
    ) -> frozenset[int]:
        return frozenset()

    def end_delivery(self, note: DeliveryNote, channel: Channel, *, at: datetime) -> None:
        pass

    def overdue(self, notifiers: Collection[str], *, sending: Collection[int] = ()) -> int:
        return 0
