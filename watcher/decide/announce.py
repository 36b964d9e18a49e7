"""Say what is to come: notices of releases, what brakes halt, a clock that is off."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
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
from watcher.messages.problems import LISTS_IN_DOUBT, Followed, Problem, follow
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
    looked_at = _looked_at(outlook, background)
    problems = follow(
        _problems(outlook, background),
        looked_at,
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
            problems=(*problems.standing, *_joined(looked_at, problems, background)),
            over=problems.over,
        ),
        Announced(
            notices=tuple(notices),
            messages=orders.routes.messages(announcements, live=live),
            turn=background.turn.id,
        ),
    ]
    return [*problems.events, *announcements], writes


def _looked_at(outlook: Outlook, background: Background) -> Mapping[str, Problem]:
    """Of the standing problems, those that would have been found again by now if they still stood."""
    ahead, standing = outlook.ahead, background.memory.problems
    # What is halted for now, or only to come, is neither told again nor over.
    none_left = not ahead.to_decide or not background.enforcing
    looked_at: set[str] = set()
    if (outlook.whole and not ahead.for_now and none_left) or _is_to_tell(ahead):
        looked_at.add(EventKind.BRAKE_HALTED)
    if outlook.whole or outlook.halts.of_the_lists:
        looked_at.add(LISTS_IN_DOUBT)
    if outlook.state.skew is not None:
        looked_at.add(EventKind.CLOCK_OFF)
    if outlook.fleet_cents is not None:
        looked_at.add(EventKind.BUDGET_EXCEEDED)
    if outlook.unmatched is not None:
        looked_at.add(EventKind.PROTECTION_UNMATCHED)
    return {
        id_: _with_what_joined(problem, ahead) if id_ == EventKind.BRAKE_HALTED.value else problem
        for id_, problem in standing.items()
        if (problem.project is None and (id_ if id_ == LISTS_IN_DOUBT else problem.kind) in looked_at)
        or problem.project in outlook.unwatched
    }


def _problems(outlook: Outlook, background: Background) -> Iterator[Event]:
    skew, now, orders = outlook.state.skew, background.now, background.orders
    if skew is not None and skew > orders.limits.max_clock_skew:
        halt = outlook.ahead.matter(orders, now) if background.enforcing else None
        by_the_clock = halt is not None and halt.unless and CLOCK_OFF.word in halt.brakes
        yield clock_event(skew.total_seconds(), now, halt=halt if by_the_clock else None)
    if background.enforcing and _is_to_tell(outlook.ahead):
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


def _is_to_tell(ahead: HaltsAhead) -> bool:
    """Whether a release that is due is stopped until somebody decides.

    What is only to come is told by announcements, warnings and `brake.ahead`, and what goes on by itself
    wakes nobody. Once it was told, a halt stands until brakes stop nothing of it any more.
    """
    return any(one.is_due for one in ahead.to_decide)


def _with_what_joined(halt: Problem, ahead: HaltsAhead) -> Problem:
    """The halt that stands, with what will be stopped by it: that is told as to come, and is no other halt.

    Only what is due and was never told wakes people again.
    """
    due, found = halt_parts(one for one in ahead.told if one.is_due), halt_parts(ahead.told)
    words = frozenset(halt.content.split("\n"))
    if not due.periods or not due.periods <= set(halt.periods) or not due.words <= words:
        return halt
    others = sorted(found.periods - set(halt.periods), key=lambda one: (one.account, one.renews_at))
    return replace(halt, content="\n".join(sorted(words | found.words)), periods=(*halt.periods, *others))


def _joined(
    looked_at: Mapping[str, Problem], problems: Followed, background: Background
) -> Iterator[Problem]:
    """The halt that stands, where it was not told again, and something joined it."""
    id_ = EventKind.BRAKE_HALTED.value
    halt = looked_at.get(id_)
    told = {one.id for one in problems.standing} | set(problems.over)
    if halt is not None and id_ not in told and halt != background.memory.problems[id_]:
        yield halt


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
