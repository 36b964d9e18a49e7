"""What people are told of brakes that are on."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from watcher.brakes import Halt, HaltedRelease, ways_out
from watcher.brakes.docket import Docket
from watcher.facts.accounts import LeasePeriod, ProjectId
from watcher.facts.handles import at
from watcher.messages.clauses import Clause, to_decide, why
from watcher.messages.events import Event, EventKind
from watcher.messages.halt_matters import NAMED, some_of
from watcher.messages.matters import Matter, MatterAccount
from watcher.messages.problem_facts import HaltFacts
from watcher.messages.problems import LISTS_IN_DOUBT, Problem, ProblemParts
from watcher.texts.commands import WayOut, to_see
from watcher.texts.spans import counted, span


def halt_event(
    matter: Matter,
    stopped: Sequence[HaltedRelease],
    now: datetime,
    *,
    kind: EventKind = EventKind.BRAKE_HALTED,
) -> Event:
    """All that brakes stop (`stopped`), or will, as the matter that it is."""
    brakes = tuple(sorted({halt.brake.word for one in stopped for halt in one.halts}))
    docket = Docket(entries=tuple(one.entry for one in stopped)).id
    headline, (first, *others) = matter.headline(now), matter.why
    is_so = f"{matter.what}{_which(matter)}: {first}"
    decided = [why(matter.decided)] if matter.decided else []
    return Event(
        kind=kind,
        key=f"{kind}:{docket}:{','.join(brakes)}",
        at=now,
        what=is_so if headline == matter.what else headline,
        clauses=(
            *([] if headline == matter.what else [why(is_so)]),
            *map(why, others),
            *decided,
            *map(to_decide, matter.ways),
            *_others(matter, docket),
        ),
        problem=kind.value,
        cents=matter.cents,
        facts=HaltFacts(
            docket=docket,
            brakes=brakes,
            releases=len(matter.accounts),
            by=matter.by,
        ),
    )


def _which(matter: Matter) -> str:
    """The accounts by name; of one alone it is said already. What goes on by itself is said apart."""
    going = [one for one in matter.accounts if one.goes_on]
    if going:
        left = [one for one in matter.accounts if not one.goes_on]
        return f" ({named_some(going)}), and not {named_some(left)}"
    return f" ({named_some(matter.accounts)})" if len(matter.accounts) > 1 else ""


def named_some(accounts: Sequence[MatterAccount]) -> str:
    """`@latte.art.lab, @kai and 3 more`."""
    return some_of([at(one.handle, one.account) for one in accounts])


def _others(matter: Matter, docket: str) -> Iterator[Clause]:
    if len(matter.accounts) > NAMED:
        yield to_decide(WayOut.by_typing(to_see(docket), after=" lists all of them"))


def halts_now(end: Event, ahead: Problem, halts: Collection[LeasePeriod], now: datetime) -> Event:
    """The end of a coming halt that has come: `halts`, the releases that are halted now."""
    count, come = len(ahead.periods), len(set(ahead.periods).intersection(halts))
    if not come:
        return end
    halted = "it halts now" if come == count else f"it halts {come} of them now"
    coming = (
        f"the coming halt of {counted(count, 'release')} is no longer ahead, after {span(now - ahead.since)}"
    )
    return replace(end, what=f"{coming}: {halted}", clauses=())


def halt_parts(stopped: Iterable[HaltedRelease]) -> ProblemParts:
    """What a halt consists of: one that shrinks as windows close is no news, what joins it is."""
    found = list(stopped)
    return ProblemParts(
        words=frozenset(
            f"{halt.brake.word} {halt.project or ''}".rstrip() for one in found for halt in one.halts
        ),
        periods=frozenset(one.entry.period for one in found),
    )


def doubt_event(halts: Sequence[Halt], names: Mapping[ProjectId, str], now: datetime) -> Event:
    """Of brakes that do not believe the lists: told also while no release is due that they stop.

    Otherwise accounts would be told to be missing, and nobody who reads that would know what to do.
    """
    whole = any(halt.project is None for halt in halts)
    of = (
        ""
        if whole
        else " of " + ", ".join(sorted({names.get(h.project, h.project) for h in halts if h.project}))
    )
    brakes = sorted(f"{halt.brake.word} {halt.project or ''}".rstrip() for halt in halts)
    return Event(
        kind=EventKind.BRAKE_HALTED,
        key=f"{LISTS_IN_DOUBT}:{','.join(brakes)}",
        at=now,
        what=f"the lists of accounts are not believed, so no release{of} is done: "
        + ", ".join(halt.in_words(names) for halt in halts),
        clauses=tuple(map(to_decide, ways_out(halts, ""))),
        problem=LISTS_IN_DOUBT,
    )
