"""A clock that was proved may be set a second later: whether what it was worth still holds."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from watcher.ports.clock import Clock

_UNNOTICED = timedelta(seconds=1)
"""`Date` has whole seconds, and two clocks are not read in one instant: less is no setting."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClockProof:
    """`skew`: what an answer showed our clock to be off by, at `at`; None: it proved nothing."""

    skew: timedelta | None
    at: datetime
    ticks: float

    @classmethod
    def now(cls, clock: Clock, skew: timedelta | None) -> "ClockProof":
        """Of an answer that has just come."""
        return cls(skew=skew, at=clock.now(), ticks=clock.monotonic())

    def skew_by(self, clock: Clock) -> timedelta | None:
        """How far off the clock may be by now: it was set by what it differs from the one that never jumps.

        A machine that slept differs as well: what was proved before says nothing then.
        """
        if self.skew is None:
            return None
        set_by = abs(clock.now() - self.at - timedelta(seconds=clock.monotonic() - self.ticks))
        return self.skew if set_by < _UNNOTICED else self.skew + set_by

    def proved_again(self, clock: Clock, skew: timedelta | None) -> "ClockProof":
        """By another answer, which has just come; one that proves nothing leaves it at what this is worth."""
        return ClockProof.now(clock, self.skew_by(clock) if skew is None else skew)
