"""The ledger of somebody who has none yet: nothing is remembered."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from watcher.adapters.ledger.memory.state import State
from watcher.ahead.backtest import Recorded
from watcher.decide.measures import LedgerCounts
from watcher.facts.accounts import Account, AccountId, LeasePeriod, Listed, ProjectId
from watcher.memory.remembered import FleetMemory, Held, Known, ProjectMemory, TurnRecord
from watcher.memory.writes import DocketKept
from watcher.messages.outbox import Undelivered
from watcher.messages.problems import Problem
from watcher.ports.ledger import HistoryLine
from watcher.record.fates import Fates
from watcher.record.notices import Notice
from watcher.record.outcomes import Outcome
from watcher.record.past_releases import PastRelease
from watcher.record.restored import Lost


class EmptyLedger:
    """A reader that needs no file: for an audit or a dry run before the first turn.

    `lost`: what shows that there was a ledger.
    """

    place = "(no ledger yet)"

    def __init__(self, lost: Lost | None = None) -> None:
        self._lost = lost

    def bound_to(self) -> tuple[str, str] | None:
        return None

    def part(self) -> str | None:
        return None

    def lost(self) -> Lost | None:
        return self._lost

    def fleet(self, now: datetime) -> FleetMemory:
        return FleetMemory()

    def last_word(self) -> int:
        return 0

    def project(self, project: ProjectId) -> ProjectMemory:
        return ProjectMemory()

    def projects(self, projects: Collection[ProjectId]) -> Mapping[ProjectId, ProjectMemory]:
        return dict.fromkeys(projects, ProjectMemory())

    def find(self, reference: str) -> Sequence[Known]:
        return ()

    def doubles(self) -> Mapping[AccountId, frozenset[ProjectId]]:
        return {}

    def listings(self, accounts: Collection[AccountId]) -> Mapping[AccountId, Sequence[Listed]]:
        return {}

    def known(self, accounts: Collection[AccountId]) -> Mapping[AccountId, Sequence[Known]]:
        return {}

    def leased(self, project: ProjectId | None = None, *, ever: bool = False) -> Iterator[Account]:
        return iter(())

    def renewals_since(self) -> Mapping[AccountId, datetime]:
        return {}

    def fates(self, accounts: Collection[AccountId]) -> Fates:
        return {}

    def inhabited(self) -> Sequence[ProjectId]:
        return ()

    def history(
        self,
        account: AccountId | None = None,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Iterator[HistoryLine]:
        return iter(())

    def past_releases(self, before: datetime) -> Iterator[PastRelease]:
        return iter(())

    def renewals_paid(self, since: datetime, until: datetime) -> Iterator[Outcome]:
        return iter(())

    def docket(self, docket_id: str) -> DocketKept | None:
        return None

    def dockets(self, now: datetime) -> Mapping[str, DocketKept]:
        return {}

    def announced(self, now: datetime) -> Mapping[LeasePeriod, Notice]:
        return {}

    def turns(self, now: datetime, *, most: int = 2) -> Sequence[TurnRecord]:
        return ()

    def holder(self, now: datetime) -> Held | None:
        return None

    def problems(self) -> Mapping[str, Problem]:
        return {}

    def undelivered(self) -> Sequence[Undelivered]:
        return ()

    def counts(self) -> LedgerCounts:
        return LedgerCounts()

    def into_memory(self, now: datetime) -> State:
        """A memory in which nothing is yet."""
        return State(self.place)

    def recorded(self) -> Iterator[Recorded]:
        yield Recorded()

    def close(self) -> None:
        pass
