"""A release attempt: written before the DELETE, concluded after it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from watcher.domain.accounts import Account


class Ending(StrEnum):
    """How an attempt ended; an intent without an ending is unresolved."""

    RELEASED = "released"
    GONE_NOT_BY_US = "gone_not_by_us"
    NOT_DONE = "not_done"
    """Proved to have had no effect: one more attempt is allowed inside the window."""
    NOT_SENT = "not_sent"
    """Nothing reached the API."""
    REFUSED = "refused"
    """403, 409 NOT_LEASED and the like: never again without a person."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Intent:
    """One attempt. `account` is pinned as it was re-read right before; `reason` is what the API was told.

    `id` is None until the ledger gave one. `said_by` names the person who resolved it, if one did.
    """

    account: Account
    turn: str
    policy: str
    reason: str
    written_at: datetime
    id: int | None = None
    ending: Ending | None = None
    ended_at: datetime | None = None
    detail: str = ""
    request_id: str | None = None
    said_by: str | None = None
