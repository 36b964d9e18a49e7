"""Projects that cannot be read, and a discovery that cannot: noted, and told as a standing problem."""

from dataclasses import dataclass
from datetime import datetime

from watcher.facts.accounts import Unread
from watcher.memory.departed import departed, is_accepted
from watcher.memory.remembered import FleetMemory, ProjectMemory
from watcher.memory.writes import GoneRecord, UnreadRecord
from watcher.messages.telling import unread_event
from watcher.ports.leases import ApiError
from watcher.rules.plan import Mode
from watcher.rules.targets import Target
from watcher.turn.gather import is_missing
from watcher.turn.harvest import Harvest
from watcher.turn.means import Means


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreadable:
    """Of one turn. What it finds is in the harvest; the rest goes to the ledger at once."""

    means: Means
    harvest: Harvest
    memory: FleetMemory
    turn: str
    now: datetime
    noted_at: datetime
    """No later than it truly is: what is remembered outlasts a clock that was ahead."""

    def left(self, target: Target, error: ApiError, remembered: ProjectMemory) -> bool:
        """Whether the project is no more, as a person accepted: its accounts are noted as gone, told once.

        Then only what discovery lists again is read again. Its standing problems are over by its absence.
        """
        accepted = is_accepted(remembered, self.memory.overrides, self.now)
        if not (target.named_by_nobody and is_missing(error) and accepted):
            return False
        known, events = departed(remembered, self.now)
        self.harvest.events += events
        live = self.means.orders.mode is Mode.ENFORCE
        self.means.ledger.apply(
            (
                GoneRecord(
                    project=target.id,
                    turn=self.turn,
                    at=self.now,
                    known=known,
                    messages=self.means.orders.routes.messages(events, live=live),
                ),
            )
        )
        return True

    def project(self, target: Target, error: ApiError, remembered: ProjectMemory) -> None:
        since = remembered.unreadable_since or self.noted_at
        leased = len(remembered.leased)
        why = f"{error.summary}; {leased} accounts were leased in it" if leased else error.summary
        unread = Unread(project=target.id, name=target.name, code=error.code, why=why)
        self.means.ledger.apply(
            (
                UnreadRecord(
                    project=target.id,
                    at=self.now,
                    noted_at=self.noted_at,
                    unreadable_since=since,
                    missing=is_missing(error),
                    partly=frozenset(error.listed.keys() - remembered.leased),
                ),
            )
        )
        self._tell(unread)

    def discovery(self, unread: Unread) -> None:
        """Projects may be missing that nobody can name."""
        self._tell(unread)

    def _tell(self, unread: Unread) -> None:
        self.harvest.unread.append(unread)
        self.harvest.events += self.means.follow([unread_event(unread, self.now)], self.memory, self.now)
