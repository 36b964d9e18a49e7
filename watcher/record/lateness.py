"""Whose doing it is that a release can no longer be, with everything that the answer rests on."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Change(StrEnum):
    """What may have made a release late that nobody on our side delayed."""

    WATCHED = "watched"
    """The ledger, or the project or account in it, is not known for longer."""
    ENFORCED = "enforced"
    ENROLLED = "enrolled"
    POLICY = "policy"
    """Its policy, or that this one governs it."""
    HOLD = "hold"
    USE = "use"
    """It was used, or unfinished work was thrown away."""
    LEASE = "lease"
    RENEWAL = "renewal"
    """The renewal was moved."""
    FACTS = "facts"
    """What policies ask of an account: its followers, its price, its handle."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Since:
    """All is as it is now since then, as far as this change goes. It was seen `at`, and may have come as
    early as `earliest`: where turns stayed away, nobody looked in between.
    """

    change: Change
    at: datetime
    earliest: datetime

    @classmethod
    def exactly(cls, change: Change, at: datetime) -> "Since":
        return cls(change=change, at=at, earliest=at)


@dataclass(frozen=True, kw_only=True, slots=True)
class Lateness:
    """Of a release that is wanted and can no longer be. `due`: when its announcement was.

    Every change that is known came `in_time` for it, or too `late`. One that came too late is a reason not to
    blame the watcher; where there is none, the release is missed. In doubt it is: better a false alarm than
    silence.
    """

    due: datetime
    in_time: tuple[Since, ...] = ()
    late: tuple[Since, ...] = ()

    @property
    def made_late_by(self) -> Since | None:
        """The last change that came too late; None for a release that is missed."""
        return max(self.late, key=lambda one: one.at, default=None)

    @property
    def missed(self) -> bool:
        return not self.late
