"""Turns that write, tell and release: what a look lacks, and nothing else."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from watcher.decide.gathered import Due
from watcher.memory.remembered import FleetMemory, Held
from watcher.memory.writes import Bound, Write
from watcher.messages.halts_by_now import HaltsByNow
from watcher.ports.ledger import Ledger
from watcher.record.attempts import Attempt
from watcher.turn.act import Actor, Situation
from watcher.turn.courier import Courier
from watcher.turn.reconcile import reconcile
from watcher.turn.turns import Turns


@dataclass(frozen=True, kw_only=True, slots=True)
class ActingTurns(Turns):
    """`ledger` is written to, `courier` tells people; `actor` releases, unless the mode is `observe`."""

    ledger: Ledger
    courier: Courier
    actor: Actor

    @property
    def acting(self) -> bool:
        return True

    def take_lock(self, now: datetime) -> Held | None:
        return self.ledger.take_lock(now)

    def keep_lock(self) -> bool:
        return self.ledger.keep_lock(self.clock.now())

    def prove_writable(self) -> None:
        self.ledger.prove_writable()

    def bind(self, bound: Bound) -> None:
        self.ledger.apply((bound,))

    def write(self, writes: Iterable[Write]) -> None:
        self.ledger.apply(tuple(writes))

    def settle(self, memory: FleetMemory, now: datetime, sent_within: timedelta | None) -> Iterator[Attempt]:
        return reconcile(
            memory.unresolved,
            memory.overrides.said,
            reader=self.reader,
            ledger=self.ledger,
            routes=self.orders.routes,
            now=now,
            sent_within=sent_within,
        )

    def act(self, due: Sequence[Due], situation: Situation) -> Iterator[Attempt]:
        return self.actor.act(due, situation)

    def tell(self, clock_proved: bool, halts: HaltsByNow | None = None) -> int:
        return self.courier.tell(clock_proved=clock_proved, halts=halts)

    def collect(self) -> None:
        self.courier.collect()

    def tell_on(self) -> None:
        self.courier.resume()

    def doubt_the_clock(self) -> None:
        self.courier.doubt_the_clock()
