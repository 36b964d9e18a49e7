"""Bugs in how a release is carried out: what was planned is done although it may not be, or done twice."""

from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from tests.simulation.planted.bug import (
    Planted,
    befalls,
    befalls_idle,
    in_memory,
    together,
    with_orders,
)
from watcher.adapters.layers.releaser import LayersReleaser
from watcher.adapters.ledger.memory.ledger import MemoryLedger
from watcher.decide.gate import Gate
from watcher.ports.leases import Uncertain
from watcher.record.intents import Ending
from watcher.record.overrides import Overrides
from watcher.rules import plan as planning
from watcher.wiring import turn as wiring


def hold_between_plan_and_delete_ignored() -> AbstractContextManager[object]:
    real = Gate.objection

    def objection(self: Gate, facts: Any, now: Any) -> Any:
        return real(self, replace(facts, overrides=Overrides()), now)

    return patch.object(Gate, "objection", objection)


def observe_deletes() -> AbstractContextManager[object]:
    enforce = planning.Mode.ENFORCE
    actor = wiring._actor

    def acting(wired_by: Any, *rest: Any) -> Any:
        return actor(replace(wired_by, settings=replace(wired_by.settings, mode=enforce)), *rest)

    return together(
        with_orders(lambda orders: replace(orders, mode=enforce)), patch.object(wiring, "_actor", acting)
    )


def blind_retry() -> AbstractContextManager[object]:
    """A DELETE whose answer is lost is sent again at once. Were it only taken for not done, a second net
    would catch it: the list is read again before every DELETE.
    """
    real = LayersReleaser.release

    def release(self: LayersReleaser, *which: Any, **how: Any) -> Any:
        answer = real(self, *which, **how)
        return real(self, *which, **how) if isinstance(answer, Uncertain) else answer

    return patch.object(LayersReleaser, "release", release)


def lost_delete_taken_for_done() -> AbstractContextManager[object]:
    def settled(*_: Any, **__: Any) -> Ending:
        return Ending.RELEASED

    return together(
        patch("watcher.turn.reconcile.settled", settled), patch("watcher.turn.conclude.settled", settled)
    )


def read_back_at_once() -> AbstractContextManager[object]:
    """A list that is read right after a DELETE is taken for the last word. A net would catch it: what was
    listed and is gone later is looked for among what was released.
    """
    return together(
        patch("watcher.turn.read_back.SETTLES_AFTER", timedelta()),
        patch("watcher.turn.each_project.gone_after_all", lambda *_: frozenset()),
    )


def sent_however_late() -> AbstractContextManager[object]:
    """A process that stood still after its intent sends its DELETE when it wakes up."""
    real = LayersReleaser.release

    def release(self: LayersReleaser, account: Any, *, reason: str, latest: Any) -> Any:
        return real(self, account, reason=reason, latest=latest + timedelta(days=30))

    return patch.object(LayersReleaser, "release", release)


def lock_of_another_ignored() -> AbstractContextManager[object]:
    """Whoever has it, this one takes it."""
    real = MemoryLedger.take_lock

    def take_lock(self: MemoryLedger, now: Any) -> Any:
        self._state.lock = self._state.lock.given_up()
        return real(self, now)

    return patch.object(MemoryLedger, "take_lock", take_lock)


ACTING: dict[str, Planted] = {
    "hold between plan and DELETE ignored": Planted(
        plant=hold_between_plan_and_delete_ignored,
        found_by="wrong release",
        seed=12,
        shows=befalls_idle("hold in mid-turn"),
    ),
    "observe deletes": Planted(
        plant=observe_deletes, found_by="wrong release", seed=83, shows=lambda one: not one.rules.enforce
    ),
    "blind retry": Planted(
        plant=blind_retry,
        found_by="blind retry",
        seed=5,
        shows=befalls("lost answer after a DELETE", "lost DELETE"),
    ),
    "lost DELETE taken for done": Planted(
        plant=lost_delete_taken_for_done,
        found_by="avoidable miss",
        seed=6,
        shows=befalls("lost DELETE", "crash at a request", "5xx"),
    ),
    "read back at once": Planted(
        plant=read_back_at_once,
        found_by="release not in the books",
        seed=31,
        shows=lambda one: befalls("lost answer after a DELETE")(one) and one.settles > timedelta(),
    ),
    "sent however late": Planted(
        plant=sent_however_late,
        found_by="wrong release",
        seed=183,
        shows=befalls("stall at a write", "another watcher on its ledger"),
    ),
    "lock of another ignored": Planted(
        plant=lock_of_another_ignored,
        found_by="wrong release",
        seed=63,
        shows=lambda one: in_memory(one) and befalls("another watcher on its ledger")(one),
    ),
}
