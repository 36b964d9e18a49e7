"""When a fact was read, and what the clock that says so is worth (ADR 0023)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

_DATE_RESOLUTION = timedelta(seconds=1)
"""So much more than was measured a clock may be off: a `Date` has whole seconds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """The moment a project was read, by a clock that may be wrong.

    `now`: by our clock, after the last answer: what decisions are made for. `earliest`, `latest`: by the
    provider's clock it was between these, where ours is known to be off; `latest` None: nobody knows.
    `noted_at`: no later than it truly is, for what is remembered: a wrong stamp would outlast its clock.
    """

    now: datetime
    earliest: datetime
    latest: datetime | None
    noted_at: datetime

    @classmethod
    def at(cls, now: datetime) -> "Moment":
        """By a clock that is known to be right to the instant."""
        return cls(now=now, earliest=now, latest=now, noted_at=now)

    @classmethod
    def by(
        cls, now: datetime, *, skew: timedelta | None, allowed: timedelta, proved_at: datetime | None
    ) -> "Moment":
        """By a clock that is off by `skew`, one way or the other; None: nothing proves it.

        `proved_at`: when a clock was last proved.
        """
        if skew is None:
            return cls(now=now, earliest=now, latest=None, noted_at=proved_at or now)
        skew += _DATE_RESOLUTION
        if skew <= allowed + _DATE_RESOLUTION:
            return cls(now=now, earliest=now, latest=now + allowed + _DATE_RESOLUTION, noted_at=now)
        earliest = now - skew
        noted_at = earliest if proved_at is None else max(earliest, proved_at)
        return cls(now=now, earliest=earliest, latest=now + skew, noted_at=noted_at)

    @property
    def off(self) -> bool:
        """Whether our clock is known to be wrong."""
        return self.earliest < self.now

    @property
    def sure(self) -> bool:
        """Whether our clock is proved, and right: only such a one says that something has passed."""
        return self.latest is not None and not self.off
