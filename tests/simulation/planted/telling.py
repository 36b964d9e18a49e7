"""Bugs in what messages say: of another day, of another time, at another price."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from tests.simulation.planted.bug import Planted, together
from watcher.messages import about, meanwhile, renewal_messages
from watcher.messages.routes import Routes
from watcher.texts import times


def told_of_another_day() -> AbstractContextManager[object]:
    def when(moment: Any, now: Any, zone: Any) -> str:
        return times.when(moment + timedelta(days=1), now, zone)

    return patch.object(renewal_messages, "when", when)


def old_evidence_told_as_of_now() -> AbstractContextManager[object]:
    """What waited says for how long there was no post when it was written, and all else as it is now."""
    return patch.object(meanwhile, "_as_of_then", lambda event, _now: tuple(meanwhile._grounds(event)))


def announced_for_any_time() -> AbstractContextManager[object]:
    """The moment of the announcement is told as the first at which the release may come."""
    real = renewal_messages.announcement

    def announcement(decision: Any, step: Any, now: Any, **how: Any) -> Any:
        return real(decision, replace(step, not_before=now), now, **how)

    return together(
        patch("watcher.decide.announce.announcement", announcement),
        patch.object(renewal_messages, "announcement", announcement),
    )


def told_at_another_price() -> AbstractContextManager[object]:
    real = about.about

    def dearer(account: Any, *what: Any, **how: Any) -> Any:
        return real(replace(account, price_cents=account.price_cents + 100), *what, **how)

    return patch.object(renewal_messages, "about", dearer)


def observed_told_as_enforced() -> AbstractContextManager[object]:
    real = Routes.messages

    def messages(self: Routes, events: Any, *, live: bool) -> Iterator[Any]:
        return real(self, events, live=True)

    return patch.object(Routes, "messages", messages)


def use_meanwhile_not_asked() -> AbstractContextManager[object]:
    """Of a renewal that passed while nobody looked, its use is taken to be that of the last look."""
    return patch("watcher.turn.each_project.also_by_then", lambda reading, *_: reading)


TELLING: dict[str, Planted] = {
    "use meanwhile not asked": Planted(
        plant=use_meanwhile_not_asked,
        found_by="untrue message",
        seed=15,
        shows=lambda one: one.rules.enforce,
    ),
    "told of another day": Planted(
        plant=told_of_another_day, found_by="untrue message", seed=1, shows=lambda one: True
    ),
    "old evidence told as of now": Planted(
        plant=old_evidence_told_as_of_now, found_by="untrue message", seed=18, shows=lambda one: True
    ),
    "announced for any time": Planted(
        plant=announced_for_any_time, found_by="untrue message", seed=1, shows=lambda one: one.rules.enforce
    ),
    "told at another price": Planted(
        plant=told_at_another_price, found_by="untrue message", seed=1, shows=lambda one: True
    ),
    "observed told as enforced": Planted(
        plant=observed_told_as_enforced,
        found_by="untrue message",
        seed=83,
        shows=lambda one: not one.rules.enforce,
    ),
}
