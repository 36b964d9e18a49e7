"""A release attempt: written before the DELETE, concluded after it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Literal, get_args

from watcher.facts.accounts import Account, LeasePeriod, begins_with


class Ending(StrEnum):
    """How one release that was due ended."""

    RELEASED = "released"
    GONE_NOT_BY_US = "gone_not_by_us"
    NOT_DONE = "not_done"
    """Proved to have had no effect: one more attempt is allowed inside the window."""
    NOT_SENT = "not_sent"
    """Nothing reached the API."""
    REFUSED = "refused"
    """403, 409 NOT_LEASED and the like: never again without a person."""
    UNKNOWN = "unknown"
    """Its intent is not concluded: it will be read back."""
    HALTED = "halted"
    CHANGED = "changed"
    """The facts read right before no longer say so; `reason` tells what they say."""
    UNREADABLE = "unreadable"


Conclusion = Literal[Ending.RELEASED, Ending.GONE_NOT_BY_US, Ending.NOT_DONE, Ending.NOT_SENT, Ending.REFUSED]
"""The endings with which an intent is concluded; of the others there is none, or it stays unresolved."""

CONCLUSIONS: Final[tuple[Conclusion, ...]] = get_args(Conclusion)


class WhyNotSent(StrEnum):
    TOO_LATE = "too_late"
    """The answer might not have come before `latest`."""
    NO_CONNECTION = "no_connection"
    STOPPING = "stopping"
    """The watcher was told to stop while it waited for the rate budget."""
    THROTTLED = "throttled"
    """It was sent, and the API took none before the rate is low enough again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Intent:
    """One attempt. `account` is pinned as it was re-read right before; `reason` is what the API was told.

    `id` is None until the ledger gave one. `asked_by` and `asked_at` name the word by which it is: whose, and
    when it was said by the clock of who said it. `said_by` is who resolved it, if any did. `halt_over`: what
    had halted it, or was to, and was over without an approval.
    """

    account: Account
    turn: str
    policy: str
    reason: str
    written_at: datetime
    id: int | None = None
    ending: Conclusion | None = None
    ended_at: datetime | None = None
    detail: str = ""
    request_id: str | None = None
    said_by: str | None = None
    asked_by: str | None = None
    asked_at: datetime | None = None
    halt_over: str | None = None


def proved_at(intent: Intent) -> datetime:
    """Since when a person's word about it is one on a release that had no effect: on its end, as it was found
    out; or on how it ended, where just that was what the person said.
    """
    return intent.written_at if intent.said_by is not None else intent.ended_at or intent.written_at


LISTS_FOLLOW_WITHIN: Final = timedelta(minutes=10)
"""The API's lists follow a release within some 30 s: what is listed this long after it was not given back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GivenBack:
    """The latest confirmed release of an account: of which lease, and since when it is known."""

    period: LeasePeriod
    assigned_at: datetime
    at: datetime

    def is_undone(self, account: Account, listed_at: datetime) -> bool:
        """Whether an account that is listed is of the lease that was given back, and no list lags so long.

        `listed_at`: as of when the list shows it.
        """
        return self.is_of(account) and listed_at - self.at > LISTS_FOLLOW_WITHIN

    def is_of(self, account: Account) -> bool:
        return begins_with(account.assigned_at, self.assigned_at)
