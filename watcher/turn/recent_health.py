"""What the provider said a moment ago of how healthy accounts are, so that not every turn asks again.

Only by which policy an account is governed rests on it, never a DELETE: right before that it is asked again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from watcher.facts.accounts import AccountId
from watcher.facts.health import LOOKED_AT_EVERY, Health, HealthTier


@dataclass(kw_only=True, slots=True)
class RecentHealth:
    """Of one process, over one key and one API. Shared by threads, each of which reads other accounts."""

    _said: dict[AccountId, tuple[HealthTier, datetime]] = field(default_factory=dict)

    def note(self, said: Mapping[AccountId, Health], at: datetime) -> None:
        """`at`: of when the oldest of it is, at the latest. What nobody knows is asked again."""
        for account, health in said.items():
            if isinstance(health, HealthTier):
                self._said[account] = health, at

    def of(self, account: AccountId, now: datetime) -> HealthTier | None:
        """As long as the provider would say the same; of a clock that was set back, nothing."""
        health, at = self._said.get(account, (None, now))
        return health if timedelta() <= now - at <= LOOKED_AT_EVERY else None

    def forget(self, now: datetime) -> None:
        """What is too old to be said again."""
        for account in [one for one in self._said if self.of(one, now) is None]:
            del self._said[account]
