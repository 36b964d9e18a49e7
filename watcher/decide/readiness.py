"""Whether the watcher does its job: decided from values, for `/readyz` and for alarms."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from watcher.texts.spans import span


class WhyNot(StrEnum):
    """Why a watcher that runs is not ready."""

    NO_GOOD_TURN = "no_good_turn"
    """None since this process began."""
    TURN_TOO_OLD = "turn_too_old"
    LEDGER = "ledger_not_writable"


@dataclass(frozen=True, kw_only=True, slots=True)
class Vitals:
    """What one process knows of itself. A good turn is a full one that read the fleet to its end.

    `longest`: how long the longest turn took. `ledger`: why it could not be written the last time it was
    tried, in words; None where it could.
    """

    poll: timedelta
    last_good_at: datetime | None = None
    longest: timedelta = timedelta()
    ledger: str | None = None

    @property
    def bound(self) -> timedelta:
        """How old the last good turn may become: one may be missed, and the next takes its time."""
        return 2 * self.poll + self.longest


@dataclass(frozen=True, kw_only=True, slots=True)
class Readiness:
    """Ready if there is no reason against it."""

    at: datetime
    bound: timedelta
    last_good_at: datetime | None
    reasons: tuple[tuple[WhyNot, str], ...] = ()
    """Each with a sentence for people."""

    @property
    def ready(self) -> bool:
        return not self.reasons


def readiness(vitals: Vitals, now: datetime) -> Readiness:
    reasons: list[tuple[WhyNot, str]] = []
    last = vitals.last_good_at
    if last is None:
        reasons.append(
            (WhyNot.NO_GOOD_TURN, "no turn has read the fleet to its end since this process began")
        )
    elif now - last > vitals.bound:
        said = f"the last good turn is {span(now - last)} old, more than {span(vitals.bound)}"
        reasons.append((WhyNot.TURN_TOO_OLD, said))
    elif last - now > vitals.bound:
        said = (
            f"the last good turn is of a clock that was {span(last - now)} ahead: nobody knows how old it is"
        )
        reasons.append((WhyNot.TURN_TOO_OLD, said))
    if vitals.ledger is not None:
        reasons.append((WhyNot.LEDGER, f"the ledger cannot be written: {vitals.ledger}"))
    return Readiness(at=now, bound=vitals.bound, last_good_at=last, reasons=tuple(reasons))
