"""Too many, too large a share, too much money, too few left: what an approval lifts."""

from collections.abc import Iterator
from decimal import Decimal

from watcher.brakes.docket import Docket, Entry, Place
from watcher.brakes.halts import Brake, Halt
from watcher.brakes.limits import Limits
from watcher.brakes.state import FleetState
from watcher.facts.accounts import ProjectId
from watcher.texts.money import dollars

_SHARE_FROM = 3
"""Shares of very small numbers say little: below this only a limit of 0 halts."""


def size_brakes(docket: Docket, state: FleetState, limits: Limits) -> Iterator[Halt]:
    if not docket.to_come:
        return
    count = len(docket.entries)
    if count > limits.max_releases:
        yield Halt(brake=Brake.TOO_MANY, measured=_releases(count), limit=str(limits.max_releases))
    if exceeds(count, _size(state.assigned, docket.entries), limits.max_share, _SHARE_FROM):
        yield Halt(
            brake=Brake.FLEET_SHARE,
            measured=f"{count} of {_size(state.assigned, docket.entries)} accounts",
            limit=f"{limits.max_share:.0%}",
        )
    value = sum(entry.price_cents for entry in docket.entries)
    if value > limits.max_value_cents:
        yield Halt(
            brake=Brake.VALUE, measured=f"{dollars(value)} a month", limit=dollars(limits.max_value_cents)
        )
    for project in docket.projects:
        yield from _project_brakes(project, docket.of(project), state, limits)


def _project_brakes(
    project: ProjectId, entries: tuple[Entry, ...], state: FleetState, limits: Limits
) -> Iterator[Halt]:
    known = state.projects.get(project)
    size = _size(known.assigned if known else 0, entries)
    if exceeds(len(entries), size, limits.max_project_share, _SHARE_FROM):
        yield Halt(
            brake=Brake.PROJECT_SHARE,
            measured=f"{len(entries)} of {size} accounts",
            limit=f"{limits.max_project_share:.0%}",
            project=project,
        )
    left = max(size - len(entries), 0)
    own = known.keep_at_least if known else None
    keep = limits.keep_at_least if own is None else own
    if left < keep:
        yield Halt(
            brake=Brake.KEEP_AT_LEAST,
            measured=f"{left} would be left",
            limit=str(keep),
            project=project,
        )


def _size(assigned: int, entries: tuple[Entry, ...]) -> int:
    """The size before the releases of the docket: those done are no longer assigned."""
    return assigned + sum(entry.place is Place.DONE for entry in entries)


def exceeds(part: int, whole: int, limit: float, least: int) -> bool:
    """Whether `part` of `whole` is above the limit; under `least` only a limit of 0 counts.

    Exact at the limit: 10 of 100 is not above 0.1.
    """
    if part == 0 or (part < least and limit > 0):
        return False
    return Decimal(part) > Decimal(str(limit)) * whole


def _releases(count: int) -> str:
    return f"{count} release{'' if count == 1 else 's'}"
