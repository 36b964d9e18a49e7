"""What the daemon itself has to tell: problems that no single turn could see."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from watcher.daemon.reload import ReloadRefused
from watcher.decide.deadlines import Deadlines, listed, near_event
from watcher.decide.open_problems import follow_open
from watcher.decide.report import Report
from watcher.messages.clauses import follows, to_decide, why
from watcher.messages.events import ConfigurationFacts, Event, EventKind
from watcher.messages.matters import refused_configuration
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

    def follow(self, turns: Turns, *, within: timedelta, bound: timedelta) -> None:
        """Queue what is to be told of them. Raises `LedgerUnavailable`.

        `within`: how long before a release would be missed people want to know that turns fail.
        """
        now = turns.clock.now()
        if not self.deadlines.seen:
            self._remember(turns, now)
        near = self.deadlines.near(now, within=within, bound=bound)
        refused = (
            None
            if self.refused is None
            else refused_event(self.refused, self.deadlines, now, poll=turns.orders.poll)
        )
        found = [refused, None if near is None else near_event(near, now)]
        looked_at = {EventKind.CONFIG_REFUSED.value}
        if self.deadlines.seen or near is not None:
            looked_at.add(EventKind.DEADLINE_NEAR.value)
        memory = turns.ledger.fleet(now)
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

    def _remember(self, turns: Turns, now: datetime) -> None:
        """A process that never had a good turn knows from the ledger what is planned."""
        if turns.orders.mode is not Mode.ENFORCE:
            return
        for target in turns.orders.targets:
            if target.id not in self.deadlines.projects:
                self.deadlines = self.deadlines.remembering(target.id, turns.ledger.project(target.id), now)


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
