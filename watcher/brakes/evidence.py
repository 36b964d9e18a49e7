"""Use fell away at once, or cannot be told: perhaps its source is blind, not the fleet idle."""

from collections.abc import Iterator

from watcher.brakes.halts import Brake, Halt
from watcher.brakes.limits import Limits
from watcher.brakes.population import jumped
from watcher.brakes.size import exceeds
from watcher.brakes.state import FleetState

_MOST = 0.5
"""Who is asked is a sample of the fleet: where most answers are not understood, it is their source."""


def evidence_brakes(state: FleetState, limits: Limits) -> Iterator[Halt]:
    yield from _idle(state, limits)
    yield from _unshown(state, limits)
    yield from _unknown(state, limits.max_unknown_share)


def _idle(state: FleetState, limits: Limits) -> Iterator[Halt]:
    """Of the fleet: few are asked about at a time, and most of those because they may be unused."""
    fleet = max(state.assigned, state.asked)
    if jumped(state.turned_idle, fleet, limits.max_idle_jump):
        yield Halt(
            brake=Brake.IDLE_JUMP,
            measured=f"{state.turned_idle} of {fleet} accounts turned unused within a day",
            limit=f"{limits.max_idle_jump:.0%}",
        )


def _unshown(state: FleetState, limits: Limits) -> Iterator[Halt]:
    """Of those whose last use must still show: of a source that goes blind the first turn tells."""
    limit = limits.max_idle_jump
    everywhere = jumped(state.unshown, state.remembered, limit)
    if everywhere:
        yield Halt(
            brake=Brake.IDLE_JUMP,
            measured=f"the last use of {state.unshown} of {state.remembered} accounts is no longer shown",
            limit=f"{limit:.0%}",
        )
    for project, known in state.projects.items():
        if known.blank:
            yield Halt(
                brake=Brake.IDLE_JUMP,
                measured="no use at all is shown any more",
                limit="never",
                project=project,
            )
        elif not everywhere and jumped(known.unshown, known.remembered, limit):
            yield Halt(
                brake=Brake.IDLE_JUMP,
                measured=f"the last use of {known.unshown} of {known.remembered} accounts is no longer shown",
                limit=f"{limit:.0%}",
                project=project,
            )


def _unknown(state: FleetState, limit: float) -> Iterator[Halt]:
    """A doubt about one account is one of the fleet; a source that fails is seen in those asked about."""
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
        brake=Brake.UNKNOWN_SHARE,
        measured=f"activity of {part} of {whole} {where} unknown",
        limit=f"{limit:.0%}",
    )
