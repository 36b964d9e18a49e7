"""Problems that no single turn could see: of a daemon, or of turns that are taken one by one."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from watcher.daemon.reload import ReloadRefused
from watcher.decide.deadlines import Deadlines, listed, near_event
from watcher.decide.measures import good
from watcher.decide.open_problems import follow_open
from watcher.decide.report import Report
from watcher.facts.accounts import LeasePeriod, ProjectId
from watcher.memory.remembered import FleetMemory, TurnKind
from watcher.messages.clauses import follows, to_decide, why
from watcher.messages.events import Event, EventKind
from watcher.messages.matters import refused_configuration
from watcher.messages.problem_facts import ConfigurationFacts
from watcher.record.reasons import Trouble
from watcher.rules.plan import Mode
from watcher.turn.turns import Turns


@dataclass(kw_only=True, slots=True)
class DaemonProblems:
    """Standing problems, followed after every turn: told when they begin, once a day, and when over."""

    refused: ReloadRefused | None = None
    """The configuration on disk is not the one in force; nothing is released meanwhile."""
    deadlines: Deadlines = Deadlines()

    def turned(self, report: Report, now: datetime) -> None:
        self.deadlines = self.deadlines.noted(report, now)

    def failed(self) -> None:
        """A turn ended without a report."""
        self.deadlines = self.deadlines.failed()

    def follow(
        self, turns: Turns, *, within: timedelta, bound: timedelta, next_turn_in: timedelta = timedelta()
    ) -> None:
        """Queue what is to be told of them. Raises `LedgerUnavailable`.

        `within`: how long before a release would be missed people want to know that turns fail.
        `next_turn_in`: where no failed turn is tried again before.
        """
        now = turns.clock.now()
        if not self.deadlines.seen:
            self.remember(turns, now)
        memory = turns.ledger.fleet(now)
        near = self.deadlines.near(now, within=within, bound=bound, next_turn_in=next_turn_in)
        refused = (
            None
            if self.refused is None
            else refused_event(self.refused, self.deadlines, now, poll=turns.orders.poll)
        )
        found = [refused, None if near is None else near_event(near, now)]
        looked_at = {EventKind.CONFIG_REFUSED.value}
        if self.deadlines.seen or near is not None or _all_done(memory):
            looked_at.add(EventKind.DEADLINE_NEAR.value)
        _, queued = follow_open(
            [event for event in found if event is not None],
            looked_at,
            routes=turns.orders.routes,
            remembered=memory.problems,
            overrides=memory.overrides,
            now=now,
            parts={} if near is None else {EventKind.DEADLINE_NEAR.value: near.parts},
            began={} if near is None else {EventKind.DEADLINE_NEAR.value: near.since},
        )
        turns.write((queued,))

    def remember(
        self,
        turns: Turns,
        now: datetime,
        *,
        failing: datetime | None = None,
        failing_before: datetime | None = None,
    ) -> None:
        """A process that never had a good turn knows from the ledger what is planned.

        `failing`: since when full turns fail; `failing_before`: only failures before then are to be counted,
        as the turn that began then will be by itself.
        """
        if turns.orders.mode is not Mode.ENFORCE:
            return
        closes: dict[ProjectId, dict[LeasePeriod, datetime]] = defaultdict(dict)
        for one in turns.at_stake(turns.ledger.fleet(now), now):
            closes[one.account.project][one.account.period] = one.closes
        for project, moments in closes.items():
            if project in self.deadlines.projects:
                continue
            memory, failures = turns.ledger.project(project), 1
            if failing_before is not None:
                since = [at for at in (failing, memory.unreadable_since) if at is not None]
                failures = int(any(at < failing_before for at in since))
            self.deadlines = self.deadlines.remembering(project, memory, moments, failures=failures)


def _all_done(memory: FleetMemory) -> bool:
    """Whether every release that was told to come too late is done by now, as a person asked for it."""
    told = memory.problems.get(EventKind.DEADLINE_NEAR.value)
    return (
        told is not None
        and bool(told.periods)
        and {one.period for one in memory.done}.issuperset(told.periods)
    )


def follow_one_turn(
    turns: Turns, report: Report, *, within: timedelta, only: LeasePeriod | None = None
) -> None:
    """After a turn that nobody repeats but a timetable of others: what fails is known from the ledger alone.

    Tells that planned releases are about to be missed, and that it is over with the first turn that succeeds.
    `only`: all that it was to release, which a person asked for: what it left undone, and closes before
    another turn comes, is as near as before. Raises `LedgerUnavailable`.
    """
    if not turns.acting or report.trouble is Trouble.LEDGER_HELD or report.kind is not TurnKind.FULL:
        return
    now, poll = turns.clock.now(), turns.orders.poll
    failing = turns.ledger.fleet(now).failing_since
    problems = DaemonProblems()
    if not good(report) or report.unread:
        problems.remember(turns, now, failing_before=report.started_at, failing=failing)
    problems.turned(report, now)
    if only is not None and any(one.closes - now < poll for one in problems.deadlines.planned(now)):
        return
    problems.follow(turns, within=within, bound=2 * poll, next_turn_in=poll)
    turns.tell_on()


def refused_event(error: ReloadRefused, deadlines: Deadlines, now: datetime, *, poll: timedelta) -> Event:
    """The same mistakes are the same problem, however often they are read. Says what it halts, by when."""
    more = len(error.findings) - 1
    kind = EventKind.CONFIG_REFUSED
    planned = deadlines.planned(now)
    cents = sum(one.price_cents for one in planned)
    matter = refused_configuration(
        f"{error}{f' (and {more} more)' if more else ''}",
        [one.closes for one in planned],
        cents,
        now,
        poll=poll,
        problem=kind.value,
    )
    headline = matter.headline(now)
    return Event(
        kind=kind,
        key=f"{kind}:{'|'.join(error.findings)}",
        problem=kind.value,
        at=now,
        what=headline,
        clauses=(
            *([] if headline == matter.what else [why(matter.what)]),
            follows(
                "nothing is released until a good one is read, by a reload or a start, for it may hold what "
                "is due; all else goes on by the one before it"
            ),
            *listed(planned),
            *map(to_decide, matter.ways),
        ),
        # Not as its own price: who is told of large sums only is told of this whatever waits for it.
        facts=ConfigurationFacts(
            mistakes=len(error.findings), releases=len(planned), cents=cents, by=matter.by
        ),
    )
