"""How the releases that were due ended, one by one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from watcher.facts.accounts import LeasePeriod, ProjectId
from watcher.record.reasons import Reason


class Ended(StrEnum):
    """How one release that was due ended in this turn."""

    RELEASED = "released"
    GONE_NOT_BY_US = "gone_not_by_us"
    NOT_DONE = "not_done"
    NOT_SENT = "not_sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    HALTED = "halted"
    CHANGED = "changed"
    """The facts read right before no longer say so; `reason` tells what they say."""
    UNREADABLE = "unreadable"


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One due release and its end. `reason` where a reason stopped it, `detail` in words for people."""

    period: LeasePeriod
    project: ProjectId
    handle: str
    price_cents: int
    ended: Ended
    at: datetime
    reason: Reason | None = None
    detail: str = ""
    policy: str = ""
    platform: str = ""
    verified: bool = True
