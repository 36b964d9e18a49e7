"""Bugs in what is kept and told: books, prices, messages."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from tests.simulation.planted.bug import Planted, enforced, in_memory
from watcher.adapters.ledger.memory import outbox
from watcher.memory import paid
from watcher.memory.savings import SavingsShare
from watcher.messages.events import EventKind
from watcher.messages.routes import Routes


def wrong_price() -> AbstractContextManager[object]:
    def dearer(*what: Any, **how: Any) -> Iterator[Any]:
        for outcome in paid.paid_renewals(*what, **how):
            yield replace(outcome, price_cents=outcome.price_cents + 1)

    return patch("watcher.memory.review.paid_renewals", dearer)


def paid_outcome_lost() -> AbstractContextManager[object]:
    return patch("watcher.memory.review.paid_renewals", lambda *_, **__: iter(()))


def acceptance_forgotten() -> AbstractContextManager[object]:
    """So every message is told again and again."""
    real = outbox.end

    def end(state: Any, note: Any, *rest: Any, **how: Any) -> Any:
        return real(state, replace(note, accepted=(), waiting=(*note.waiting, *note.accepted)), *rest, **how)

    return patch.object(outbox, "end", end)


def savings_without_later_months() -> AbstractContextManager[object]:
    return patch.object(SavingsShare, "avoided", property(lambda self: self.saved))


def warnings_repeated() -> AbstractContextManager[object]:
    """What was queued before is queued again, and so told again by every turn that finds it due."""
    real = outbox.queue

    def queue(state: Any, messages: Any, **how: Any) -> None:
        for one in messages:
            if one.event.kind is EventKind.RENEWAL_WARNING:
                state.letter_of.pop(one.event.key, None)
            real(state, [one], **how)

    return patch.object(outbox, "queue", queue)


def warnings_lost() -> AbstractContextManager[object]:
    real = Routes.messages

    def messages(self: Routes, events: Any, **how: Any) -> Any:
        return real(self, [one for one in events if one.kind is not EventKind.RENEWAL_WARNING], **how)

    return patch.object(Routes, "messages", messages)


KEEPING: dict[str, Planted] = {
    "wrong price": Planted(plant=wrong_price, found_by="wrong price", seed=55, shows=lambda one: True),
    "paid outcome lost": Planted(
        plant=paid_outcome_lost, found_by="paid, and not noted", seed=55, shows=lambda one: True
    ),
    "acceptance forgotten": Planted(
        plant=acceptance_forgotten, found_by="told twice", seed=126, shows=in_memory
    ),
    "savings without later months": Planted(
        plant=savings_without_later_months, found_by="wrong savings", seed=126, shows=enforced
    ),
    "warnings repeated": Planted(plant=warnings_repeated, found_by="told twice", seed=3, shows=in_memory),
    "warnings lost": Planted(plant=warnings_lost, found_by="unwarned", seed=1, shows=lambda one: True),
}
