"""A number of renewals, and what they cost together: what sums of renewals are made of, past or to come."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Amount:
    """So many renewals, for so many cents."""

    renewals: int = 0
    cents: int = 0

    @classmethod
    def of(cls, prices: Iterable[int]) -> "Amount":
        """Of renewals at these prices, in cents."""
        listed = list(prices)
        return cls(renewals=len(listed), cents=sum(listed))

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(renewals=self.renewals + other.renewals, cents=self.cents + other.cents)

    def plus(self, cents: int) -> "Amount":
        """With one renewal more, at this price."""
        return Amount(renewals=self.renewals + 1, cents=self.cents + cents)
