"""More money given up on one docket than is allowed: cents a month."""

from collections.abc import Iterator

from watcher.brakes.docket import Docket, Place
from watcher.brakes.fleet_state import FleetState
from watcher.brakes.halts import Brake, Halt, by_approval
from watcher.brakes.limits import Limits
from watcher.texts.money import dollars


def _check(docket: Docket, _state: FleetState, limits: Limits) -> Iterator[Halt]:
    value = sum(entry.price_cents for entry in docket.entries)
    if docket.to_come and value > limits.max_value_cents:
        yield Halt(
            brake=VALUE,
            measured=f"{dollars(value)} a month",
            done=_done(docket),
            limit=dollars(limits.max_value_cents),
        )


def _done(docket: Docket) -> str:
    done = sum(entry.price_cents for entry in docket.entries if entry.place is Place.DONE)
    return f"{dollars(done)} of it done" if done else ""


VALUE = Brake(
    word="value",
    title="too much money given up",
    check=_check,
    way_out=by_approval,
    approvable=True,
)
