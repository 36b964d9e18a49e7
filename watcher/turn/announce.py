"""Say what is to come: notices of releases, what brakes halt, a clock that is off."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from watcher.brakes import FleetState, Halt, Halts, brake
from watcher.brakes.docket import Docket, Entry, Place, Prospect, lookahead
from watcher.decide.orders import Orders
from watcher.facts.accounts import LeasePeriod, ProjectId
from watcher.memory.writes import Announced, DocketKept, Queued
from watcher.messages.budget import budget_event
from watcher.messages.events import Event, EventKind
from watcher.messages.problems import Problem, follow
from watcher.messages.telling import announcement, halt_event, halt_parts
from watcher.messages.unmatched import Unmatched, unmatched_event
from watcher.ports.ledger import Ledger
from watcher.record.notices import Notice
from watcher.record.overrides import Overrides
from watcher.rules.plan import Announce, Decision, Mode
from watcher.rules.targets import DISCOVERY
from watcher.turn.troubles import clock_event


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlook:
    """What announcements are held against: the fleet, and every release that is to come."""

    docket: Docket
    state: FleetState
    halts: Halts
    prospects: Sequence[Prospect]
    done: Sequence[Entry]
    approved: frozenset[LeasePeriod]
    problems: Mapping[str, Problem]
    """The standing ones, by id."""
    overrides: Overrides
    whole: bool
    """Whether all that this turn wanted to read was read."""
    unmatched: tuple[Unmatched, ...] | None
    """Configured words that match nothing; None where not every account was met."""
    fleet_cents: int | None
    """What all accounts cost a month; None where not all of them were read."""
    unwatched: frozenset[ProjectId]
    """Projects with standing problems that nobody watches any more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Announcer:
    """Writes notices and problems with the messages that carry them."""

    ledger: Ledger
    orders: Orders
    turn: str
    now: datetime

    def announce(self, announcing: Iterable[Decision], outlook: Outlook) -> list[Event]:
        """What was announced and reported; with a clock that is not proved, no release is announced."""
        live = self.orders.mode is Mode.ENFORCE
        if outlook.halts.stopping(outlook.docket.to_come):
            self._keep(outlook.docket)
        parts = {EventKind.BRAKE_HALTED.value: halt_parts(self._halted(outlook), outlook.docket)}
        problems = follow(
            self._problems(outlook),
            self._looked_at(outlook),
            self.now,
            parts=parts,
            unwatched=outlook.unwatched - {DISCOVERY},
        )
        notices, announcements = [], []
        if not outlook.halts.of_the_clock:
            ahead = cache(lambda hour: self._ahead(outlook, hour))
            for decision in announcing:
                if isinstance(decision.step, Announce) and (window := decision.judgement.window):
                    # By the hour: everything that opens within it is judged together.
                    docket_id, halts = ahead(window.opens.replace(minute=0, second=0, microsecond=0))
                    notice, event = self._notice(decision, decision.step, docket_id, halts, live=live)
                    notices.append(notice)
                    announcements.append(event)
        self.ledger.apply(
            (
                Queued(
                    messages=self.orders.routes.about_problems(
                        problems, outlook.overrides, self.now, live=live
                    ),
                    at=self.now,
                    problems=problems.standing,
                    over=problems.over,
                ),
            )
        )
        self.ledger.apply(
            (
                Announced(
                    notices=tuple(notices),
                    messages=self.orders.routes.messages(announcements, live=live),
                    turn=self.turn,
                ),
            )
        )
        return [*problems.events, *announcements]

    def _looked_at(self, outlook: Outlook) -> Mapping[str, Problem]:
        """Of the standing problems, those that would have been found again by now if they still stood."""
        looked_at = {EventKind.BRAKE_HALTED} if outlook.whole else set()
        if outlook.state.skew is not None:
            looked_at.add(EventKind.CLOCK_OFF)
        if outlook.fleet_cents is not None:
            looked_at.add(EventKind.BUDGET_EXCEEDED)
        if outlook.unmatched is not None:
            looked_at.add(EventKind.PROTECTION_UNMATCHED)
        return {
            id_: problem
            for id_, problem in outlook.problems.items()
            if (problem.project is None and problem.kind in looked_at) or problem.project in outlook.unwatched
        }

    def _problems(self, outlook: Outlook) -> Iterable[Event]:
        skew, docket = outlook.state.skew, outlook.docket
        if skew is not None and skew > self.orders.limits.max_clock_skew:
            yield clock_event(skew.total_seconds(), self.now)
        if halted := self._halted(outlook):
            yield halt_event(halted, docket, self.now)
        if (unmatched := unmatched_event(outlook.unmatched or (), self.now)) is not None:
            yield unmatched
        if outlook.fleet_cents is not None:
            over = budget_event(outlook.fleet_cents, self.orders.budget_cents, self.now)
            if over is not None:
                yield over

    def _halted(self, outlook: Outlook) -> Sequence[Halt]:
        """The brakes that stop a release which is due."""
        due = [entry for entry in outlook.docket.entries if entry.place is Place.DUE]
        return outlook.halts.stopping(due) if self.orders.mode is Mode.ENFORCE else ()

    def _ahead(self, outlook: Outlook, at: datetime) -> tuple[str, Halts]:
        """The docket's name as it will be then, and the brakes that time alone does not lift until then."""
        docket = lookahead(outlook.prospects, outlook.done, at=at, now=self.now)
        halts = brake(docket, outlook.state, self.orders.limits, outlook.approved).lasting(until=at)
        if halts.stopping(docket.to_come):
            self._keep(docket)
        return docket.id, halts

    def _keep(self, docket: Docket) -> None:
        self.ledger.apply(
            (
                DocketKept(
                    docket=docket.id, periods=tuple(entry.period for entry in docket.to_come), at=self.now
                ),
            )
        )

    def _notice(
        self, decision: Decision, step: Announce, docket_id: str, halts: Halts, *, live: bool
    ) -> tuple[Notice, Event]:
        account = decision.account
        policy = decision.judgement.policy
        on_it = halts.on(account.period, account.project)
        event = announcement(decision, step, on_it, docket_id, self.now, live=live)
        notice = Notice(
            key=event.key,
            period=account.period,
            not_before=step.not_before,
            fingerprint=policy.fingerprint if policy else "",
            live=live,
            created_at=self.now,
            handle=account.handle,
            assigned_at=account.assigned_at,
            platform=account.platform,
        )
        return notice, event
