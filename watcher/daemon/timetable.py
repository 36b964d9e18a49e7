"""When the next turn is due: a pure function of now, the last turn, the agenda and the schedule.

Whoever asks later is told what is due by then. So nothing depends on a timer having rung: after a night in
which the machine slept, a clock that was set, or a turn that took longer than the poll, the answer is what
is due now, once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final, Protocol

from watcher.decide.agenda import Agenda
from watcher.facts.accounts import ProjectId
from watcher.ports.clock import Clock

RETRY_AFTER: Final = timedelta(minutes=5)
"""What a turn left open is tried again this soon, or at the next poll if that comes first."""

OVERDUE_AFTER: Final = timedelta(minutes=1)
"""By the clock that never jumps, a full turn is due this long after a poll has gone by without any."""

_NOTICED: Final = timedelta(seconds=2)
"""A clock that is slewed drifts by far less between two looks; a step is more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClockReading:
    """`at`: the wall clock. `steady`: seconds of the one that never jumps. A sleeping machine stops it."""

    at: datetime
    steady: float

    @classmethod
    def of(cls, clock: Clock) -> "ClockReading":
        return cls(at=clock.now(), steady=clock.monotonic())

    def set_since(self, earlier: "ClockReading") -> timedelta:
        """By how much the wall clock was set forward since, or back (negative); zero if it was not.

        A machine that slept has a clock that was set forward.
        """
        step = self.at - earlier.at - timedelta(seconds=self.steady - earlier.steady)
        return step if abs(step) >= _NOTICED else timedelta()


class Schedule(Protocol):
    """The regular turns, all of them full ones."""

    @property
    def poll(self) -> timedelta:
        """The longest time between two of them."""
        ...

    def next_after(self, moment: datetime, *, since: datetime) -> datetime:
        """The first one after a moment, where they are counted `since`; a cron line counts by itself.

        Every(poll=timedelta(minutes=15)).next_after(noon, since=nine)  # a quarter past twelve
        """
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Every:
    """One each `poll`."""

    poll: timedelta

    def next_after(self, moment: datetime, *, since: datetime) -> datetime:
        return since + ((moment - since) // self.poll + 1) * self.poll


@dataclass(frozen=True, kw_only=True, slots=True)
class LastTurn:
    """What the next turn depends on of those before it.

    `asked`: when it was seen to be due; it read nothing before that. `full_asked`: of the last full turn.
    `since`: the regular ones are counted from there. `looked`: when the two clocks were last compared.
    `left_open`: something can be tried again soon. `wanted`: somebody wants a full turn at once. `asked_for`:
    projects of accounts whose release people ask for.
    """

    asked: ClockReading
    ended: ClockReading
    full_asked: datetime
    since: datetime
    looked: ClockReading
    left_open: bool = False
    wanted: bool = False
    asked_for: frozenset[ProjectId] = frozenset()


class WhyDue(Enum):
    """Why a turn is due."""

    AT_ONCE = auto()
    """None was taken since the start or by this configuration, or it is wanted at once."""
    CLOCK_SET = auto()
    REGULAR = auto()
    OPENING = auto()
    ASKED = auto()
    """A person asks for a release."""
    RETRY = auto()
    OVERDUE = auto()
    """None was taken for longer than the schedule allows: its times cannot be trusted."""

    @property
    def counts_anew(self) -> bool:
        """Whether regular turns are counted from this one: a step of the clock would stall or repeat them."""
        return self in (WhyDue.CLOCK_SET, WhyDue.OVERDUE)


@dataclass(frozen=True, kw_only=True, slots=True)
class DueTurn:
    """A turn to be taken at an instant, of the whole fleet (None) or of the projects whose window opens."""

    at: datetime
    cause: WhyDue
    projects: frozenset[ProjectId] | None = None


def next_turn(now: ClockReading, last: LastTurn | None, agenda: Agenda, schedule: Schedule) -> DueTurn:
    """The next turn; it is due now where its instant has come. A full one that is due answers everything.

    An opening counts from the moment the last turn was asked for: what opened while it was still reading
    was told to wait, and is due at once.
    """
    if last is None or last.wanted:
        return DueTurn(at=now.at, cause=WhyDue.AT_ONCE)
    if now.set_since(last.looked):
        return DueTurn(at=now.at, cause=WhyDue.CLOCK_SET)
    full = min(_full_turns(now, last, schedule), key=lambda one: one.at)
    opening = agenda.next(last.asked.at)
    come = agenda.come_since(last.asked.at, now.at)
    if last.asked_for and full.at > now.at:
        return DueTurn(at=now.at, cause=WhyDue.ASKED, projects=last.asked_for | come)
    if opening is None or full.at <= max(now.at, opening.at):
        return full
    return DueTurn(at=opening.at, cause=WhyDue.OPENING, projects=opening.projects | come)


def _full_turns(now: ClockReading, last: LastTurn, schedule: Schedule) -> Iterator[DueTurn]:
    yield DueTurn(at=schedule.next_after(last.full_asked, since=last.since), cause=WhyDue.REGULAR)
    if last.left_open:
        yield DueTurn(at=last.ended.at + min(RETRY_AFTER, schedule.poll), cause=WhyDue.RETRY)
    waited = timedelta(seconds=now.steady - last.ended.steady)
    yield DueTurn(at=now.at + schedule.poll + OVERDUE_AFTER - waited, cause=WhyDue.OVERDUE)
