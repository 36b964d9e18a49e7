"""When a fact was read, and what the clock that says so is worth (ADR 0023)."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """The moment a project was read, by a clock that may be wrong.

    `now`: by our clock, after the last answer: what decisions are made for. `latest`: by the provider's
    clock it was no later; None where nobody knows. `noted_at`: no later than it truly is, for what is
    remembered: what a wrong clock stamps would outlast it.
    """

    now: datetime
    latest: datetime | None
    noted_at: datetime

    @classmethod
    def at(cls, now: datetime) -> "Moment":
        """By a clock that is known to be right to the instant."""
        return cls(now=now, latest=now, noted_at=now)

    @classmethod
    def by(
        cls, now: datetime, *, skew: timedelta | None, allowed: timedelta, proved_at: datetime | None
    ) -> "Moment":
        """By a clock that is off by `skew`, one way or the other; None: nothing proves it.

        `proved_at`: when a clock was last proved.
        """
        doubtful = skew is None or skew > allowed
        return cls(
            now=now,
            latest=None if skew is None else now + max(skew, allowed),
            noted_at=now if not doubtful or proved_at is None else min(now, proved_at),
        )

    @property
    def doubtful(self) -> bool:
        return self.noted_at < self.now or self.latest is None
