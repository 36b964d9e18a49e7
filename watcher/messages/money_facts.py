"""What events say of the money of a whole fleet, as values."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class BudgetFacts:
    monthly_cents: int
    budget_cents: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SavingsFacts:
    """Of a month, such as `2026-10`: the renewals that releases avoided, as read; later ones, extrapolated;
    those that are still to come; what was paid for nothing, and what else without evidence of use; paid days
    given up. `known_since`: where the ledger's memory begins within it.
    """

    month: str
    saved_cents: int
    later_cents: int
    not_yet_cents: int
    for_nothing_cents: int
    paid_else_cents: int
    given_up_cents: int
    known_since: datetime | None = None
