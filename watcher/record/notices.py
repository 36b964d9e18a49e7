"""Whether people were told in time: the gate before every release (design §4.2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from watcher.facts.accounts import Account, LeasePeriod, begins_with, believable
from watcher.facts.handles import same_handle
from watcher.texts.letters import letters


class Void(StrEnum):
    """Why a notice no longer counts."""

    HELD = "held"
    USED = "used"
    NO_LONGER_DUE = "no_longer_due"
    POLICY_CHANGED = "policy_changed"
    RENAMED = "renamed"
    """People were told of another handle, or of one on another platform."""
    NOT_LIVE = "not_live"
    """Announced as "would be released": observe mode or a dry run."""
    INTERRUPTED = "interrupted"
    """The watcher was away too long (design §4.9) or ran in the other mode since."""
    RESTORED = "restored"
    """The ledger is a copy that was made after the notice: a withdrawal since then may be forgotten."""
    LISTED_TWICE = "listed_twice"
    """People were told since that the account is left alone: another project lists it too."""
    NEW_LEASE = "new_lease"
    """It announced the end of another lease, of the same account and with the same renewal."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """A message that announced one release, not before `not_before`.

    `key` is its event's; `receipts` maps each counting channel to the instant it accepted the message.
    `handle` and `platform` are those it announced, `assigned_at` the begin of the lease it was to end;
    None in what was announced before they were noted.
    """

    key: str
    period: LeasePeriod
    not_before: datetime
    fingerprint: str
    live: bool
    created_at: datetime
    handle: str | None
    platform: str | None
    voided: Void | None = None
    receipts: Mapping[str, datetime] = field(default_factory=dict)
    assigned_at: datetime | None = None

    @property
    def stands(self) -> bool:
        """Whether it announced a real release and nothing has voided it since."""
        return self.live and self.voided is None

    def names(self, account: Account) -> bool:
        """Whether the account is still called what people read, in whatever form: `texts/letters.py`."""
        return (
            self.handle is not None
            and same_handle(self.handle, account.handle)
            and self.platform is not None
            and letters(self.platform) == letters(account.platform)
        )

    def is_of(self, account: Account) -> bool:
        """Whether it announced the end of this lease. A begin that cannot be ends no lease."""
        if account.leased_since is None:
            return True
        if self.assigned_at is None or not believable(self.assigned_at):
            return self.created_at >= account.assigned_at
        return begins_with(account.assigned_at, self.assigned_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class NotAnnounced:
    void: Void | None = None
    """Why an earlier announcement does not count, if there was one."""
    at_once: bool = field(default=False, compare=False)
    """It counted until now: nothing is released before people are told that it does not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NotAccepted:
    """Announced, but not every counting channel has accepted it."""

    missing: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """Every counting channel has accepted it, the last one at `at`."""

    at: datetime
    not_before: datetime


NoticeState = NotAnnounced | NotAccepted | Received


def state_of(
    notice: Notice | None,
    account: Account,
    *,
    required: tuple[str, ...],
    enforcing: bool,
    fingerprint: str,
    held_since: bool,
    restored_since: bool,
    last_use: datetime | None,
    unbroken_since: datetime,
) -> NoticeState:
    """What a notice of this account's lease period is worth now.

    A notice promises people three things: which account goes, why, and that nothing happens for so long
    after they were told. It counts only while all three are as they read them. So it is void once the
    account is called otherwise or is another lease (they would not have known which was meant); once its
    policy reads otherwise, it was held, or it was used since (the reason is gone, and may come back as
    another); once turns did not follow each other since (nobody looked whether it was used meanwhile), or
    the ledger may be an older copy. What is void never counts again: if the release is still due it is
    announced anew, and the time people have begins anew. Of several reasons the first in `_void` is told.

    `required`: channels that must all have accepted (none at all means nothing can count);
    `enforcing`: only notices sent live count (in observe mode the others show what would happen);
    `last_use`: latest evidence of use; `unbroken_since`: turns have followed each other since then.
    """
    if notice is None:
        return NotAnnounced()
    why = _void(notice, account, enforcing, fingerprint, held_since, last_use, unbroken_since)
    if restored_since and notice.voided is None:
        why = Void.RESTORED
    if why is not None:
        return NotAnnounced(void=why, at_once=notice.voided is None)
    missing = tuple(channel for channel in required if channel not in notice.receipts)
    if missing or not required:
        return NotAccepted(missing=missing)
    return Received(at=max(notice.receipts[channel] for channel in required), not_before=notice.not_before)


def _void(
    notice: Notice,
    account: Account,
    enforcing: bool,
    fingerprint: str,
    held_since: bool,
    last_use: datetime | None,
    unbroken_since: datetime,
) -> Void | None:
    if notice.voided is not None:
        return notice.voided
    if enforcing and not notice.live:
        return Void.NOT_LIVE
    if notice.fingerprint != fingerprint:
        return Void.POLICY_CHANGED
    if not notice.names(account):
        return Void.RENAMED
    if not notice.is_of(account):
        return Void.NEW_LEASE
    if held_since:
        return Void.HELD
    if last_use is not None and last_use >= notice.created_at:
        return Void.USED
    if notice.created_at < unbroken_since:
        return Void.INTERRUPTED
    return None
