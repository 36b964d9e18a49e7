"""Facts too old, a clock not proved, a memory too short, a release whose end is unknown, a person's word,
a configuration that cannot be read."""

from collections.abc import Iterator
from datetime import timedelta

from watcher.brakes.halts import Brake, Halt
from watcher.brakes.limits import Limits
from watcher.brakes.state import FleetState
from watcher.texts.spans import span


def trust_brakes(state: FleetState, limits: Limits) -> Iterator[Halt]:
    yield from _clock(state, limits)
    yield from _memory(state, limits)
    age = state.now - state.oldest_reading if state.oldest_reading else timedelta()
    if age > limits.max_data_age:
        yield Halt(brake=Brake.DATA_AGE, measured=f"facts {span(age)} old", limit=span(limits.max_data_age))
    if len(state.unresolved) > 1:
        yield Halt(brake=Brake.UNRESOLVED, measured=f"{len(state.unresolved)} releases unresolved", limit="1")
    for project in dict.fromkeys(state.unresolved):
        yield Halt(brake=Brake.UNRESOLVED, measured="a release unresolved", limit="0", project=project)
    for pause in state.pauses:
        yield Halt(
            brake=Brake.PAUSED,
            measured=f"paused by {pause.by}: {pause.why}",
            limit="resume",
            project=pause.project,
            lifts_at=pause.until,
        )
    if state.key_suspended:
        yield Halt(brake=Brake.KEY_SUSPENDED, measured="key suspended", limit="an active key")
    if state.refused is not None:
        # It may hold or protect what the rules in force would release.
        yield Halt(
            brake=Brake.CONFIGURATION_REFUSED,
            measured=f"a changed configuration is refused: {state.refused}",
            limit="one without mistakes",
        )


def _clock(state: FleetState, limits: Limits) -> Iterator[Halt]:
    if state.skew is None:
        yield Halt(
            brake=Brake.CLOCK_UNPROVED, measured="no Date to compare with", limit=span(limits.max_clock_skew)
        )
    elif state.skew > limits.max_clock_skew:
        yield Halt(
            brake=Brake.CLOCK_OFF, measured=f"{span(state.skew)} off", limit=span(limits.max_clock_skew)
        )


def _memory(state: FleetState, limits: Limits) -> Iterator[Halt]:
    if limits.min_history == timedelta():
        return
    if state.ledger_since is None:
        yield Halt(
            brake=Brake.HISTORY,
            measured="no completed turn",
            limit=span(limits.min_history),
            lifts_at=state.now + limits.min_history,
        )
    elif state.now - state.ledger_since < limits.min_history:
        age = max(state.now - state.ledger_since, timedelta())
        yield Halt(
            brake=Brake.HISTORY,
            measured=f"oldest completed turn {span(age)} ago",
            limit=span(limits.min_history),
            lifts_at=state.ledger_since + limits.min_history,
        )
