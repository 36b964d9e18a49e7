"""Releases that brakes will halt: all of them are one decision, and each message tells of some."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo

from watcher.brakes.kinds import BRAKE_OF, LIFTED_BY_APPROVAL
from watcher.messages.halt_matters import halted_together, unless_ended, unsaved
from watcher.messages.matters import Matter, MatterKind
from watcher.texts.commands import WayOut, to_approve, to_see
from watcher.texts.money import dollars
from watcher.texts.spans import counted
from watcher.texts.times import clock_time


def approving_all(
    count: int, cents: int, docket_id: str, now: datetime, *, by: datetime | None, several: bool
) -> tuple[WayOut, ...]:
    """What lets a release go that is told of alone, though an approval names all of its docket.

    `count`, `cents`: of that docket; `by`: until when a word comes in time for all of it, `several`: later
    for some.
    """
    command = to_approve(docket_id)
    if count == 1:
        return (WayOut.by_typing(command, after=" allows it"),)
    first = "the first by" if several else "by"
    until = "" if by is None or by <= now else f", {first} {clock_time(by, UTC, now=now)}"
    return (
        WayOut.by_typing(command, after=f" allows {counted(count, 'release')} ({dollars(cents)}){until}"),
        WayOut.by_typing(to_see(docket_id), after=" lists them"),
    )


def told_alone(matter: Matter, approving: tuple[WayOut, ...]) -> Matter:
    """The halt of one release of several: how many `approving` lets go is said with it."""
    if matter.docket is None:
        return matter
    command = to_approve(matter.docket)
    ways = (approving if way.command == command else (way,) for way in matter.ways)
    return replace(matter, ways=tuple(one for those in ways for one in those))


@dataclass(frozen=True, kw_only=True, slots=True)
class ComingHalt:
    """One release that will be halted until it is too late, as a message tells of it.

    `brakes`: the words of those that will; `planned`: all are planned pauses; `unsure`: they only may.
    """

    name: str
    cents: int
    by: datetime | None
    brakes: tuple[str, ...]
    planned: bool
    unsure: bool = False


def unsaved_together(those: Collection[ComingHalt], now: datetime, timezone: tzinfo = UTC) -> str:
    """`$600.00 will not be saved unless 4 releases are approved, the first by Thu 20 May 18:33 UTC`."""
    moments = {one.by for one in those if one.by is not None}
    cents = sum(one.cents for one in those)
    return Matter(
        kind=MatterKind.COMING_HALT,
        what=f"{halted_together([one.name for one in those])} will be halted",
        by=min(moments, default=None),
        several=len(moments) > 1,
        unless=unless_ended(
            [BRAKE_OF.get(word) for word in _all_brakes(those)],
            [(one.name, _is_to_approve(one)) for one in those],
            planned=all(one.planned for one in those),
        ),
        otherwise=unsaved(cents, cents, sure=not any(one.unsure for one in those)),
    ).headline(now, timezone)


def _is_to_approve(one: ComingHalt) -> bool:
    return not LIFTED_BY_APPROVAL.isdisjoint(one.brakes)


def _all_brakes(those: Iterable[ComingHalt]) -> Iterable[str]:
    """Each that stops any of them; one word is there twice where two pauses stop one release."""
    found: Counter[str] = Counter()
    for one in those:
        found |= Counter(one.brakes)
    return found.elements()
