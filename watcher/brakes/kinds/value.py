"""More money given up on one docket than is allowed: cents a month."""

from collections.abc import Iterator

from watcher.brakes.docket import Docket
from watcher.brakes.fleet_state import FleetState
from watcher.brakes.halts import Brake, Halt, by_approval
from watcher.brakes.limits import Limits
from watcher.texts.money import dollars


def _check(docket: Docket, _state: FleetState, limits: Limits) -> Iterator[Halt]:
    value = sum(entry.price_cents for entry in docket.entries)
    if docket.to_come and value > limits.max_value_cents:
        yield Halt(brake=VALUE, measured=f"{dollars(value)} a month", limit=dollars(limits.max_value_cents))


VALUE = Brake(
    word="value",
    title="too much money given up",
    check=_check,
    way_out=by_approval,
    approvable=True,
)
