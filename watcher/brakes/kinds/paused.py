"""A person paused releases, now or beforehand, or the watcher did after a surprise."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from watcher.brakes.docket import Docket
from watcher.brakes.fleet_state import FleetState
from watcher.brakes.halts import Brake, Halt
from watcher.brakes.limits import Limits
from watcher.record.overrides import Override
from watcher.record.planned_pauses import PauseInForce
from watcher.texts.commands import WayOut, to_resume
from watcher.texts.times import clock_time


def _check(_docket: Docket, state: FleetState, _limits: Limits) -> Iterator[Halt]:
    yield from said_halts(state.pauses)
    yield from planned_halts(state.planned, state.now)


def said_halts(pauses: Iterable[Override]) -> Iterator[Halt]:
    """Those of pauses that people said."""
    for pause in pauses:
        yield Halt(
            brake=PAUSED,
            measured=f"paused by {pause.by}: {pause.why}",
            limit="resume",
            project=pause.project,
            lifts_at=pause.until,
        )


def planned_halts(pauses: Iterable[PauseInForce], now: datetime) -> Iterator[Halt]:
    """Those of planned pauses: on now, or at a moment that is to come; also of what people said."""
    for pause in pauses:
        ends = "" if pause.until is None else f" until {clock_time(pause.until, UTC, now=now)}"
        ahead = pause.begins is not None and pause.begins > now
        begins = f" from {clock_time(pause.begins, UTC, now=now)}" if ahead and pause.begins else ""
        said = pause.by is not None
        what = f"paused by {pause.by}" if said else "planned pause"
        yield Halt(
            brake=PAUSED,
            measured=f"{what}{begins}{ends}: {pause.why}",
            limit="resume" if said else "its end",
            project=pause.project,
            lifts_at=pause.until,
            planned=not said,
            foreseen=pause.begins if said else None,
        )


def _way_out(halt: Halt, _docket_id: str) -> WayOut:
    if halt.planned:
        there = "stands in [[pauses]] of the configuration, and ends sooner only there"
        return WayOut(text=f"a planned pause {there}")
    return WayOut.by_typing(to_resume(halt.project, coming=halt.foreseen is not None), after=" lifts it")


PAUSED = Brake(
    word="paused",
    title="paused",
    check=_check,
    way_out=_way_out,
    says_all=True,
)
