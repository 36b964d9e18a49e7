"""The ledger remembers too little to be believed: it may be a new one, and the old one lost."""

from collections.abc import Iterator
from datetime import UTC, timedelta

from watcher.brakes.docket import Docket
from watcher.brakes.fleet_state import FleetState
from watcher.brakes.halts import Brake, Halt
from watcher.brakes.limits import Limits
from watcher.texts.commands import WayOut
from watcher.texts.spans import span
from watcher.texts.times import clock_time


def _check(_docket: Docket, state: FleetState, limits: Limits) -> Iterator[Halt]:
    least, since = limits.min_history, state.ledger_since
    if least == timedelta():
        return
    if since is None:
        yield Halt(brake=HISTORY, measured="no completed turn", limit=span(least), lifts_at=state.now + least)
    elif state.now - since < least:
        age = max(state.now - since, timedelta())
        yield Halt(
            brake=HISTORY,
            measured=f"oldest completed turn {span(age)} ago",
            limit=span(least),
            lifts_at=since + least,
        )


def _way_out(halt: Halt, _docket_id: str) -> WayOut:
    """Told only of what time alone does not let go before it is too late."""
    ends = "" if halt.lifts_at is None else f" {clock_time(halt.lifts_at, UTC, now=halt.lifts_at)}"
    return WayOut(
        text=f"it ends by itself{ends}; sooner only by a smaller brakes.min_history, which is right if this "
        "ledger is new, and not if another one was lost"
    )


HISTORY = Brake(
    word="history",
    title="too little history",
    check=_check,
    way_out=_way_out,
    unless="brakes.min_history is lowered",
)
