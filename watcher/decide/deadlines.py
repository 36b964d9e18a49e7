"""Releases that will be missed if no turn succeeds: what is remembered between turns to notice that."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from watcher.decide.measures import good
from watcher.decide.report import Report
from watcher.facts.accounts import LeasePeriod, ProjectId
from watcher.facts.handles import at
from watcher.memory.remembered import Known, ProjectMemory, TurnKind
from watcher.messages.clauses import Clause, follows, to_decide, to_type, why
from watcher.messages.events import Event, EventKind
from watcher.messages.halt_matters import some_of
from watcher.messages.matters import MatterKind
from watcher.messages.problem_facts import DeadlineFacts
from watcher.messages.problems import ProblemParts
from watcher.record.intents import Ending
from watcher.record.notices import NotAccepted, Notice
from watcher.record.outcomes import Cause
from watcher.record.reasons import Reason
from watcher.rules.plan import Decision, Mode
from watcher.texts.commands import WayOut, to_release
from watcher.texts.money import dollars
from watcher.texts.spans import counted, span
from watcher.texts.times import clock_time

_FAILURES = 2
"""One failed turn is tried again within minutes; two in a row are no accident."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Deadline:
    """A release that is planned, and the last moment for it.

    `unless`: what must happen besides a turn, or that releases nothing; empty: a turn is all that it needs.
    `ways`: what makes that happen.
    """

    period: LeasePeriod
    price_cents: int
    closes: datetime
    handle: str = ""
    unless: str = ""
    ways: tuple[WayOut, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Awaited:
    """A project's planned releases as its last good reading knew them; `failures` turns since did not."""

    read_at: datetime
    deadlines: tuple[Deadline, ...] = ()
    failures: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Near:
    """Planned releases that are about to be missed, at least one; `since`: the oldest reading of theirs."""

    deadlines: tuple[Deadline, ...]
    since: datetime

    @property
    def closes(self) -> datetime:
        return min(one.closes for one in self.deadlines)

    @property
    def cents(self) -> int:
        return sum(one.price_cents for one in self.deadlines)

    @property
    def parts(self) -> ProblemParts:
        """What joins them is told, though others stand as told already."""
        return ProblemParts(periods=frozenset(one.period for one in self.deadlines))


@dataclass(frozen=True, kw_only=True, slots=True)
class Deadlines:
    """`seen`: a good full turn of this process has said all there is to know."""

    projects: Mapping[ProjectId, Awaited] = field(default_factory=dict)
    seen: bool = False

    def noted(self, report: Report, now: datetime) -> "Deadlines":
        """After a turn with a report. One that did not do its work counts as failed for every project."""
        if not good(report):
            return self.failed()
        missed = {unread.project for unread in report.unread}
        whole = report.kind is TurnKind.FULL
        kept = {
            id_: replace(awaited, failures=awaited.failures + (id_ in missed))
            for id_, awaited in self.projects.items()
            if id_ in missed or not whole
        }
        read = {id_: Awaited(read_at=now) for id_ in report.project_names if id_ not in missed}
        for deadline, project in _planned(report):
            before = read.get(project, Awaited(read_at=now))
            read[project] = replace(before, deadlines=(*before.deadlines, deadline))
        return Deadlines(projects={**kept, **read}, seen=self.seen or whole)

    def failed(self) -> "Deadlines":
        """After a turn that came to nothing."""
        counted = {id_: replace(each, failures=each.failures + 1) for id_, each in self.projects.items()}
        return replace(self, projects=counted)

    def remembering(
        self,
        project: ProjectId,
        memory: ProjectMemory,
        closes: Mapping[LeasePeriod, datetime],
        *,
        failures: int = 1,
    ) -> "Deadlines":
        """With what the ledger knows of a project that this process has not read yet: its live notices.

        `closes`: by when each of its releases that may still be done must be; `failures`: turns that failed
        since it was read.
        """
        if project in self.projects or memory.read_at is None:
            return self
        announced = tuple(
            Deadline(
                period=period,
                price_cents=known.account.price_cents,
                closes=closes[period],
                handle=known.account.handle,
                unless=_unless_as_known(known, notice),
            )
            for period, notice in memory.notices.items()
            if period in closes and notice.stands and period not in memory.released
            if (known := memory.known.get(period.account)) is not None
            if known.is_leased_for(period)
        )
        awaited = Awaited(read_at=memory.read_at, deadlines=announced, failures=failures)
        return replace(self, projects={**self.projects, project: awaited})

    def planned(self, now: datetime) -> tuple[Deadline, ...]:
        """Everything that is still to be released, as far as it is known."""
        known = (one for awaited in self.projects.values() for one in awaited.deadlines)
        return tuple(one for one in known if one.closes > now)

    def near(
        self, now: datetime, *, within: timedelta, bound: timedelta, next_turn_in: timedelta = timedelta()
    ) -> Near | None:
        """What is missed unless a turn succeeds `within` that time, where turns fail or stay away.

        `bound` is how old a reading may become in the ordinary course of things. `next_turn_in`: what
        closes before another turn comes had its last chance, and a single failure is too many.
        """
        found: list[Deadline] = []
        readings: list[datetime] = []
        for awaited in self.projects.values():
            late = awaited.failures >= _FAILURES or now - awaited.read_at > bound
            last = next_turn_in if awaited.failures else timedelta()
            close = [
                one
                for one in awaited.deadlines
                if (late and one.closes - now <= within) or one.closes - now < last
            ]
            if close:
                found += close
                readings.append(awaited.read_at)
        return Near(deadlines=tuple(found), since=min(readings)) if found else None


def near_event(near: Near, now: datetime) -> Event:
    """One standing problem, told when it begins or another release joins, over with the next good turn."""
    count = len(near.deadlines)
    planned = f"{counted(count, 'planned release')} ({dollars(near.cents)})"
    first = ", the first" if count > 1 else ""
    in_time = [one for one in near.deadlines if one.closes > now]
    besides = dict.fromkeys(one.unless for one in in_time)
    of_all = f" and {next(iter(besides))}" if len(besides) == 1 and all(besides) else ""
    if near.closes > now:
        by = clock_time(near.closes, UTC, now=now)
        fate = f"will be too late unless a turn succeeds{of_all}{first} by {by}"
    else:
        fate = f"{'is' if count == 1 else 'are'} too late{first} since {span(now - near.closes)}"
    kind = EventKind.DEADLINE_NEAR
    return Event(
        kind=kind,
        key=kind.value,
        problem=kind.value,
        at=now,
        what=f"{planned} {fate}",
        clauses=(
            why(f"no turn has succeeded for {span(now - near.since)}"),
            *listed(near.deadlines),
            *(() if of_all else (follows(_of_some(in_time, unless)) for unless in besides if unless)),
            to_type("lease-watcher status", before="see why turns fail: ", after=" and the log say it"),
            *map(to_decide, dict.fromkeys(way for one in in_time for way in one.ways)),
            to_type(
                to_release("ACCOUNT"),
                before="if that cannot be mended in time, ",
                after=", or give it back at the provider's",
            ),
        ),
        cents=near.cents,
        facts=DeadlineFacts(accounts=count, closes=near.closes),
    )


def listed(deadlines: Collection[Deadline]) -> Iterator[Clause]:
    """Which they are, the first to be too late at the top."""
    ordered = sorted(deadlines, key=lambda one: (one.closes, one.handle))
    if names := [at(one.handle, one.period.account) for one in ordered if one.handle]:
        yield follows(f"to be released: {some_of(names)}")


def _of_some(deadlines: Iterable[Deadline], unless: str) -> str:
    """How many of them a turn alone does not release."""
    some = [one for one in deadlines if one.unless == unless]
    money = dollars(sum(one.price_cents for one in some))
    return f"a turn alone releases {len(some):,} of them ({money}) only if {unless}"


def _unless_as_known(known: Known, notice: Notice) -> str:
    """What the ledger knows that it needs besides a turn."""
    halt = known.explanation
    if not notice.receipts:
        return "a channel accepts the announcement"
    halted = halt is not None and halt.cause is Cause.BRAKED and halt.closes is not None
    return "what halts it is lifted" if halted else ""


def _planned(report: Report) -> Iterator[tuple[Deadline, ProjectId]]:
    """What this turn leaves to a later one."""
    if report.mode is not Mode.ENFORCE:
        return
    done = {one.period for one in report.attempts if one.ended in (Ending.RELEASED, Ending.GONE_NOT_BY_US)}
    halts = {
        one.account: matter
        for matter in report.matters
        if matter.kind in (MatterKind.HALT, MatterKind.COMING_HALT) and matter.unless
        for one in matter.accounts
        if not one.goes_on
    }
    for one in report.decisions:
        account, window = one.account, one.judgement.window
        if window is not None and one.release_ahead and account.period not in done:
            halt = halts.get(account.id)
            deadline = Deadline(
                period=account.period,
                price_cents=account.price_cents,
                closes=window.closes,
                handle=account.handle,
                unless=_unless_accepted(one) if halt is None else halt.unless,
                ways=() if halt is None else halt.ways,
            )
            yield deadline, account.project


def _unless_accepted(decision: Decision) -> str:
    match decision.standing.notice:
        case NotAccepted(missing=missing) if decision.reason is Reason.NOTICE_UNANSWERED:
            return f"{' and '.join(missing) or 'a channel that counts'} accepts the announcement"
        case _:
            return ""
