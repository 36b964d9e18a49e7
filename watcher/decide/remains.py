"""What a turn leaves behind its attempts: what brakes still stop, and what an approval lets pass."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from watcher.brakes.docket import Docket, Entry
from watcher.decide.fleet import FleetPlan
from watcher.decide.gate import recounted
from watcher.decide.halts_ahead import HaltsAhead, halts_ahead
from watcher.decide.orders import Orders
from watcher.memory.remembered import FleetMemory
from watcher.memory.writes import Write
from watcher.record.attempts import Attempt
from watcher.record.planned_pauses import said_to_come
from watcher.rules.plan import given_up


@dataclass(frozen=True, kw_only=True, slots=True)
class Remains:
    """What brakes stop, and what an approval lets pass, of the releases that are left after the attempts."""

    ahead: HaltsAhead
    let_go: tuple[Entry, ...]
    writes: tuple[Write, ...] = ()


def what_remains(
    plan: FleetPlan,
    memory: FleetMemory,
    orders: Orders,
    now: datetime,
    attempts: Sequence[Attempt] = (),
) -> Remains:
    """By what people said, and what was done, while releases were under way. `memory`: as it is now.

    What no turn tries again after these attempts is not to come, whatever lifts a brake.
    """
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
    before = {entry.period for entry in plan.docket.behind}
    done = tuple(entry for entry in memory.done if entry.period not in before)
    gone = {entry.period for entry in done}
    approved, pauses = memory.overrides.approved(now, plan.begun), memory.overrides.pauses(now)
    limits = [halt for halt in plan.halts.halts if halt.brake.approvable]
    still_to_come = approved - gone
    let_go = tuple(
        entry
        for entry in plan.docket.to_come
        if entry.period in still_to_come and any(halt.covers(entry.project) for halt in limits)
    )
    coming = said_to_come(memory.overrides.pauses_to_come(now))
    as_it_was = (approved, pauses, coming) == (plan.halts.approved, plan.state.pauses, plan.state.to_come)
    if not plan.go and as_it_was:
        return Remains(ahead=plan.ahead, let_go=let_go)
    docket, state = recounted(
        plan.docket,
        plan.state,
        done=memory.done,
        unresolved=memory.unresolved,
        pauses=pauses,
        planned=plan.state.planned,
        now=now,
    )
    state = replace(state, to_come=coming)
    # What did not go in this turn waits for the next one.
    ahead = halts_ahead(plan.to_come, docket.behind, state, orders, approved, now, in_turn=False)
    writes = () if ahead.docket.id == plan.ahead.docket.id else ahead.kept(orders, now)
    return Remains(ahead=ahead, let_go=let_go, writes=writes)
