"""Bugs in brakes: one that stops at its limit, one that takes the fleet for smaller than it was."""

from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any
from unittest.mock import patch

from tests.simulation.planted.bug import Planted, together
from tests.simulation.seeded import History
from watcher.brakes.kinds import fleet_share, project_share
from watcher.brakes.shares import FROM


def halted_at_the_limit() -> AbstractContextManager[object]:
    """Four of forty are a tenth of the fleet, and not above it."""

    def exceeds(part: int, whole: int, limit: float, least: int) -> bool:
        return part >= least and Decimal(part) >= Decimal(str(limit)) * whole

    return together(
        patch.object(fleet_share, "exceeds", exceeds), patch.object(project_share, "exceeds", exceeds)
    )


def small_dockets_not_judged() -> AbstractContextManager[object]:
    """No share is too large of fewer than six."""
    real = fleet_share.exceeds

    def exceeds(part: int, whole: int, limit: float, least: int) -> bool:
        return real(part, whole, limit, 2 * FROM)

    return patch.object(fleet_share, "exceeds", exceeds)


def fleet_counted_after_its_releases() -> AbstractContextManager[object]:
    def size(assigned: int, entries: Any) -> int:
        return assigned

    return patch.object(fleet_share, "size_before", size)


def _narrow(one: History) -> bool:
    return one.rules.enforce and not one.rules.wide and one.in_memory


BRAKING: dict[str, Planted] = {
    "halted at the limit": Planted(
        plant=halted_at_the_limit, found_by="inexact brake", seed=40, shows=_narrow
    ),
    "small dockets not judged": Planted(
        plant=small_dockets_not_judged, found_by="inexact brake", seed=79, shows=_narrow
    ),
    "fleet counted after its releases": Planted(
        plant=fleet_counted_after_its_releases, found_by="inexact brake", seed=40, shows=_narrow
    ),
}
