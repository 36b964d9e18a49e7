"""Bugs in what several watchers do beside each other, and in what nobody configured."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial
from typing import Any
from unittest.mock import patch

from tests.simulation.planted.bug import Planted, enforced, to_be_released, together, with_orders
from tests.simulation.seeded import History
from watcher.adapters.ledger import migrate
from watcher.adapters.ledger.lock import Lock
from watcher.adapters.ledger.memory.ledger import MemoryLedger
from watcher.rules.shards import WHOLE
from watcher.rules.targets import Target


def discovered_is_enrolled() -> AbstractContextManager[object]:
    def target(**facts: Any) -> Target:
        return Target(**{**facts, "enrolled": True})

    return patch("watcher.turn.gather.Target", target)


def shard_takes_the_whole() -> AbstractContextManager[object]:
    """Each looks after all projects."""
    return with_orders(lambda orders: replace(orders, shard=WHOLE))


def nobody_waits_for_the_lock() -> AbstractContextManager[object]:
    """Each takes it whoever has it, and writes whoever has taken it since."""
    take = MemoryLedger.take_lock

    def take_lock(self: MemoryLedger, now: Any) -> Any:
        self._state.lock = self._state.lock.given_up()
        return take(self, now)

    @contextmanager
    def acting(self: MemoryLedger, **_: Any) -> Iterator[Any]:
        with self._state.guard:
            yield self._state

    return together(
        patch.object(MemoryLedger, "take_lock", take_lock), patch.object(MemoryLedger, "_acting", acting)
    )


def lock_never_lapses() -> AbstractContextManager[object]:
    """Who had it once has it for ever, also when it has ended."""
    return together(
        patch.object(Lock, "is_promised", lambda self, me, now: self.until is not None),
        patch.object(Lock, "given_up", lambda self: self),
    )


def upgrade_forgets_warnings() -> AbstractContextManager[object]:
    """What was told of renewals does not outlive a migration."""
    real = migrate._upgrade

    def upgrade(connection: Any) -> None:
        real(connection)
        connection.exec_driver_sql("DELETE FROM outbox WHERE kind = 'renewal.warning'")

    return patch.object(migrate, "_upgrade", upgrade)


def _one_is_found(one: History) -> bool:
    idle = to_be_released(replace(one, rules=replace(one.rules, enrolled=one.rules.discovered)))
    return enforced(one) and any(lease.id in idle for lease in one.leases)


def _has(kind: str, one: History) -> bool:
    return enforced(one) and kind in one.kinds


BESIDE: dict[str, Planted] = {
    "discovered is enrolled": Planted(
        plant=discovered_is_enrolled, found_by="wrong release", seed=10, shows=_one_is_found
    ),
    "shard takes the whole": Planted(
        plant=shard_takes_the_whole, found_by="told twice", seed=25, shows=partial(_has, "shards")
    ),
    "nobody waits for the lock": Planted(
        plant=nobody_waits_for_the_lock,
        found_by="two at once",
        seed=13,
        shows=partial(_has, "several processes on a ledger"),
    ),
    "upgrade forgets warnings": Planted(
        plant=upgrade_forgets_warnings,
        found_by="told twice",
        seed=24,
        shows=lambda one: any(each.kind == "upgrade in mid-history" for each in one.happenings),
        on_disk=True,
    ),
    "lock never lapses": Planted(
        plant=lock_never_lapses,
        found_by="avoidable miss",
        seed=13,
        shows=partial(_has, "several processes on a ledger"),
    ),
}
