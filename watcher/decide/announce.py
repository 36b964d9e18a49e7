"""Say what is to come: notices of releases, what brakes halt, a clock that is off."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from watcher.brakes import FleetState, Halts
from watcher.brakes.docket import Docket
from watcher.brakes.kinds.clock_off import CLOCK_OFF
from watcher.decide.background import Background
from watcher.decide.fleet_problems import clock_event
from watcher.decide.halts_ahead import HaltsAhead
from watcher.decide.matters import all_halted
from watcher.facts.accounts import LeasePeriod, ProjectId
from watcher.memory.writes import Announced, Queued, Write
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
    ahead: HaltsAhead
    whole: bool
    """Whether all that this turn wanted to read was read."""
    unmatched: tuple[Unmatched, ...] | None
    """Configured words that match nothing; None where a list is missing or not believed."""
    fleet_cents: int | None
    """What all accounts cost a month; None where not all of them were read."""
    unwatched: frozenset[ProjectId]
    """Projects with standing problems that nobody watches any more."""
    lost: Mapping[LeasePeriod, int] = field(default_factory=dict)
    """What was halted and came too late, by what it costs."""


def announce(
    announcing: Iterable[Decision], outlook: Outlook, background: Background
) -> tuple[list[Event], list[Write]]:
    """What is announced and reported, and what is to be written of it.

    With a clock that is not proved, no release is announced.
    """
    orders, now, live = background.orders, background.now, background.enforcing
    ahead, docket = outlook.ahead, outlook.docket
    problems = follow(
        _problems(outlook, background),
        _looked_at(outlook, background.memory.problems),
        now,
        parts={EventKind.BRAKE_HALTED.value: halt_parts(outlook.ahead.told)},
        unwatched=outlook.unwatched - {DISCOVERY},
        overrides=background.overrides,
        names=orders.names,
        to_come=frozenset(entry.period for entry in docket.entries),
        still_halted=frozenset(one.entry.period for one in ahead.told),
        lost=outlook.lost,
    )
    stopping = outlook.halts.stopping(docket.to_come)
    # Machines may name the docket that brakes judged, whether or not anybody has to decide about it.
    judged = (ahead.kept_as(docket, stopping, orders, now),) if stopping else ()
    dockets = {one.docket: one for one in (*judged, *ahead.kept(orders, now))}
    notices: list[Notice] = []
    announcements: list[Event] = []
    if not outlook.halts.of_the_clock:
        whole = ahead.matter(orders, now)
        for decision in announcing:
            if isinstance(decision.step, Announce):
                event = announcement(
                    decision,
                    decision.step,
                    now,
                    live=live,
                    coming=ahead.matter_of(decision.account.period, orders, now),
                    whole=whole,
                )
                announcements.append(event)
                notices.append(_notice(decision, decision.step, event, now, live=live))
    writes: list[Write] = [
        *dockets.values(),
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
    # What is halted for now is neither told again nor over.
    looked_at = {EventKind.BRAKE_HALTED} if outlook.whole and not outlook.ahead.for_now else set()
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


def _problems(outlook: Outlook, background: Background) -> Iterator[Event]:
    skew, now, orders = outlook.state.skew, background.now, background.orders
    if skew is not None and skew > orders.limits.max_clock_skew:
        halt = outlook.ahead.matter(orders, now) if background.enforcing else None
        by_the_clock = halt is not None and halt.unless and CLOCK_OFF.word in halt.brakes
        yield clock_event(skew.total_seconds(), now, halt=halt if by_the_clock else None)
    if background.enforcing and _is_to_tell(outlook.ahead, background):
        matter = all_halted(outlook.ahead, orders, background.memory, now)
        if matter is not None:
            yield halt_event(matter, outlook.ahead.told, now)
    if background.enforcing and outlook.halts.of_the_lists:
        yield doubt_event(outlook.halts.of_the_lists, orders.names, now)
    if (unmatched := unmatched_event(outlook.unmatched or (), now)) is not None:
        yield unmatched
    if outlook.fleet_cents is not None:
        over = budget_event(outlook.fleet_cents, orders.budget_cents, now)
        if over is not None:
            yield over


def _is_to_tell(ahead: HaltsAhead, background: Background) -> bool:
    """Whether a release that is due is stopped until somebody decides.

    A coming halt is told by announcements and warnings, and what goes on by itself wakes nobody. Once it was
    told, a halt stands until brakes stop nothing of it any more.
    """
    to_decide = ahead.to_decide
    was_told = EventKind.BRAKE_HALTED.value in background.memory.problems
    return any(one.is_due for one in to_decide) or (was_told and bool(to_decide))


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
