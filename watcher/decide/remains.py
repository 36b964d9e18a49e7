"""What a turn leaves behind its attempts: what brakes still stop, and what an approval lets pass."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from watcher.brakes.docket import Docket, Entry
from watcher.decide.fleet import FleetPlan
from watcher.decide.gate import recounted
from watcher.decide.halts_ahead import HaltsAhead, halts_ahead
from watcher.decide.orders import Orders
from watcher.facts.accounts import LeasePeriod
from watcher.memory.remembered import FleetMemory
from watcher.memory.writes import Write
from watcher.record.attempts import Attempt
from watcher.record.intents import Intent
from watcher.record.overrides import Override
from watcher.record.planned_pauses import PlannedPause, said_to_come
from watcher.rules.plan import given_up


@dataclass(frozen=True, kw_only=True, slots=True)
class _SaidAndDone:
    approved: frozenset[LeasePeriod]
    pauses: tuple[Override, ...]
    to_come: tuple[PlannedPause, ...]
    done: tuple[Entry, ...]
    unresolved: tuple[Intent, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Remains:
    """What brakes stop, and what an approval lets pass, of the releases that are left after the attempts."""

    ahead: HaltsAhead
    let_go: tuple[Entry, ...]
    as_of: _SaidAndDone
    writes: tuple[Write, ...] = ()


def what_remains(
    plan: FleetPlan,
    memory: FleetMemory,
    orders: Orders,
    now: datetime,
    attempts: Sequence[Attempt] = (),
    *,
    before: Remains | None = None,
) -> Remains:
    """By what people said, and what was done, while releases were under way. `memory`: as it is now.

    What no turn tries again after these attempts is not to come, whatever lifts a brake. `before`: what
    remained of this plan after these attempts; it still does where nobody said or did anything since.
    """
    as_of = _SaidAndDone(
        approved=memory.overrides.approved(now, plan.begun),
        pauses=memory.overrides.pauses(now),
        to_come=said_to_come(memory.overrides.pauses_to_come(now)),
        done=memory.done,
        unresolved=memory.unresolved,
    )
    if before is not None and before.as_of == as_of:
        return before
    ended = {one.period: one.ended for one in attempts}
    given_up_now = {
        due.decision.account.period
        for due in plan.go
        if (end := ended.get(due.decision.account.period)) is not None
        and given_up(end, due.decision.standing) is not None
    }
    if given_up_now:
        left = tuple(one for one in plan.docket.entries if one.period not in given_up_now)
        to_come = tuple(one for one in plan.to_come if one.period not in given_up_now)
        plan = replace(plan, docket=Docket(entries=left), to_come=to_come)
    behind = {entry.period for entry in plan.docket.behind}
    gone = {entry.period for entry in memory.done if entry.period not in behind}
    limits = [halt for halt in plan.halts.halts if halt.brake.approvable]
    still_to_come = as_of.approved - gone
    let_go = tuple(
        entry
        for entry in plan.docket.to_come
        if entry.period in still_to_come and any(halt.covers(entry.project) for halt in limits)
    )
    now_said = (as_of.approved, as_of.pauses, as_of.to_come)
    if not plan.go and now_said == (plan.halts.approved, plan.state.pauses, plan.state.to_come):
        return Remains(ahead=plan.ahead, let_go=let_go, as_of=as_of)
    docket, state = recounted(
        plan.docket,
        plan.state,
        done=memory.done,
        unresolved=memory.unresolved,
        pauses=as_of.pauses,
        planned=plan.state.planned,
        now=now,
    )
    state = replace(state, to_come=as_of.to_come)
    # What did not go in this turn waits for the next one.
    ahead = halts_ahead(plan.to_come, docket.behind, state, orders, as_of.approved, now, in_turn=False)
    writes = () if ahead.docket.id == plan.ahead.docket.id else ahead.kept(orders, now)
    return Remains(ahead=ahead, let_go=let_go, as_of=as_of, writes=writes)
