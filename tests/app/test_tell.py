"""Delivery: tried at every turn, for a week, then a dead letter that people can see."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from tests.fakes.clock import FakeClock
from tests.stage import NOW, TICK, D
from watcher.app.tell import tell
from watcher.domain.events import Event, EventKind
from watcher.domain.memory import Message, QueuedMessage
from watcher.ports.ledger import Ledger
from watcher.ports.notifier import Delivery, Digest, Postponed


class Down:
    name, counts = "ops", True

    def deliver(self, digest: Digest) -> Delivery:
        return Postponed(why="no answer in time")


class Outbox:
    """The part of a ledger that `tell` asks."""

    def __init__(self, queued_at: Sequence[datetime]) -> None:
        event = Event(kind=EventKind.RENEWAL_WARNING, key="k", at=NOW, text="t")
        message = Message(notifier="ops", event=event, live=True)
        self._waiting = [
            QueuedMessage(id=number, message=message, queued_at=at) for number, at in enumerate(queued_at)
        ]
        self.tried: dict[int, tuple[str, bool]] = {}

    def waiting(self, notifier: str) -> Sequence[QueuedMessage]:
        return self._waiting

    def not_accepted(self, messages: Iterable[int], *, why: str, for_good: bool, at: datetime) -> None:
        self.tried |= dict.fromkeys(messages, (why, for_good))


@pytest.mark.parametrize(
    ("age", "given_up"), [(timedelta(), False), (7 * D - TICK, False), (7 * D, True), (8 * D, True)]
)
def test_what_a_week_of_turns_could_not_deliver_is_given_up(age: timedelta, given_up: bool) -> None:
    outbox = Outbox([NOW - age])
    undelivered = tell([Down()], cast("Ledger", cast("Any", outbox)), FakeClock(NOW), turn="t")

    assert undelivered == 1
    why = "no answer in time; tried for 7 d" if given_up else "no answer in time"
    assert outbox.tried == {0: (why, given_up)}


def test_the_young_are_tried_again_beside_the_old() -> None:
    outbox = Outbox([NOW - 7 * D, NOW])
    tell([Down()], cast("Ledger", cast("Any", outbox)), FakeClock(NOW), turn="t")

    assert {number: for_good for number, (_, for_good) in outbox.tried.items()} == {0: True, 1: False}
