"""How the releases that were due ended, one by one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from watcher.facts.accounts import Account, LeasePeriod, ProjectId
from watcher.record.intents import Ending
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

    @classmethod
    def on(
        cls,
        account: Account,
        ended: Ended,
        *,
        at: datetime,
        reason: Reason | None = None,
        detail: str = "",
        policy: str = "",
        verified: bool = True,
    ) -> "Attempt":
        return cls(
            period=account.period,
            project=account.project,
            handle=account.handle,
            platform=account.platform,
            price_cents=account.price_cents,
            ended=ended,
            at=at,
            reason=reason,
            detail=detail,
            policy=policy,
            verified=verified,
        )


def as_concluded(ending: Ending) -> Ended:
    """How an attempt ended whose intent was concluded so: every ending is an end by the same name."""
    return Ended(ending.value)
