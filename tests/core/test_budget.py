"""Budgets: told above them, silent at them, stopping nothing."""

from dataclasses import replace

import pytest

from tests.builders import NOW
from watcher.facts.accounts import ProjectId
from watcher.messages.budget import budget_event
from watcher.messages.events import Event, EventKind
from watcher.messages.money_facts import BudgetFacts

ACME = ProjectId("prj_acme")


@pytest.mark.parametrize(("cents", "budget"), [(30_000, None), (29_999, 30_000), (30_000, 30_000), (0, 0)])
def test_within_a_budget_or_without_one_there_is_nothing_to_tell(cents: int, budget: int | None) -> None:
    assert budget_event(cents, budget, NOW) is None


def test_a_cent_above_it_is_told_with_what_it_costs_and_what_it_may() -> None:
    event = budget_event(30_001, 30_000, NOW, project=ACME, name="acme")
    assert event is not None
    assert replace(event, clauses=()) == Event(
        kind=EventKind.BUDGET_EXCEEDED,
        key="budget.exceeded:prj_acme:30001:30000",
        problem="budget.exceeded:prj_acme",
        at=NOW,
        what="project acme costs $300.01 a month, $0.01 over its budget of $300.00",
        project=ACME,
        cents=1,
        facts=BudgetFacts(monthly_cents=30_001, budget_cents=30_000),
    )


def test_the_fleet_has_one_too() -> None:
    event = budget_event(15_000, 0, NOW)
    assert event is not None
    assert (event.text, event.problem) == (
        "the fleet costs $150.00 a month, $150.00 over its budget of $0.00; "
        "`lease-watcher audit --use unused` lists what is paid for and not used",
        "budget.exceeded:fleet",
    )
