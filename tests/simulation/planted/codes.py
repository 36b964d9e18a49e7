"""Bugs in what a turn's exit code says: all well where it is not, or the other way round."""

from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from tests.simulation.planted.bug import Planted, befalls, enforced, opens_during
from watcher.decide import exits
from watcher.turn.courier import Courier


def unread_is_all_well() -> AbstractContextManager[object]:
    return patch.object(exits, "_unreadable", lambda *_: False)


def halted_is_all_well() -> AbstractContextManager[object]:
    return patch.object(exits, "_braked", lambda *_: False)


def undelivered_is_all_well() -> AbstractContextManager[object]:
    return patch.object(Courier, "_overdue", lambda self: 0)


def unknown_is_all_well() -> AbstractContextManager[object]:
    """Of a DELETE whose answer is lost, and which the lists do not yet tell of."""
    real = exits.exit_of

    def exit_of(report: Any, **how: Any) -> Any:
        return real(replace(report, unresolved=0, attempts=()), **how)

    return patch("tests.simulation.stage.exit_of", exit_of)


def every_turn_has_missed() -> AbstractContextManager[object]:
    return patch.object(exits, "_came_too_late", lambda _: True)


CODES: dict[str, Planted] = {
    "unread is all well": Planted(
        plant=unread_is_all_well,
        found_by="dishonest exit code",
        seed=28,
        shows=befalls("5xx", "no connection", "truncated"),
    ),
    "halted is all well": Planted(
        plant=halted_is_all_well, found_by="dishonest exit code", seed=7, shows=opens_during("pause")
    ),
    "undelivered is all well": Planted(
        plant=undelivered_is_all_well,
        found_by="dishonest exit code",
        seed=11,
        shows=befalls("receiver down"),
    ),
    "unknown is all well": Planted(
        plant=unknown_is_all_well,
        found_by="dishonest exit code",
        seed=6,
        shows=befalls("lost DELETE", "lost answer after a DELETE"),
    ),
    "missed for no reason": Planted(
        plant=every_turn_has_missed, found_by="dishonest exit code", seed=1, shows=enforced
    ),
}
