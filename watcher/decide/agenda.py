"""When the next release can be sent, or what stands in its way ends: read out of the reports of turns."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import assert_never

from watcher.brakes import Halts
from watcher.decide.report import Report
from watcher.facts.accounts import ProjectId
from watcher.memory.remembered import TurnKind
from watcher.rules.judge import Check, Verdict
from watcher.rules.plan import Announce, Decision, Leave, Mode, Release, Wait, Warn

_TOGETHER = timedelta(seconds=1)
"""Moments this close are answered by one turn."""

_ANSWERED_WITHIN = timedelta(minutes=1)
"""So long receivers may take to answer: a notice that counts at once is not looked for before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Appointment:
    at: datetime
    projects: frozenset[ProjectId]


@dataclass(frozen=True, kw_only=True, slots=True)
class Agenda:
    """The moments at which a project's accounts become due, or what halts or keeps them ends, as its last
    turn saw them.
    """

    moments: Mapping[ProjectId, tuple[datetime, ...]] = field(default_factory=dict)

    def noted(self, report: Report) -> "Agenda":
        """With what this turn saw: a full turn replaces everything, a focused one what it read."""
        found: dict[ProjectId, list[datetime]] = {project: [] for project in report.project_names}
        if report.mode is Mode.ENFORCE:
            for decision in report.decisions:
                moments = found.setdefault(decision.account.project, [])
                moments.extend(_moments(decision, report.halts, report.started_at))
        before = {} if report.kind is TurnKind.FULL else dict(self.moments)
        read = {project: tuple(sorted(moments)) for project, moments in found.items()}
        return Agenda(moments={project: each for project, each in {**before, **read}.items() if each})

    def next(self, now: datetime) -> Appointment | None:
        """The earliest moment ahead, with every project that has one by then."""
        ahead = {
            project: first
            for project, moments in self.moments.items()
            if (first := next((one for one in moments if one > now), None)) is not None
        }
        if not ahead:
            return None
        at = min(ahead.values())
        return Appointment(
            at=at,
            projects=frozenset(project for project, moment in ahead.items() if moment <= at + _TOGETHER),
        )

    def come_since(self, began: datetime, now: datetime) -> frozenset[ProjectId]:
        """The projects whose moment came after a turn began: it decided that they were to wait."""
        return frozenset(
            project
            for project, moments in self.moments.items()
            if any(began < moment <= now for moment in moments)
        )


def _moments(decision: Decision, halts: Halts, now: datetime) -> Iterator[datetime]:
    """When it is due, or what keeps or halts it goes off by itself: a turn is to come then, for by the next
    regular one its window may have closed.
    """
    if (due := due_at(decision)) is not None:
        # What is announced by this turn nobody has answered as it ends.
        yield max(due, now + _ANSWERED_WITHIN) if isinstance(decision.course, Announce) else due
    account, window = decision.account, decision.judgement.window
    if window is None:
        return
    ends = []
    if isinstance(decision.course, Release):
        ends += [halt.lifts_at for halt in halts.on(account.period, account.project)]
    hold = decision.judgement.subject.hold
    if hold is not None and all(one.check is Check.NOT_HELD for one in decision.judgement.obstacles):
        ends.append(hold.until)
    for end in ends:
        if end is not None and end < window.closes:
            yield end


def due_at(decision: Decision) -> datetime | None:
    """When an account that is to be released can be, if nothing changes; None where no turn would."""
    window = decision.judgement.window
    if decision.judgement.verdict is not Verdict.RELEASE or window is None:
        return None
    match decision.course:
        case Wait(until=until):
            moment = until
        case Announce(not_before=not_before):
            moment = not_before
        case Release() | Leave() | Warn():
            return None
        case _:
            assert_never(decision.course)
    return moment if moment < window.closes else None
