"""What people are told of brakes that are on."""

from collections.abc import Iterable
from datetime import datetime

from watcher.brakes import Halt
from watcher.brakes.docket import Docket
from watcher.messages.clauses import to_decide, why
from watcher.messages.events import (
    Event,
    EventKind,
    HaltFacts,
)
from watcher.messages.matters import Matter


def halt_event(matter: Matter, halts: Iterable[Halt], docket: Docket, now: datetime) -> Event:
    """All brakes that stop a due release, as the matter that they are; `halt_parts` says what is news."""
    brakes = tuple(sorted({halt.brake.word for halt in halts}))
    headline, (first, *others) = matter.headline(now), matter.why
    is_so = f"{matter.what}: {first}"
    decided = [why(matter.decided)] if matter.decided else []
    return Event(
        kind=EventKind.BRAKE_HALTED,
        key=f"{EventKind.BRAKE_HALTED}:{docket.id}:{','.join(brakes)}",
        at=now,
        what=is_so if headline == matter.what else headline,
        clauses=(
            *([] if headline == matter.what else [why(is_so)]),
            *map(why, others),
            *decided,
            *map(to_decide, matter.ways),
        ),
        problem=EventKind.BRAKE_HALTED.value,
        cents=sum(entry.price_cents for entry in docket.to_come),
        facts=HaltFacts(docket=docket.id, brakes=brakes, releases=len(docket.to_come), by=matter.by),
    )


def halt_parts(halts: Iterable[Halt], docket: Docket) -> frozenset[str]:
    """What a halt consists of: a docket that shrinks as its windows close is no news, what joins it is."""
    brakes = {f"{halt.brake.word} {halt.project or ''}".rstrip() for halt in halts}
    return frozenset(brakes | {entry.period.word for entry in docket.to_come})
