"""What the leased accounts cost a month, held against what may be spent on them."""

from datetime import datetime

from watcher.facts.accounts import ProjectId
from watcher.messages.clauses import to_type
from watcher.messages.events import Event, EventKind
from watcher.messages.money_facts import BudgetFacts
from watcher.texts.money import dollars


def budget_event(
    cents: int, budget_cents: int | None, now: datetime, *, project: ProjectId | None = None, name: str = ""
) -> Event | None:
    """That the monthly price of all leased accounts is above the budget; another price is news.

    None within the budget, and without one. Money is cents a month. `project` None: the fleet's.
    """
    if budget_cents is None or cents <= budget_cents:
        return None
    problem = f"{EventKind.BUDGET_EXCEEDED}:{project or 'fleet'}"
    whose = f"project {name}" if project else "the fleet"
    return Event(
        kind=EventKind.BUDGET_EXCEEDED,
        key=f"{problem}:{cents}:{budget_cents}",
        problem=problem,
        at=now,
        what=f"{whose} costs {dollars(cents)} a month, {dollars(cents - budget_cents)} over its budget "
        f"of {dollars(budget_cents)}",
        clauses=(to_type("lease-watcher audit --use unused", after=" lists what is paid for and not used"),),
        project=project,
        cents=cents - budget_cents,
        facts=BudgetFacts(monthly_cents=cents, budget_cents=budget_cents),
    )
