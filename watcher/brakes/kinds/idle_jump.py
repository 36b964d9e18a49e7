"""Use fell away at once: perhaps its source is blind, not the fleet idle."""

from collections.abc import Iterator

from watcher.brakes.docket import Docket
from watcher.brakes.fleet_state import FleetState
from watcher.brakes.halts import Brake, Halt
from watcher.brakes.limits import Limits
from watcher.brakes.shares import jumped
from watcher.texts.commands import WayOut, to_accept_the_baseline
from watcher.texts.spans import counted


def _turned_idle(state: FleetState, limits: Limits) -> Iterator[Halt]:
    """Of the fleet: few are asked about at a time, and most of those because they may be unused."""
    fleet = max(state.assigned, state.asked)
    if jumped(state.turned_idle, fleet, limits.max_idle_jump):
        yield Halt(
            brake=IDLE_JUMP,
            measured=f"{state.turned_idle:,} of {counted(fleet, 'account')} turned unused within a day",
            limit=f"{limits.max_idle_jump:.0%}",
        )


def _unshown(state: FleetState, limits: Limits) -> Iterator[Halt]:
    """Of those whose last use must still show: of a source that goes blind the first turn tells."""
    limit = limits.max_idle_jump
    everywhere = jumped(state.unshown, state.remembered, limit)
    if everywhere:
        yield Halt(
            brake=IDLE_JUMP,
            measured=_no_more_shown(state.unshown, state.remembered),
            limit=f"{limit:.0%}",
        )
    for project, known in state.projects.items():
        if known.blank:
            yield Halt(
                brake=IDLE_JUMP,
                measured="no use at all is shown any more",
                limit="",
                project=project,
            )
        elif not everywhere and jumped(known.unshown, known.remembered, limit):
            yield Halt(
                brake=IDLE_JUMP,
                measured=_no_more_shown(known.unshown, known.remembered),
                limit=f"{limit:.0%}",
                project=project,
            )


def _no_more_shown(some: int, of: int) -> str:
    return f"the last use of {some:,} of {counted(of, 'account')} is no longer shown"


def _check(_docket: Docket, state: FleetState, limits: Limits) -> Iterator[Halt]:
    yield from _turned_idle(state, limits)
    yield from _unshown(state, limits)


def _way_out(_halt: Halt, _docket_id: str) -> WayOut:
    return WayOut.by_typing(
        to_accept_the_baseline(), before="ends when their use shows again; if they are unused indeed: "
    )


IDLE_JUMP = Brake(
    word="idle_jump",
    title="too many accounts turned unused at once",
    check=_check,
    way_out=_way_out,
    of_a_baseline=True,
)
