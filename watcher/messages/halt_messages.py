"""What people are told of brakes that are on."""

from collections.abc import Iterable
from datetime import datetime

from watcher.brakes import Halt, ways_out
from watcher.brakes.docket import Docket
from watcher.messages.clauses import to_do, why
from watcher.messages.events import (
    Event,
    EventKind,
    HaltFacts,
)


def halt_in_words(halt: Halt) -> str:
    return f"{halt.measured}, limit {halt.limit}"


def brake_in_words(halt: Halt) -> str:
    where = f", project {halt.project}" if halt.project else ""
    return f"{halt.brake.word.replace('_', ' ')} ({halt_in_words(halt)}{where})"


def halt_event(halts: Iterable[Halt], docket: Docket, now: datetime) -> Event:
    """All brakes that stop a due release; `halt_parts` says what of it is news."""
    listed = list(halts)
    brakes = tuple(sorted({halt.brake.word for halt in listed}))
    first, *others = map(brake_in_words, listed)
    return Event(
        kind=EventKind.BRAKE_HALTED,
        key=f"{EventKind.BRAKE_HALTED}:{docket.id}:{','.join(brakes)}",
        at=now,
        what=f"releases halted: {first}",
        clauses=(*map(why, others), *map(to_do, ways_out(listed, docket.id))),
        problem=EventKind.BRAKE_HALTED.value,
        cents=sum(entry.price_cents for entry in docket.to_come),
        facts=HaltFacts(docket=docket.id, brakes=brakes, releases=len(docket.to_come)),
    )


def halt_parts(halts: Iterable[Halt], docket: Docket) -> frozenset[str]:
    """What a halt consists of: a docket that shrinks as its windows close is no news, what joins it is."""
    brakes = {f"{halt.brake.word} {halt.project or ''}".rstrip() for halt in halts}
    return frozenset(brakes | {entry.period.word for entry in docket.to_come})
