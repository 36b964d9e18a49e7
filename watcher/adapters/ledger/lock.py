"""The writer's lock (ADR 14): who acts on a ledger, with a number that only grows.

Whoever takes the lock raises the number. Every write that leads to something happening asks, in its own
transaction, whether the number is still the one that this process took. Pure: where the lock is kept is the
ledger's affair.

Why a number and not a lock of the database: behind a pooler that shares connections between transactions a
session's lock belongs to nobody, and a process that was frozen for minutes (a suspended machine, a full swap)
wakes up sure of a lock that others have taken over since. With the number its next write is refused, whatever
it believes. What no number can refuse is a DELETE that is already on its way: so the term is longer than a
request may take after its intent, and a process that was away longer sends nothing (`read_back.AT_ONCE`). A
holder that is known to be dead, by its machine's boot and its process's start, is not waited for.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from watcher.adapters.ledger.holder import Holder, is_gone, new_holder
from watcher.memory.remembered import Held
from watcher.ports.ledger import LockLost

TERM: Final = timedelta(minutes=5)
"""How long a holder may be silent. A living turn writes, or waits for one answer, far more often."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lock:
    """Who took it last, and until when others leave it to them. The empty value: nobody ever did."""

    number: int = 0
    host: str | None = None
    machine: str | None = None
    pid: int | None = None
    process: str | None = None
    token: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def held(self) -> Held | None:
        if self.host is None or self.pid is None or self.since is None:
            return None
        return Held(host=self.host, pid=self.pid, since=self.since)

    def is_promised(self, me: Holder, now: datetime) -> bool:
        """Whether its holder may still act. Beyond a term it is a clock that is wrong."""
        if self.until is None or not now < self.until <= now + 2 * TERM:
            return False
        machine, pid, process = self.machine or "", self.pid or 0, self.process or ""
        return not is_gone(me, machine=machine, pid=pid, process=process)

    def taken(self, me: Holder, now: datetime) -> "Lock":
        return Lock(
            number=self.number + 1,
            host=me.host,
            machine=me.machine,
            pid=me.pid,
            process=me.process,
            token=me.token,
            since=now,
        )

    def given_up(self) -> "Lock":
        """Whoever comes next need not wait."""
        return replace(self, until=None)


def holder_of(there: Lock, now: datetime) -> Held | None:
    """Who may act now, for whoever looks on."""
    return there.held if there.is_promised(new_holder(), now) else None


class Tenure:
    """One opened ledger's part in the lock: which number it took, and until when others leave it to it."""

    def __init__(self, me: Holder) -> None:
        self._me = me
        self.number: int | None = None
        self._until: datetime | None = None

    @property
    def held(self) -> bool:
        """As far as is known without asking."""
        return self.number is not None

    def due(self, now: datetime) -> bool:
        """Whether it is time to say again that we are alive. The clock may have been set back."""
        return self._until is None or not now <= self._until - TERM / 2 <= now + TERM

    def take(self, there: Lock, now: datetime) -> Lock | Held:
        """The lock as it is when it is ours, taken or kept; or who has it, if that is somebody else."""
        if not (there.token == self._me.token and there.number == self.number):
            if there.is_promised(self._me, now) and (other := there.held) is not None:
                self.number = None
                return other
            there = there.taken(self._me, now)
            self.number = there.number
        return self.extended_on(there, now)

    def extended(self, now: datetime) -> datetime:
        """Until when others leave it to us, from now on."""
        self._until = now + TERM
        return self._until

    def extended_on(self, there: Lock, now: datetime) -> Lock:
        return replace(there, until=self.extended(now))

    def lose(self, there: Lock) -> LockLost:
        """It is not ours any more: what to raise."""
        self.number = None
        return LockLost(there.held)

    def give_up(self) -> None:
        self.number = None
