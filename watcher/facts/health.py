"""How healthy the provider says an account is: no use of it, but what it is worth keeping for."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

HEALTH: Final = "health"
"""The word for it in a policy's `evidence`."""

LOOKED_AT_EVERY: Final = timedelta(minutes=30)
"""How often the provider finds out anew; until then it says the same."""


class HealthTier(StrEnum):
    """The provider's own words; from which score on it says which it does not tell. Any other is unknown."""

    SHADOWBANNED = "shadowbanned"
    NEW = "new"
    COLD = "cold"
    WARMING_UP = "warming_up"
    WARM = "warm"
    HOT = "hot"

    @property
    def keeps(self) -> bool:
        """Whether an account is not to be released for it, used or not (ADR 71)."""
        return self is HealthTier.HOT


class WhyHealthUnknown(StrEnum):
    NOT_ASKED = "not_asked"
    """No decision turns on it, or not yet."""
    MISSING_SCOPE = "missing_scope"
    UNREADABLE = "unreadable"
    UNKNOWN_TIER = "unknown_tier"
    TOO_OLD = "too_old"
    """The answer had been kept by somebody for longer than the provider keeps one itself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HealthUnknown:
    """Nothing may be concluded: an error is no cold account."""

    why: WhyHealthUnknown


Health = HealthTier | HealthUnknown

HEALTH_NOT_ASKED: Final = HealthUnknown(why=WhyHealthUnknown.NOT_ASKED)


def is_doubtful(health: Health) -> bool:
    """Whether it was asked for and could not be had."""
    return isinstance(health, HealthUnknown) and health.why is not WhyHealthUnknown.NOT_ASKED
