"""Dockets that name some of the same releases are one thing to decide: each release is told and summed once.

So it is after an approval was withdrawn: what it named waits again, beside what the last turn halted.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from watcher.brakes.kept_halts import KeptHalt
from watcher.decide.dockets import WaitingDocket, WaitingRelease
from watcher.memory.writes import DocketKept
from watcher.messages.matters import Matter
from watcher.texts.commands import WayOut, to_approve
from watcher.texts.money import dollars


@dataclass(frozen=True, kw_only=True, slots=True)
class Overlap:
    """What waits in two dockets. `left`: what of the `other` one an approval of this one leaves waiting."""

    other: str
    both: tuple[WaitingRelease, ...]
    left: tuple[WaitingRelease, ...]


def overlaps(docket: WaitingDocket, others: Iterable[WaitingDocket]) -> tuple[Overlap, ...]:
    """With each of the others that names some of what waits here."""
    here = {one.period for one in docket.waiting}
    found = []
    for other in others:
        both = tuple(one for one in other.waiting if one.period in here)
        if both and other.id != docket.id:
            left = tuple(one for one in other.waiting if one.period not in here)
            found.append(Overlap(other=other.id, both=both, left=left))
    return tuple(found)


def matters_of(
    dockets: Iterable[DocketKept], as_it_stands: Callable[[DocketKept], WaitingDocket]
) -> Iterator[Matter]:
    """One of all that overlap, with each command that approves any of it; none where nothing waits."""
    for together in _overlapping(dockets):
        found = as_it_stands(_as_one(together))
        if found.matter is None:
            continue
        one_command = len(together) == 1
        yield found.matter if one_command else replace(found.matter, ways=tuple(_ways(found, together)))


def _overlapping(dockets: Iterable[DocketKept]) -> list[list[DocketKept]]:
    groups: list[list[DocketKept]] = []
    for one in dockets:
        periods = set(one.periods)
        met = [each for each in groups if any(not periods.isdisjoint(other.periods) for other in each)]
        groups = [each for each in groups if each not in met]
        groups.append([*(other for each in met for other in each), one])
    return [sorted(each, key=lambda one: (one.at, -len(one.periods))) for each in groups]


def _as_one(together: Sequence[DocketKept]) -> DocketKept:
    """The one that was judged first is in whose words a brake is told that halts several of them.

    The others were judged as if what is withdrawn by now would be done.
    """
    halts: dict[tuple[str, str], KeptHalt] = {}
    for halt in (halt for one in together for halt in one.halts):
        key = halt.brake, halt.words.partition(" (")[0]
        before = halts.get(key)
        halts[key] = halt if before is None else _stopping_both(before, halt)
    return DocketKept(
        docket=together[0].docket,
        periods=tuple(dict.fromkeys(period for one in together for period in one.periods)),
        at=max(one.at for one in together),
        halts=tuple(halts.values()),
    )


def _stopping_both(one: KeptHalt, other: KeptHalt) -> KeptHalt:
    if one.loses is None or other.loses is None:
        return replace(one, loses=None)
    return replace(
        one,
        loses=tuple(dict.fromkeys((*one.loses, *other.loses))),
        perhaps=tuple(dict.fromkeys((*one.perhaps, *other.perhaps))),
    )


def _ways(found: WaitingDocket, together: Sequence[DocketKept]) -> Iterator[WayOut]:
    """In the place of the one approval, each of them, with how many of the releases it allows."""
    approvals = {to_approve(one.docket): one for one in together}
    told = False
    for way in found.matter.ways if found.matter is not None else ():
        if way.command not in approvals:
            yield way
        elif not told:
            told = True
            for command, one in approvals.items():
                named = set(one.periods)
                allowed = [each for each in found.waiting if each.period in named]
                if allowed:
                    money = dollars(sum(each.cents for each in allowed))
                    yield WayOut.by_typing(command, after=f" allows {len(allowed):,} of them ({money})")
