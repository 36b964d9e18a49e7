"""Problems that stand for a while: told when they begin or change, once a day, and when they are over."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from watcher.brakes.kinds import LIFTED_BY_APPROVAL, LIFTED_BY_BASELINE
from watcher.brakes.kinds.paused import PAUSED
from watcher.facts.accounts import LeasePeriod, ProjectId
from watcher.messages.clauses import Clause, Role, follows, why
from watcher.messages.events import Event, EventKind, OverFacts
from watcher.messages.said import who_said
from watcher.messages.words import TROUBLE_OVER
from watcher.record.overrides import NOTHING_SAID, Override, OverrideKind, Overrides
from watcher.record.reasons import Trouble
from watcher.rules.targets import DISCOVERY
from watcher.texts.money import dollars
from watcher.texts.spans import counted, span

LISTS_IN_DOUBT: Final = "lists:doubt"
"""The standing problem that too many accounts are missing from the lists to believe them."""

_TOLD_EVERY = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """A standing problem as it is remembered.

    `content`: what a person was told of it beside its periods: one key, or of what has `ProblemParts` their
    words, each a line.
    `text`: what is so, in words; `follows`: what follows of it and is to be done.
    """

    id: str
    kind: EventKind
    content: str
    text: str
    since: datetime
    told_at: datetime
    project: ProjectId | None = None
    follows: str = ""
    periods: tuple[LeasePeriod, ...] = ()
    """The lease periods that it consists of, as a halt does."""

    @property
    def in_full(self) -> str:
        return " → ".join(filter(None, (self.text, self.follows)))


@dataclass(frozen=True, kw_only=True, slots=True)
class ProblemParts:
    """What a problem consists of: what joins those that were told is news, what leaves them is none."""

    words: frozenset[str] = frozenset()
    periods: frozenset[LeasePeriod] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Followed:
    """What became of problems: `events` to tell now, `standing` and `over` (ids) to remember.

    `silent` are found again and were told already: (event, since when), for who wants to be reminded.
    """

    events: tuple[Event, ...] = ()
    standing: tuple[Problem, ...] = ()
    over: tuple[str, ...] = ()
    silent: tuple[tuple[Event, datetime], ...] = ()


def follow(
    found: Iterable[Event],
    remembered: Mapping[str, Problem],
    now: datetime,
    *,
    parts: Mapping[str, ProblemParts] = {},
    unwatched: Collection[ProjectId] = (),
    overrides: Overrides = NOTHING_SAID,
    names: Mapping[ProjectId, str] = {},
    to_come: frozenset[LeasePeriod] = frozenset(),
    still_halted: frozenset[LeasePeriod] = frozenset(),
    lost: Mapping[LeasePeriod, int] = {},
    began: Mapping[str, datetime] = {},
) -> Followed:
    """Hold what was found against what is remembered of the same things.

    Each of `found` names its `problem`, and its key says what is to be known of it. Whatever is in
    `remembered` and was not found is over: pass only what was looked at.
    `parts`: of problems, by id, that consist of many things. `unwatched`: projects that nobody looks at any
    more, so nothing recovered there. `overrides`: of a halt that is over it is told who lifted it; `to_come`:
    the releases that are still to be done, or were, `still_halted`: those of them that will be halted again,
    `lost`: those that came too late while they were halted, with their prices.
    `names`: what people call the projects. `began`: when problems, by id, began that are told only after a
    while.
    """
    events: list[Event] = []
    standing: list[Problem] = []
    silent: list[tuple[Event, datetime]] = []
    seen: set[str] = set()
    for event in found:
        if event.problem is None or event.problem in seen:
            continue
        seen.add(event.problem)
        old = remembered.get(event.problem)
        consists = parts.get(event.problem)
        known = old is not None and _was_told(old, event.key, consists)
        if old is not None and known and timedelta() <= now - old.told_at < _TOLD_EVERY:
            silent.append((event, old.since))
            continue
        since = min(began.get(event.problem, now), now) if old is None else old.since
        standing.append(_remembered(event, consists, since, now))
        events.append(replace(event, key=f"{event.key}:{now.isoformat()}"))
    over = [problem for id_, problem in remembered.items() if id_ not in seen]
    return Followed(
        events=(
            *events,
            *(
                _over(
                    problem,
                    now,
                    named=_halt_over(problem, to_come, still_halted, lost, now) or _named(problem, names),
                    lost=len(lost.keys() & set(problem.periods)),
                    further=(*_halted_again(problem, still_halted), *_lifted(problem, overrides, now)),
                    watched=problem.project not in unwatched,
                )
                for problem in over
            ),
        ),
        standing=tuple(standing),
        over=tuple(problem.id for problem in over),
        silent=tuple(silent),
    )


def unnoted(
    silent: Iterable[tuple[Event, datetime]], overrides: Overrides
) -> Iterator[tuple[Event, datetime]]:
    """Of what stays open, that of which no person has taken note."""
    for event, since in silent:
        if not overrides.acknowledged(event.topic, since):
            yield event, since


def by_project(problems: Mapping[str, Problem]) -> dict[ProjectId, dict[str, Problem]]:
    """The standing problems of each project, without those of the fleet."""
    found: dict[ProjectId, dict[str, Problem]] = {}
    for id_, problem in problems.items():
        if problem.project is not None:
            found.setdefault(problem.project, {})[id_] = problem
    return found


def _was_told(old: Problem, key: str, parts: ProblemParts | None) -> bool:
    """Whether what was told covers what is found."""
    if parts is None:
        return old.content == key
    return parts.words <= set(old.content.split("\n")) and parts.periods <= set(old.periods)


def _remembered(event: Event, parts: ProblemParts | None, since: datetime, now: datetime) -> Problem:
    periods = () if parts is None else parts.periods
    return Problem(
        id=event.problem or "",
        kind=event.kind,
        content=event.key if parts is None else "\n".join(sorted(parts.words)),
        text="; ".join((event.what, *(one.text for one in event.clauses if one.role is Role.WHY))),
        since=since,
        told_at=now,
        project=event.project,
        follows="; ".join(one.text for one in event.clauses if one.role is not Role.WHY),
        periods=tuple(sorted(periods, key=lambda one: (one.account, one.renews_at))),
    )


def _over(
    problem: Problem, now: datetime, *, named: str, lost: int, further: tuple[Clause, ...], watched: bool
) -> Event:
    recovered = watched and problem.kind is EventKind.PROJECT_UNREADABLE and problem.project is not None
    for_so_long = span(now - problem.since)
    ended = f"over after {for_so_long}: " if watched else f"no longer looked at, after {for_so_long}: "
    if recovered and (good := named.replace(" could not be ", " can be ", 1)) != named:
        ended, named = "", f"{good} again, after {for_so_long}"
    kind = EventKind.PROJECT_RECOVERED if recovered else EventKind.PROBLEM_RESOLVED
    return Event(
        kind=kind,
        key=f"{kind}:{problem.id}:{problem.since.isoformat()}",
        at=now,
        what=f"{ended}{named}",
        clauses=further,
        project=problem.project,
        problem=problem.id,
        facts=OverFacts(was=problem.kind, since=problem.since, lost=lost),
    )


_HALTS: Final = {EventKind.BRAKE_HALTED: "halt", EventKind.BRAKE_AHEAD: "coming halt"}


def _halt_over(
    problem: Problem,
    to_come: frozenset[LeasePeriod],
    still_halted: frozenset[LeasePeriod],
    lost: Mapping[LeasePeriod, int],
    now: datetime,
) -> str:
    """Of the halt of releases, those that it stops no more, and what became of them meanwhile."""
    if problem.kind not in _HALTS or not problem.periods:
        return ""
    ended = frozenset(problem.periods) - still_halted
    if not ended:
        return f"the halt of {counted(len(problem.periods), 'release')}, until their windows open"
    said = [f"the {_HALTS[problem.kind]} of {counted(len(ended), 'release')}"]
    one = len(ended) == 1
    late = ended & lost.keys()
    if late:
        price = dollars(sum(lost[period] for period in late))
        fate = "was paid" if all(period.renews_at <= now for period in late) else "will be paid"
        said.append(f"{'which came' if one else f'{len(late)} of them'} too late: {price} {fate}")
    if gone := len(ended - to_come - late):
        some = "none of which is" if gone == len(ended) else f"{gone} of them not"
        said.append(f"{'which is not' if one else some} to come any more")
    return ", ".join(said)


def _halted_again(problem: Problem, still_halted: frozenset[LeasePeriod]) -> Iterator[Clause]:
    """Of the same halt, what a brake will stop as its window opens."""
    again = len(still_halted.intersection(problem.periods))
    if 0 < again < len(problem.periods):
        yield follows(f"{counted(again, 'other release')} told of with it will be halted all the same")


def _named(problem: Problem, names: Mapping[ProjectId, str]) -> str:
    """What was so. What was to come of it, and what was to be done, is not so any more."""
    project = "" if problem.project is None else names.get(problem.project, problem.project)
    match problem.kind:
        case EventKind.BRAKE_HALTED if problem.id == LISTS_IN_DOUBT:
            return "the lists of accounts were not believed, as too many were missing"
        case EventKind.PROTECTION_UNMATCHED:
            return "configured words matched no leased account, so nothing was kept by them"
        case EventKind.KEY_REFUSED | EventKind.PROJECT_UNREADABLE if not project:
            over = (TROUBLE_OVER[one] for one in Trouble if problem.id == f"api:{one.value}")
            return next(over, problem.text)
        case EventKind.PROJECT_UNREADABLE if problem.project == DISCOVERY:
            return "the projects could not be listed"
        case EventKind.PROJECT_UNREADABLE:
            return f"project {project} could not be read"
        case EventKind.ACTIVITY_UNKNOWN:
            return f"the use of accounts in project {project} was unknown, so they were not released"
        case EventKind.BUDGET_EXCEEDED:
            return f"{f'project {project}' if project else 'the fleet'} cost more than its budget"
        case EventKind.RELEASE_UNDONE:
            who, told, _ = problem.text.partition(" is leased again")
            return f"{who if told else _parts(problem)[0]} stayed leased, although its release was confirmed"
        case EventKind.DELIVERY_FAILED:
            trouble, *whose = _parts(problem)
            return _DELIVERY[trouble].format(*whose) if trouble in _DELIVERY else problem.text
        case EventKind.CLOCK_OFF:
            return "this machine's clock was too far off the API's"
        case EventKind.DEADLINE_NEAR:
            return "no turn had succeeded while planned releases became urgent"
        case EventKind.ACCOUNT_QUARANTINED:
            was = problem.text.replace(" is left alone", " was left alone", 1)
            return was.replace(" is not understood", " was not understood", 1)
        case EventKind.CONFIG_REFUSED:
            return "the changed configuration was refused"
        case _:
            return problem.text


_DELIVERY: Final = {
    "failing": "{0} did not accept its messages",
    "dead": "messages to {0} were given up",
    "receiver": "messages of {0} to {1} were given up for it alone",
}


def _parts(problem: Problem) -> Sequence[str]:
    """What a problem's id says after its kind, three parts at most: the last may hold colons."""
    return problem.id.removeprefix(f"{problem.kind}:").split(":", 2)


def _lifted(problem: Problem, overrides: Overrides, now: datetime) -> Iterator[Clause]:
    """Who lifted a halt, when and why; nobody, where it ended by itself."""
    if problem.kind not in _HALTS:
        return
    words = [word for word in overrides.said if word.at >= problem.since and _may_have_lifted(word, problem)]
    if words:
        word = max(words, key=lambda one: one.at)
        yield why(who_said(word, now))


def _may_have_lifted(word: Override, halt: Problem) -> bool:
    """Whether what a person said lifts a brake that halted there, not only one elsewhere."""
    parts = set(halt.content.split("\n"))
    brakes = {part.split(" ")[0] for part in parts}
    match word.kind:
        case OverrideKind.ACCEPT_BASELINE:
            return halt.id == LISTS_IN_DOUBT or not brakes.isdisjoint(LIFTED_BY_BASELINE)
        case OverrideKind.RESUME if word.project is None:
            return PAUSED.word in brakes
        case OverrideKind.RESUME:
            return f"{PAUSED.word} {word.project}" in parts
        case OverrideKind.APPROVE:
            return not brakes.isdisjoint(LIFTED_BY_APPROVAL) and not set(word.periods).isdisjoint(
                halt.periods
            )
        case _:
            return False
