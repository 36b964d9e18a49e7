"""The ledger remembers too little to be believed: it may be a new one, and the old one lost."""

from collections.abc import Iterator
from datetime import timedelta

from watcher.brakes.docket import Docket
from watcher.brakes.fleet_state import FleetState
from watcher.brakes.halts import Brake, Halt
from watcher.brakes.limits import Limits
from watcher.texts.commands import WayOut
from watcher.texts.spans import span


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


def _way_out(_halt: Halt, _docket_id: str) -> WayOut:
    return WayOut(text="short history ends by itself")


HISTORY = Brake(
    word="history",
    title="too little history",
    check=_check,
    way_out=_way_out,
)
