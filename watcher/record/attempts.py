"""How the releases that were due ended, one by one."""

from dataclasses import dataclass
from datetime import datetime

from watcher.facts.accounts import Account, LeasePeriod, ProjectId
from watcher.record.intents import Ending, WhyNotSent
from watcher.record.reasons import Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One due release and its end. `reason` where a reason stopped it, `detail` in words for people."""

    period: LeasePeriod
    project: ProjectId
    handle: str
    price_cents: int
    ended: Ending
    at: datetime
    reason: Reason | None = None
    detail: str = ""
    policy: str = ""
    platform: str = ""
    verified: bool = True
    asked_by: str | None = None
    """The person by whose word it was made."""
    unsent: WhyNotSent | None = None
    """Of one that ended so; None also where what it rests on could not be read again."""
    spent: bool = False
    """It had no effect, and no other is made without a person."""

    @classmethod
    def on(
        cls,
        account: Account,
        ended: Ending,
        *,
        at: datetime,
        reason: Reason | None = None,
        detail: str = "",
        policy: str = "",
        verified: bool = True,
        asked_by: str | None = None,
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
            asked_by=asked_by,
        )
