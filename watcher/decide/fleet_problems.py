"""Troubles that end a turn early, the key or the API as a whole; and those that stop every release."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from watcher.decide.open_problems import follow_open
from watcher.decide.openings import Opening
from watcher.facts.accounts import ProjectId
from watcher.memory.remembered import FleetMemory
from watcher.memory.writes import Queued
from watcher.messages.clauses import follows, to_do, to_type
from watcher.messages.events import Event, EventKind
from watcher.messages.halt_messages import named_some
from watcher.messages.matters import Matter, in_time, matter_account
from watcher.messages.problem_facts import ClockFacts, UnreadableFacts
from watcher.messages.routes import Routes
from watcher.messages.words import MEANWHILE, TO_MEND, TROUBLE, UNLESS
from watcher.record.attempts import Attempt
from watcher.record.intents import Ending
from watcher.record.overrides import Override
from watcher.record.reasons import Trouble
from watcher.texts.commands import to_resume
from watcher.texts.money import dollars
from watcher.texts.spans import span
from watcher.texts.times import clock_time


def trouble_event(
    trouble: Trouble,
    detail: str,
    now: datetime,
    *,
    at_stake: Sequence[Opening] = (),
    poll: timedelta = timedelta(),
) -> Event:
    """What is in the way, what it costs and by when, and what to do. `at_stake`: announced releases."""
    kind = EventKind.PROJECT_UNREADABLE if trouble is Trouble.API_UNREACHABLE else EventKind.KEY_REFUSED
    problem = problem_of(trouble)
    by = in_time((one.closes for one in at_stake), now, poll)
    return Event(
        kind=kind,
        key=problem,
        at=now,
        what="".join((TROUBLE[trouble], *_cost(trouble, at_stake, by, now))),
        clauses=(
            follows(f"{MEANWHILE[trouble]} ({detail})"),
            to_do(TO_MEND[trouble]),
            *([to_type("lease-watcher status", after=" lists what waits")] if at_stake else []),
        ),
        problem=problem,
        facts=UnreadableFacts(code=trouble.value, by=by),
    )


def _cost(trouble: Trouble, at_stake: Sequence[Opening], by: datetime | None, now: datetime) -> Iterator[str]:
    """`: $300.00 will not be saved unless that is lifted, the first by Thu 20 May 18:33 UTC (@kai)`."""
    if by is None:
        return
    first = ", the first by" if len({one.closes for one in at_stake}) > 1 else " by"
    accounts = [matter_account(one.account) for one in at_stake]
    yield f": {dollars(sum(one.price_cents for one in accounts))} will not be saved unless {UNLESS[trouble]}"
    when = " at once" if by <= now else f"{first} {clock_time(by, UTC, now=now)}"
    yield f"{when} ({named_some(accounts)})"


def problem_of(trouble: Trouble) -> str:
    """The standing problem that a trouble is."""
    return f"api:{trouble.value}"


def is_suspended(memory: FleetMemory) -> bool:
    """Whether the last turn that asked was told that the provider suspended the key."""
    return problem_of(Trouble.KEY_SUSPENDED) in memory.problems


def clock_event(skew_seconds: float, now: datetime, *, halt: Matter | None = None) -> Event:
    """`halt`: what brakes stop until it is too late, where this is one of them."""
    off = span(timedelta(seconds=round(skew_seconds)))
    return Event(
        kind=EventKind.CLOCK_OFF,
        key=EventKind.CLOCK_OFF.value,
        problem=EventKind.CLOCK_OFF.value,
        at=now,
        what=f"this machine's clock is {off} off the API's: no release until it is right",
        clauses=(
            *([] if halt is None else [follows(f"{halt.headline(now)}{_whose(halt)}")]),
            to_type(
                "lease-watcher check --online",
                before="set it right, by NTP at best; ",
                after=" says how far off it is",
            ),
        ),
        facts=ClockFacts(skew_seconds=round(skew_seconds), by=None if halt is None else halt.by),
    )


def _whose(halt: Matter) -> str:
    """The accounts by name; one alone is named by the headline."""
    return f" ({named_some(halt.accounts)})" if len(halt.accounts) > 1 else ""


def pause_event(pause: Override, names: Mapping[ProjectId, str]) -> Event:
    """The watcher's own pause, told at once: nothing may be due for days that would show it."""
    whose = f"project {names.get(pause.project, pause.project)}" if pause.project else "every project"
    return Event(
        kind=EventKind.BRAKE_HALTED,
        key=f"{EventKind.BRAKE_HALTED}:paused:{pause.project or 'fleet'}:{pause.at.isoformat()}",
        at=pause.at,
        what=f"releases of {whose} are paused: {pause.why}",
        clauses=(to_type(to_resume(pause.project), before="once that is understood: "),),
        project=pause.project,
    )


def follow_trouble(
    trouble: Trouble | None,
    detail: str,
    memory: FleetMemory,
    routes: Routes,
    now: datetime,
    *,
    attempts: Iterable[Attempt] = (),
    at_stake: Sequence[Opening] = (),
    poll: timedelta = timedelta(),
) -> tuple[tuple[Event, ...], Queued]:
    """Tell of a trouble as of a standing problem. A turn that read everything shows which are over."""
    told = [] if trouble is None else [trouble_event(trouble, detail, now, at_stake=at_stake, poll=poll)]
    return follow_open(
        told,
        {problem_of(one) for one in _looked_at(trouble, attempts)},
        routes=routes,
        remembered=memory.problems,
        overrides=memory.overrides,
        now=now,
    )


def _looked_at(trouble: Trouble | None, attempts: Iterable[Attempt]) -> set[Trouble]:
    """The troubles of which a turn shows whether they stand; that a key may release only a release does."""
    if trouble is Trouble.KEY_LACKS_SCOPE or any(one.ended is Ending.RELEASED for one in attempts):
        return set(Trouble)
    return set(Trouble) - {Trouble.KEY_LACKS_SCOPE} if trouble is None else {trouble}
