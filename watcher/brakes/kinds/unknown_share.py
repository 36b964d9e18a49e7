"""The use of too many accounts cannot be told."""

from collections.abc import Iterator

from watcher.brakes.docket import Docket
from watcher.brakes.fleet_state import FleetState
from watcher.brakes.halts import Brake, Halt
from watcher.brakes.limits import Limits
from watcher.brakes.shares import exceeds, jumped
from watcher.texts.commands import WayOut

_MOST = 0.5
"""Who is asked is a sample of the fleet: where most answers are not understood, it is their source."""


def _check(_docket: Docket, state: FleetState, limits: Limits) -> Iterator[Halt]:
    """A doubt about one account is one of the fleet; a source that fails is seen in those asked about."""
    limit = limits.max_unknown_share
    fleet, most = max(state.assigned, state.asked), max(_MOST, limit)
    if exceeds(state.unknown, fleet, limit, 1):
        part, whole, where = state.unknown, fleet, "accounts"
    elif exceeds(state.unreadable, state.asked, limit, 1):
        part, whole, where = state.unreadable, state.asked, "accounts asked about"
    elif jumped(state.unknown, state.asked, most):
        part, whole, where, limit = state.unknown, state.asked, "accounts asked about", most
    else:
        return
    yield Halt(
        brake=UNKNOWN_SHARE,
        measured=f"activity of {part} of {whole} {where} unknown",
        limit=f"{limit:.0%}",
    )


def _way_out(_halt: Halt, _docket_id: str) -> WayOut:
    return WayOut.by_typing(
        "lease-watcher audit",
        before="unknown use ends when it can be read: ",
        after=" names what is in the way",
    )


UNKNOWN_SHARE = Brake(
    word="unknown_share",
    title="too many accounts of unknown use",
    check=_check,
    way_out=_way_out,
)
