"""Say what is to come: notices of releases, what brakes halt, a clock that is off."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from watcher.brakes import FleetState, Halt, Halts
from watcher.brakes.docket import Docket, Place
from watcher.decide.background import Background
from watcher.decide.coming_halt import ComingHalt
from watcher.decide.fleet_problems import clock_event
from watcher.decide.matters import standing_halt
from watcher.facts.accounts import ProjectId
from watcher.memory.writes import Announced, DocketKept, KeptHalt, Queued, Write
from watcher.messages.budget import budget_event
from watcher.messages.events import Event, EventKind
from watcher.messages.halt_messages import doubt_event, halt_event, halt_parts
from watcher.messages.problems import Problem, follow
from watcher.messages.renewal_messages import announcement
from watcher.messages.unmatched import Unmatched, unmatched_event
from watcher.record.notices import Notice
from watcher.rules.plan import Announce, Decision
from watcher.rules.targets import DISCOVERY


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlook:
    """What announcements are held against: the fleet, and every release that is to come."""

    docket: Docket
    state: FleetState
    halts: Halts
    coming: ComingHalt
    whole: bool
    """Whether all that this turn wanted to read was read."""
    unmatched: tuple[Unmatched, ...] | None
    """Configured words that match nothing; None where a list is missing or not believed."""
    fleet_cents: int | None
    """What all accounts cost a month; None where not all of them were read."""
    unwatched: frozenset[ProjectId]
    """Projects with standing problems that nobody watches any more."""


def announce(
    announcing: Iterable[Decision], outlook: Outlook, background: Background
) -> tuple[list[Event], list[Write]]:
    """What is announced and reported, and what is to be written of it.

    With a clock that is not proved, no release is announced.
    """
    orders, now, live = background.orders, background.now, background.enforcing
    halted = _halted(outlook, background)
    problems = follow(
        _problems(outlook, halted, background),
        _looked_at(outlook, background.memory.problems),
        now,
        parts={EventKind.BRAKE_HALTED.value: halt_parts(halted, outlook.docket)},
        unwatched=outlook.unwatched - {DISCOVERY},
        overrides=background.overrides,
    )
    coming = outlook.coming
    dockets = [
        (outlook.docket, outlook.halts.stopping(outlook.docket.to_come)),
        (coming.docket, coming.halts),
    ]
    notices: list[Notice] = []
    announcements: list[Event] = []
    if not outlook.halts.of_the_clock:
        whole = coming.matter(orders, now)
        for decision in announcing:
            if isinstance(decision.step, Announce):
                event = announcement(
                    decision,
                    decision.step,
                    now,
                    live=live,
                    coming=coming.matter_of(decision.account.period, orders, now),
                    whole=whole,
                )
                announcements.append(event)
                notices.append(_notice(decision, decision.step, event, now, live=live))
    writes: list[Write] = [
        *(
            DocketKept(
                docket=docket.id,
                periods=tuple(entry.period for entry in docket.to_come),
                at=now,
                halts=tuple(KeptHalt.of(one, docket.id, orders.names) for one in halts),
            )
            for docket, halts in dockets
            if halts
        ),
        Queued(
            messages=orders.routes.about_problems(problems, background.overrides, now, live=live),
            at=now,
            problems=problems.standing,
            over=problems.over,
        ),
        Announced(
            notices=tuple(notices),
            messages=orders.routes.messages(announcements, live=live),
            turn=background.turn.id,
        ),
    ]
    return [*problems.events, *announcements], writes


def _looked_at(outlook: Outlook, standing: Mapping[str, Problem]) -> Mapping[str, Problem]:
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
        for id_, problem in standing.items()
        if (problem.project is None and problem.kind in looked_at) or problem.project in outlook.unwatched
    }


def _problems(outlook: Outlook, halted: Sequence[Halt], background: Background) -> Iterator[Event]:
    skew, now, orders = outlook.state.skew, background.now, background.orders
    if skew is not None and skew > orders.limits.max_clock_skew:
        yield clock_event(skew.total_seconds(), now)
    if halted:
        matter = standing_halt(outlook.docket, outlook.halts, orders, background.memory, now)
        if matter is not None:
            yield halt_event(matter, halted, outlook.docket, now)
    if background.enforcing and outlook.halts.of_the_lists:
        yield doubt_event(outlook.halts.of_the_lists, orders.names, now)
    if (unmatched := unmatched_event(outlook.unmatched or (), now)) is not None:
        yield unmatched
    if outlook.fleet_cents is not None:
        over = budget_event(outlook.fleet_cents, orders.budget_cents, now)
        if over is not None:
            yield over


def _halted(outlook: Outlook, background: Background) -> Sequence[Halt]:
    """The brakes that stop a release which is due."""
    due = [entry for entry in outlook.docket.entries if entry.place is Place.DUE]
    return outlook.halts.stopping(due) if background.enforcing else ()


def _notice(decision: Decision, step: Announce, event: Event, now: datetime, *, live: bool) -> Notice:
    account, policy = decision.account, decision.judgement.policy
    return Notice(
        key=event.key,
        period=account.period,
        not_before=step.not_before,
        fingerprint=policy.fingerprint if policy else "",
        live=live,
        created_at=now,
        handle=account.handle,
        assigned_at=account.assigned_at,
        platform=account.platform,
    )
