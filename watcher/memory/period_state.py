"""Where each lease period stands, read out of what is remembered of its project."""

from datetime import datetime

from watcher.facts.accounts import Account
from watcher.facts.activity import NOT_ASKED, Activity, Seen, use_in
from watcher.memory.remembered import ProjectMemory
from watcher.record.notices import NotAnnounced, NoticeState, state_of
from watcher.record.overrides import Overrides
from watcher.rules.plan import PeriodState
from watcher.rules.policy import Policy, ReleaseWhen


def period_state_of(
    account: Account,
    policy: Policy | None,
    memory: ProjectMemory,
    *,
    required: tuple[str, ...],
    overrides: Overrides,
    enforcing: bool,
    unbroken_since: datetime,
    activity: Activity = NOT_ASKED,
) -> PeriodState:
    """`required`: the channels that must have accepted a notice under this policy.

    `activity`: as it was just read; use that the memory has not seen yet voids a notice too.
    """
    period = account.period
    refused_at, not_done_at = memory.refused.get(account.id), memory.not_done_at.get(period)
    notice = memory.notices.get(period)
    state: NoticeState = NotAnnounced()
    if notice is not None and policy is not None:
        state = state_of(
            notice,
            account,
            required=required,
            enforcing=enforcing,
            fingerprint=policy.fingerprint,
            held_since=overrides.held_since(account.id, notice.created_at),
            restored_since=overrides.restored_since(notice.created_at),
            last_use=_last_use(policy, memory.use_of(account), activity),
            unbroken_since=unbroken_since,
        )
    given_back = memory.given_back.get(account.id)
    again = given_back is not None and overrides.allows_again(account.id, given_back.at)
    ours = given_back is not None and given_back.is_of(account) and not again
    return PeriodState(
        told=memory.told.get(period, frozenset()),
        notice=state,
        not_done=memory.not_done.get(period, 0),
        allowed_again=not_done_at is not None and overrides.allows_again(account.id, not_done_at),
        unresolved=account.id in memory.unresolved,
        refused=refused_at is not None and not overrides.allows_again(account.id, refused_at),
        released=period in memory.released and not again,
        given_back_at=given_back.at if given_back is not None and ours else None,
    )


def _last_use(policy: Policy, used: Seen | None, activity: Activity) -> datetime | None:
    if policy.release.when is ReleaseWhen.ALWAYS:
        # At term whatever the use: only what is unfinished keeps the account, and that is judged.
        return None
    uses = (use_in(used), use_in(activity))
    return max((one.at for one in uses if one is not None), default=None)
